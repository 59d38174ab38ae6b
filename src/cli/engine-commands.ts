import { Argument, Option, type Command } from 'commander'
import { downloadedEngine, installableEngines } from '../engines/index.ts'
import type { EngineInstallOptions } from './commands/engine.ts'

/** `tunegate engine …`: the engines that can be installed on this machine. */
export function addEngineCommands(root: Command, exit: (code: number) => void): void {
  const installables = installableEngines()
  const downloaded = downloadedEngine()
  const { platforms } = downloaded.installer.downloads
  const engine = root.command('engine').description('install engines on this machine, and show them')
  const dir = [
    '--dir <dir>',
    "engine folder (default: $TUNEGATE_ENGINE_DIR, else tunegate/engine in the user's cache)",
  ] as const

  engine
    .command('install')
    .description(`compile and test an engine; ${downloaded.name} is downloaded and checked first`)
    .addArgument(
      new Argument('[engine]', installables.map(({ name, installer }) => `${name}: ${installer.summary}`).join('; '))
        .choices(installables.map(({ name }) => name))
        .default(downloaded.name),
    )
    .option(...dir)
    .option(
      '--from <dir>',
      `take the files of ${downloaded.name} from this folder, which \`engine download\` filled, without a network`,
    )
    .option('--force', 'rebuild the engine if it is already installed')
    .action(async (name: string, options: EngineInstallOptions) =>
      exit(await (await import('./commands/engine.ts')).engineInstallCommand(name, options)),
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
    .description(`download the install files of ${downloaded.name} for a machine without a network`)
    .addOption(
      new Option('--platform <platform>', 'the platform to download for (default: this machine)').choices(platforms),
    )
    .action(async (to: string, options: { platform?: string }) =>
      exit(await (await import('./commands/engine.ts')).engineDownloadCommand(to, options)),
    )
}
