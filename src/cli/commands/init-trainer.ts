import { ownCommand } from '../../base/own-command.ts'
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, relative, resolve } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import { explainFileError, writeFileAtomic } from '../../base/files.ts'
import { yamlScalar } from '../../base/yaml.ts'
import { scriptEngine } from '../../engines/index.ts'
import { leverBuckets, leverNames, type LeverName } from '../../records/levers.ts'
import type { TrainerDescription, TrainerSettings } from '../../records/trainer.ts'
import type { StageDefinition } from '../../stages/definition.ts'
import { confirmation, stageDefinitions } from '../../stages/index.ts'
import { exitCodes } from '../exit.ts'
import { err, out } from '../print.ts'

/** What starts a file of each ending; any other file starts itself. */
const interpreters: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.js': 'node',
  '.mjs': 'node',
  '.r': 'Rscript',
  '.jl': 'julia',
  '.sh': 'sh',
}

/** Writes a spec for a training script: what it can do, as it says itself. Shows what to add to a script that cannot say. */
export async function initTrainer(script: string, output: string): Promise<number> {
  if (!(await stat(script).catch(() => null))?.isFile()) {
    throw new InputError([
      { code: 'init/trainer', severity: 'error', message: 'the training script does not exist', found: script },
    ])
  }
  const folder = dirname(resolve(output))
  const path = relative(folder, resolve(script)).split('\\').join('/')
  const interpreter = interpreters[extname(script).toLowerCase()]
  const command = interpreter === undefined ? [`./${path}`] : [interpreter, path]
  const described = await scriptEngine().scripts.describe(settingsOf(command), { folder, env: process.env })
  if (!described.ok) {
    err.lines(described.error.message, '', ...threeLines)
    return exitCodes.badInput
  }
  const { description } = described.value
  await writeFileAtomic(output, specText(basename(script, extname(script)), command, description)).catch(
    (error: unknown) => {
      throw explainFileError(error, 'init/unwritable', `${output} cannot be written`)
    },
  )
  out.lines(`${output}: written. Look at trainer.levers, then run: ${ownCommand('run', output)}`)
  return 0
}

const settingsOf = (command: readonly string[]): TrainerSettings => ({
  command,
  files: null,
  data: [],
  levers: {},
  seed: null,
  metrics: {},
  environment: [],
  timeout: { start: 120, silence: 120, run: 300 },
  deterministic: 'check',
})

const threeLines = [
  'A script in Python needs three lines (pip install the package in python/ of tunegate):',
  '  import tunegate',
  '  run = tunegate.run({"lr": 0.001, "batch_size": 64})  # its levers with its own defaults; use run.levers',
  '  run.report_evaluation({"val_loss": loss})',
  'In any other language: docs/trainer.md.',
]

/** Usual names of our levers in scripts, without blanks, dashes and underscores. */
const usual: Readonly<Record<string, LeverName>> = {
  lr: 'learningRate',
  rate: 'learningRate',
  bs: 'batchSize',
  batch: 'batchSize',
  wd: 'weightDecay',
  decay: 'weightDecay',
  drop: 'dropout',
  dropoutrate: 'dropout',
  smoothing: 'labelSmoothing',
  warmup: 'warmupSteps',
  maxgradnorm: 'clipNorm',
  gradclip: 'clipNorm',
  scheduler: 'schedule',
  opt: 'optimizer',
  ...Object.fromEntries(leverNames.map((name) => [name.toLowerCase(), name])),
}

function specText(name: string, command: readonly string[], of: TrainerDescription): string {
  const known = Object.keys(of.levers).map((own) => [own, usual[own.toLowerCase().replace(/[-_.\s]/g, '')]] as const)
  const mapped = known.flatMap(([own, lever], i) =>
    lever !== undefined && known.findIndex(([, other]) => other === lever) === i ? [[lever, own] as const] : [],
  )
  const custom = known.filter(([own]) => !mapped.some(([, name]) => name === own) && of.levers[own] !== null)
  const takes = (lever: LeverName): boolean => mapped.some(([name]) => name === lever)
  const own = stageDefinitions.filter(
    (stage: StageDefinition) =>
      (stage.needs ?? []).every(takes) &&
      (!stage.probes || of.modes.includes('probe')) &&
      [...leverNames.filter((lever) => leverBuckets[lever] === stage.tunes), ...(stage.tunesToo ?? [])].some(takes),
  )
  const stages = own.map((stage) => stage.name)
  const task = of.classes === null && !of.predictions ? 'classification          # or regression' : 'classification'
  const entries = (indented: readonly string[]): string => indented.map((entry) => `\n    ${entry}`).join('')
  const named = mapped.map(([lever, own]) => `${lever}: ${yamlScalar(own)}`)
  const valued = custom.map(([own]) => `${yamlScalar(own)}: ${customValue(of.levers[own])}`)
  return `version: 1
name: ${yamlScalar(/^[A-Za-z0-9]/.test(name) ? name.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 60) : 'script')}
task: ${task}

trainer:
  command: [${command.map((word) => yamlScalar(word)).join(', ')}]
  # Our name of each lever, and the script's. Remove those that the script does not use as we do.
  levers:${named.length === 0 ? ' {}' : entries(named)}
${of.predictions ? '' : metricLines}
levers:
  scheduling: { epochs: ${of.epochs ?? 10} }
${valued.length === 0 ? '' : `${customHead}${entries(valued)}\n`}
stages:
${stages.map((stage) => `  - ${stage}\n`).join('')}  - ${confirmation.name}: { seeds: 5 }

gates:
  - regression: { metric: accuracy, margin: 0.02, split: ${of.test ? 'test' : 'validation'} }

budget: { minutes: 60, trials: 200 }   # runs for the verification are reserved first
`
}

const metricLines = `  # Our name of each metric that the script reports, and its own.
  metrics: { accuracy: val_acc, nll: val_loss }
`
const customHead = `  # Levers that only this script has; regularize can vary them: grid: { NAME: [1, 2, 3] }
  custom:`

const customValue = (value: unknown): string => (typeof value === 'string' ? yamlScalar(value) : String(value))
