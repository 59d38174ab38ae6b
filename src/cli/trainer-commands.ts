import type { Command } from 'commander'

/** `tunegate trainer …`: for people who write a training script that takes part in studies. */
export function addTrainerCommands(root: Command, exit: (code: number) => void): void {
  const trainer = root.command('trainer').description('check that a training script speaks the protocol of studies')

  trainer
    .command('check <command...>')
    .description('run a script in every mode that it supports and print what passes')
    .option('--env <names>', 'environment variables that the script gets, separated by commas')
    .action(async (command: string[], options: { env?: string }) =>
      exit(await (await import('./commands/trainer.ts')).trainerCheckCommand(command, options)),
    )
}
