import { Argument, type Command } from 'commander'
import { completion, shells, type Shell } from './completion.ts'
import { out } from './print.ts'

/** The commands about this machine and its shell. */
export function addMachineCommands(root: Command, exit: (code: number) => void): void {
  root
    .command('doctor')
    .description('check what this machine offers: Node, engine, cores, memory, disk, network; say how to report a bug')
    .option('--json', 'print it as JSON')
    .action(async (options: { json?: boolean }) => exit(await (await import('./commands/doctor.ts')).doctorCommand(options)))

  root
    .command('completion')
    .description('print a script that completes commands and options of `tunegate` in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => {
      out.document(completion(root, shell))
      exit(0)
    })
}
