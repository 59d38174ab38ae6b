import { Option, type Command } from 'commander'
import { exportNames } from '../report/exports/index.ts'
import type { CompareOptions } from './commands/compare.ts'
import type { ExportOptions } from './commands/export.ts'
import type { WatchOptions } from './commands/watch.ts'
import { wholeNumber } from './options.ts'
import { usualSpec } from './spec-argument.ts'

/** The commands for finished runs. Write `./compare` for a folder with the name of a command below `report`. */
export function addReportCommands(root: Command, exit: (code: number) => void): void {
  const report = root
    .command('report <dir>')
    .description('render the report of a finished run again')
    .addOption(
      new Option('--format <format>', 'print the report in this format instead of writing files').choices([
        'markdown',
        'json',
      ]),
    )
    .addOption(new Option('--png', 'also write every chart as PNG').conflicts('format'))
    .action(async (dir: string, options: { format?: 'markdown' | 'json'; png?: boolean }) =>
      exit(await (await import('./commands/report.ts')).reportCommand(dir, options)),
    )
  root
    .command('watch [where]')
    .description('show the report of a study in a browser while it runs: curves as they come, what leads, time left')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', wholeNumber(0, 65_535), 0)
    .option('--keep', 'go on when the study has ended')
    .action(async (where: string | undefined, options: WatchOptions) =>
      exit(await (await import('./commands/watch.ts')).watchCommand(where ?? usualSpec, options)),
    )
  addComparing(root, {}, exit)
  // Where they stood before.
  addComparing(report, { hidden: true }, exit)
}

function addComparing(above: Command, where: { readonly hidden?: boolean }, exit: (code: number) => void): void {
  above
    .command('compare <first> <second>', where)
    .description('compare two finished runs: verdicts, levers, metrics over seeds, curves')
    .addOption(new Option('--format <format>', 'how to print it').choices(['markdown', 'json']).default('markdown'))
    .option('--html <file>', 'also write a page with the curves of both')
    .action(async (first: string, second: string, options: CompareOptions) =>
      exit(await (await import('./commands/compare.ts')).compareCommand(first, second, options)),
    )

  above
    .command('export <dir>', where)
    .description('export a finished run for other tools')
    .addOption(new Option('--to <tool>', 'target tool of the export').choices(exportNames).makeOptionMandatory())
    .option('-o, --output <folder>', "where to write the files (default: export-<tool> in the run's folder)")
    .action(async (dir: string, options: ExportOptions) =>
      exit(await (await import('./commands/export.ts')).exportCommand(dir, options)),
    )
}
