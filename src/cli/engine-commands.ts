import { Option, type Command } from 'commander'
import { installable } from '../engines/index.ts'
import type { EngineInstallOptions } from './commands/engine.ts'

/** `tunegate engine …`: the engine that can be installed on this machine. */
export function addEngineCommands(root: Command, exit: (code: number) => void): void {
  const { summary, platforms } = installable().installer
  const engine = root.command('engine').description(summary)
  const dir = [
    '--dir <dir>',
    "engine folder (default: $TUNEGATE_ENGINE_DIR, else tunegate/engine in the user's cache)",
  ] as const

  engine
    .command('install')
    .description('download, check, compile and test the native engine')
    .option(...dir)
    .option('--from <dir>', 'use the files that `engine download` saved in this folder, without a network')
    .option('--force', 'rebuild the engine if it is already installed')
    .action(async (options: EngineInstallOptions) =>
      exit(await (await import('./commands/engine.ts')).engineInstallCommand(options)),
    )

  engine
    .command('status')
    .description('show what is installed, whether it loads, and which engine auto selects')
    .option(...dir)
    .option('--json', 'print it as JSON')
    .action(async (options: { dir?: string; json?: boolean }) =>
      exit(await (await import('./commands/engine.ts')).engineStatusCommand(options)),
    )

  engine
    .command('download <dir>')
    .description('download the install files for a machine without a network')
    .addOption(
      new Option('--platform <platform>', 'the platform to download for (default: this machine)').choices(platforms),
    )
    .action(async (to: string, options: { platform?: string }) =>
      exit(await (await import('./commands/engine.ts')).engineDownloadCommand(to, options)),
    )
}
