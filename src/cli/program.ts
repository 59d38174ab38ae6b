import { Command, Option } from 'commander'
import { targetNames, targetSummaries } from '../compile/targets/index.ts'
import { columnHelp } from '../diagnose/read/columns.ts'
import { autoEngineWords, engineWishes } from '../engines/index.ts'
import type { StageName } from '../records/plan.ts'
import { stageNames } from '../stages/index.ts'
import { version } from '../study/version.ts'
import { compileCommand, type CompileOptions } from './commands/compile.ts'
import { diagnoseCommand, type DiagnoseOptions } from './commands/diagnose.ts'
import { gateCommand } from './commands/gate.ts'
import { initCommand, type InitOptions } from './commands/init.ts'
import { planCommand } from './commands/plan.ts'
import { runCommand, type RunOptions } from './commands/run.ts'
import { validateCommand } from './commands/validate.ts'
import { addEngineCommands } from './engine-commands.ts'
import { err, out } from './print.ts'
import { addReportCommands } from './report-commands.ts'
import { positiveNumber, stageList, wholeNumber } from './options.ts'
import { noCommit } from './workflows/comment.ts'

const exitCodeHelp = `
Exit codes: 0 pass, 1 fail, 2 bad input, 3 inconclusive, 4 a fault of tunegate itself.
Stopped by a signal: 130 SIGINT, 143 SIGTERM, 129 SIGHUP; a second one ends it at once.`

/** The command line. `exit` receives the exit code of a command that ended normally. */
export function program(exit: (code: number) => void): Command {
  const root = new Command('tunegate')
    .description('Tunes neural networks by discipline instead of luck: one lever at a time, confirmed over seeds, gated.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: out.document, writeErr: err.document, outputError: (message) => err.lines(...errorLines(message)) })
    .showHelpAfterError('(tunegate --help lists the commands)')
    .addHelpText('after', exitCodeHelp)

  root.command('init [data]')
    .description('look at a data file and write a spec to start from; with --github the workflow behind /tune as well')
    .option('-o, --output <file>', 'where to write the spec', 'tuning.yml')
    .option('--target <column>', 'column to predict (guessed where it is left out)')
    .option('--force', 'replace an existing file')
    .option('--github', 'write .github/workflows/tunegate-comment.yml, which runs what /tune in a comment asks for')
    .option('--uses <action>', 'with --github, the action as owner/name@commit', noCommit)
    .action(async (data: string | undefined, options: InitOptions) => exit(await initCommand(data, options)))

  root.command('validate <spec>')
    .description('check a spec and the data it names, without training')
    .option('--no-data', 'do not open the data file')
    .action(async (spec: string, options: { data: boolean }) => exit(await validateCommand(spec, options)))

  root.command('plan <spec>')
    .description('show what would run, without training a step')
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json', 'mermaid']).default('table'))
    .option('--stages <names>', `only these stages (${stageNames.join(', ')})`, stageList)
    .option('--seeds <n>', 'verification seeds in place of the spec\'s', wholeNumber(2, 100))
    .action(async (spec: string, options: { format: 'table' | 'json' | 'mermaid'; stages?: StageName[]; seeds?: number }) => exit(await planCommand(spec, options)))

  root.command('compile <spec>')
    .description(`write the plan as ${targetSummaries()}`)
    .addOption(new Option('--target <target>', 'what to write').choices(targetNames).makeOptionMandatory())
    .option('-o, --output <file>', 'where to write it (default: standard output)')
    .option('--check', 'write nothing; exit with 1 where the file is not what the spec gives')
    .option('--shards <n>', 'jobs that share the runs of a stage, at most', wholeNumber(1, 256), 8)
    .addOption(new Option('--engine <engine>', 'what trains').choices(engineWishes).default('auto'))
    .option('--uses <action>', 'the action, as owner/name@commit (default: what the file says already)')
    .action(async (spec: string, options: CompileOptions) => exit(await compileCommand(spec, options)))

  root.command('run <spec>')
    .description('tune: run the stages, verify the winner over seeds, judge the gates, write the report')
    .addOption(new Option('--engine <engine>', `what trains; auto: ${autoEngineWords()}`).choices(engineWishes).default('auto'))
    .option('--stages <names>', `only these stages (${stageNames.join(', ')})`, stageList)
    .option('--seeds <n>', 'verification seeds in place of the spec\'s', wholeNumber(2, 100))
    .option('--workers <n>', 'worker processes, at most one a core and as many as fit into memory (as many where it is left out)', wholeNumber(1, 256))
    .option('--out <dir>', 'where the report goes (default: .tunegate/<name>)')
    .option('--baseline <what>', '`lock` (tuning.lock.json beside the spec), the path of a lock or of a folder with one, or `retrain` for the declared levers (default: the lock where there is one, else retrain)')
    .option('--base-spec <spec>', 'retrain model and levers of this spec as the baseline, on the same data and seeds; its runs are not counted in the budget')
    .option('--base-data <file>', 'retrain the spec of --base-spec on the training rows of this file; both are measured on the rows of the spec\'s own data')
    .option('--fresh', 'set the journal of an earlier run aside and train everything again')
    .option('--json', 'print the report as JSON on standard output, and nothing else there')
    .action(async (spec: string, options: RunOptions) => exit(await runCommand(spec, options)))

  root.command('gate <report>')
    .description('judge the gates of a finished run again, against a lock')
    .option('--baseline <lock>', '`lock`, the path of a lock or of a folder with one, or `retrain` for the declared levers (default: what the run was held against)')
    .option('--json', 'print the verdict as JSON')
    .action(async (report: string, options: { baseline?: string; json?: boolean }) => exit(await gateCommand(report, options)))

  addReportCommands(root, exit)

  root.command('diagnose <curves...>')
    .description('say what curves show: CSV or JSON lines of any tool, a journal.jsonl, or the folder of a study')
    .option('--classes <n>', 'number of classes, which no foreign log says', wholeNumber(2, 1_000_000))
    .option('--validation-rows <n>', 'rows that were validated on, so that chance can be told from symptoms', wholeNumber(1, 1_000_000_000))
    .option('--target-loss <loss>', 'training loss that a good fit reaches', positiveNumber)
    .option('--together', 'take all files as seeds of one trial')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', `\nColumns, one a line, by any of their names (case and signs do not matter):\n${columnHelp()}`)
    .action(async (curves: string[], options: DiagnoseOptions) => exit(await diagnoseCommand(curves, options)))

  addEngineCommands(root, exit)

  for (const command of root.commands) command.exitOverride().showHelpAfterError(`(tunegate ${command.name()} --help lists the options)`)
  return root
}

/**
 * The parser's own messages: one line, which may quote what was typed, and perhaps one more that names the nearest option.
 */
function errorLines(message: string): string[] {
  const [, said = '', near] = /^(.*?)(?:\n(\(Did you mean [^\n]*\)))?\n*$/s.exec(message) ?? []
  return near === undefined ? [said] : [said, near]
}
