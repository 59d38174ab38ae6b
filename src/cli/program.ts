import { Command, Option } from 'commander'
import { targetNames, targetSummaries } from '../compile/targets/index.ts'
import { ownCommand, programWords } from '../base/own-command.ts'
import { columnHelp } from '../diagnose/read/columns.ts'
import { autoEngineWords, engineWishes, fallbackEngine } from '../engines/index.ts'
import type { StageName } from '../records/plan.ts'
import { resultsTools } from '../results/formats/index.ts'
import { stageNames } from '../stages/index.ts'
import { version } from '../study/version.ts'
import type { CompileOptions } from './commands/compile.ts'
import type { DiagnoseOptions } from './commands/diagnose.ts'
import type { GateOptions } from './commands/gate.ts'
import type { InitOptions } from './commands/init.ts'
import type { PredictOptions } from './commands/predict.ts'
import type { RunOptions } from './commands/run.ts'
import { addEngineCommands } from './engine-commands.ts'
import { addExamples } from './examples.ts'
import { addMachineCommands } from './machine-commands.ts'
import { err, out } from './print.ts'
import { addTrainerCommands } from './trainer-commands.ts'
import { addReportCommands } from './report-commands.ts'
import { modelFormatNames } from '../saved-model/formats/index.ts'
import { specArgument } from './spec-argument.ts'
import {
  inputKinds,
  machineHelp,
  modelFormatList,
  oneLine,
  pinnedImage,
  predictionFormats,
  positiveNumber,
  runnerLabels,
  stageList,
  wholeNumber,
} from './options.ts'
import { noCommit } from './workflows/comment.ts'

const exitCodeHelp = `
Exit codes: 0 pass, 1 fail, 2 bad input, 3 inconclusive, 4 a bug in tunegate itself.
Stopped by a signal: 130 SIGINT, 143 SIGTERM, 129 SIGHUP; a second signal stops it at once.`

const savingHelp = `save the winner's models, one per verification seed, for tunegate predict and other programs (${modelFormatNames.join(', ')}; default: all)`

/** The command line. `exit` receives the exit code of a command that ended normally. */
export function program(exit: (code: number) => void): Command {
  const root = new Command(programWords())
    .description(
      'Tune neural networks in CI: one lever at a time, confirmed over seeds, with gates that block a worse model.',
    )
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: out.document,
      writeErr: err.document,
      outputError: (message) => err.lines(...errorLines(message)),
    })
    .showHelpAfterError(`(${ownCommand('--help')} lists the commands)`)
    .addHelpText('after', exitCodeHelp)

  root
    .command('init [data...]')
    .description(
      'inspect a data file, or the files of train, validation and test rows, and write a starter spec; with --github, also write the workflow for /tune comments',
    )
    .option('-o, --output <file>', 'where to write the spec', 'tuning.yml')
    .option('--target <column>', 'column to predict (default: guessed)')
    .addOption(
      new Option(
        '--inputs <kind>',
        'what the model reads if the file has columns and texts (default: those that tell the target better)',
      ).choices(inputKinds),
    )
    .option('--no-pilot', 'write gates without training: a pilot of about ten seconds otherwise measures the noise')
    .option('-y, --yes', 'ask nothing: take the guesses')
    .option('--force', 'replace an existing file')
    .option('--trainer <script>', 'write a spec for your own training script instead, by asking the script')
    .option('--github', 'write .github/workflows/tunegate-comment.yml, which handles /tune comments')
    .option('--uses <action>', 'with --github, the action as owner/name@commit', noCommit)
    .option('--runs-on <labels>', `with --github, ${machineHelp.runsOn}`, runnerLabels)
    .option('--container <image>', `with --github, ${machineHelp.container}`, pinnedImage)
    .option('--set-up <command>', `with --github, ${machineHelp.setUp}`, oneLine)
    .action(async (data: string[], options: InitOptions) =>
      exit(await (await import('./commands/init.ts')).initCommand(data, options)),
    )

  root
    .command('validate')
    .addArgument(specArgument())
    .description('check a spec and its data, without training')
    .option('--no-data', 'do not open the data file')
    .action(async (spec: string, options: { data: boolean }) =>
      exit(await (await import('./commands/validate.ts')).validateCommand(spec, options)),
    )

  root
    .command('plan')
    .addArgument(specArgument())
    .description('show what would run, and about how long it takes')
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json', 'mermaid']).default('table'))
    .option('--stages <names>', `only these stages (${stageNames.join(', ')})`, stageList)
    .option('--seeds <n>', "number of verification seeds, instead of the spec's", wholeNumber(2, 100))
    .option('--no-probe', 'do not train for a second to estimate the time')
    .action(
      async (
        spec: string,
        options: { format: 'table' | 'json' | 'mermaid'; stages?: StageName[]; seeds?: number; probe: boolean },
      ) => exit(await (await import('./commands/plan.ts')).planCommand(spec, options)),
    )

  root
    .command('compile')
    .addArgument(specArgument())
    .description(`write the plan as ${targetSummaries()}`)
    .addOption(new Option('--target <target>', 'what to write').choices(targetNames).makeOptionMandatory())
    .option('-o, --output <file>', 'where to write it (default: standard output)')
    .option('--check', 'write nothing; exit with 1 if the file is out of date')
    .option('--shards <n>', 'maximum number of jobs that share the runs of a stage', wholeNumber(1, 256), 8)
    .addOption(new Option('--engine <engine>', 'training engine').choices(engineWishes).default('auto'))
    .option('--save-model [formats]', savingHelp, modelFormatList)
    .option('--uses <action>', 'the action, as owner/name@commit (default: the one already in the file)')
    .option('--runs-on <labels>', machineHelp.runsOn, runnerLabels)
    .option('--container <image>', machineHelp.container, pinnedImage)
    .option('--set-up <command>', machineHelp.setUp, oneLine)
    .action(async (spec: string, options: CompileOptions) =>
      exit(await (await import('./commands/compile.ts')).compileCommand(spec, options)),
    )

  root
    .command('run')
    .addArgument(specArgument())
    .description('tune: run the stages, verify the winner over seeds, judge the gates, write the report')
    .addOption(
      new Option('--engine <engine>', `what trains; auto: ${autoEngineWords()}`).choices(engineWishes).default('auto'),
    )
    .option('--stages <names>', `only these stages (${stageNames.join(', ')})`, stageList)
    .option('--seeds <n>', "number of verification seeds, instead of the spec's", wholeNumber(2, 100))
    .option(
      '--workers <n>',
      'worker processes, limited to one per core and to what fits in memory (default: the maximum)',
      wholeNumber(1, 256),
    )
    .option('--out <dir>', 'folder for the report (default: .tunegate/<name>)')
    .option(
      '--baseline <what>',
      '`lock` (next to the spec: tuning.lock.json for tuning.yml, NAME.lock.json for NAME.yml), the path of a lock or its folder, or `retrain` for the declared levers (default: the lock if there is one, else retrain)',
    )
    .option(
      '--base-spec <spec>',
      'retrain the model and levers of this spec as the baseline, on the same data and seeds; not counted in the budget',
    )
    .option(
      '--base-data <file>',
      "retrain --base-spec on the training rows of this file; both sides are measured on the rows of the spec's own data",
    )
    .option('--save-model [formats]', savingHelp, modelFormatList)
    .option('--fresh', 'set aside the journal of an earlier run and train everything again')
    .option('--json', 'print only the report, as JSON, on standard output')
    .action(async (spec: string, options: RunOptions) =>
      exit(await (await import('./commands/run.ts')).runCommand(spec, options)),
    )

  root
    .command('predict <model> <data>')
    .description(
      'predict the rows of a data file; <model> is a folder that run --save-model wrote, with one model or with several, which then predict together',
    )
    .addOption(new Option('--engine <engine>', 'what computes').choices(engineWishes).default(fallbackEngine().name))
    .addOption(
      new Option('--format <format>', 'how to write the predictions (default: by the ending of --output, else csv)').choices(
        predictionFormats,
      ),
    )
    .option('-o, --output <file>', 'where to write them (default: standard output)')
    .action(async (model: string, data: string, options: PredictOptions) =>
      exit(await (await import('./commands/predict.ts')).predictCommand(model, data, options)),
    )

  root
    .command('gate [report]')
    .description(
      'judge the gates of a finished run again; [report] is the output folder or its report.json (default: the run of tuning.yml). With --results, [report] is a spec (default: tuning.yml), and its gates judge results of another tool',
    )
    .option('--results <paths...>', `files and folders with one run per seed: ${resultsTools()}`)
    .option(
      '--baseline <what>',
      '`lock`, the path of a lock or its folder, or `retrain` for the declared levers (default: the baseline of the run); with --results, a lock or results (default: the lock next to the spec, if there is one)',
    )
    .option('--out <dir>', 'with --results, folder for the report (default: .tunegate/<name>)')
    .option('--json', 'print the verdict as JSON')
    .action(async (report: string | undefined, options: GateOptions) =>
      exit(await (await import('./commands/gate.ts')).gateCommand(report, options)),
    )

  addReportCommands(root, exit)

  root
    .command('diagnose <curves...>')
    .description('diagnose training curves: CSV or JSON lines from any tool, a journal.jsonl, or a study folder')
    .option('--classes <n>', 'number of classes, which is not in the logs of other tools', wholeNumber(2, 1_000_000))
    .option(
      '--validation-rows <n>',
      'number of validation rows, to distinguish symptoms from chance',
      wholeNumber(1, 1_000_000_000),
    )
    .option('--target-loss <loss>', 'training loss that a good fit reaches', positiveNumber)
    .option('--together', 'treat all files as seeds of one trial')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', `\nColumns, one a line, by any of their names (case and signs do not matter):\n${columnHelp()}`)
    .action(async (curves: string[], options: DiagnoseOptions) =>
      exit(await (await import('./commands/diagnose.ts')).diagnoseCommand(curves, options)),
    )

  addEngineCommands(root, exit)
  addTrainerCommands(root, exit)

  addMachineCommands(root, exit)

  addErrors(root, [])
  addExamples(root)
  return root
}

/** What a command says after an error of the parser. */
function addErrors(above: Command, path: readonly string[]): void {
  for (const command of above.commands) {
    const own = [...path, command.name()]
    command.exitOverride().showHelpAfterError(`(${ownCommand(...own, '--help')} lists the options)`)
    addErrors(command, own)
  }
}

/**
 * The parser's own messages: one line, which may quote what was typed, and perhaps one more that names the nearest option.
 */
function errorLines(message: string): string[] {
  const [, said = '', near] = /^(.*?)(?:\n(\(Did you mean [^\n]*\)))?\n*$/s.exec(message) ?? []
  return near === undefined ? [said] : [said, near]
}
