import { ownCommand } from '../../base/own-command.ts'
import { stat } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { diagnosticLines, InputError } from '../../base/diagnostics.ts'
import { explainFileError, makeFolder, writeFileAtomic } from '../../base/files.ts'
import type { Result } from '../../base/result.ts'
import { normalizeChecks } from '../../compile/normalize/data.ts'
import { presetFor } from '../../compile/presets/index.ts'
import { machineOf, type MachineOptions } from '../../compile/targets/machine.ts'
import { checkedUses } from '../../compile/targets/workflow.ts'
import { movedPaths } from '../../data/parts.ts'
import { renderSpec } from '../../dsl/init.ts'
import { initialGates, type InitialFacts } from '../../gates/initial.ts'
import { plannedRuns } from '../../records/plan.ts'
import { duration } from '../../report/numbers.ts'
import { initialStages } from '../../stages/index.ts'
import { runPilot, type PilotRun } from '../../study/pilot.ts'
import { prepare, type Prepared } from '../../study/prepare.ts'
import { ask, canAsk } from '../ask.ts'
import { workerScript } from '../bundled-files.ts'
import { err, out } from '../print.ts'
import type { InputKind } from '../options.ts'
import { usualSpec } from '../spec-argument.ts'
import { workspaceOf } from '../workspace.ts'
import { choose, type Choices } from './init-choices.ts'
import { findParts, inspectParts, requireReadable } from './init-data.ts'
import { settled } from './init-questions.ts'
import { factsOf, retargeted } from './init-target.ts'
import { noTarget, understood } from './init-words.ts'
import { initTrainer } from './init-trainer.ts'
import { commentWorkflow, commentWorkflowPath, noCommit } from '../workflows/comment.ts'

export interface InitOptions extends MachineOptions {
  readonly output: string
  readonly target?: string
  /** What to read where a file has texts and other columns; by evidence if omitted. */
  readonly inputs?: InputKind
  /** Whether to measure the noise for the gates by a few short trainings; the command line does unless told otherwise. */
  readonly pilot?: boolean
  /** Asks nothing, also on a terminal. */
  readonly yes?: boolean
  readonly force?: boolean
  /** Writes the workflow behind `/tune` as well, or only that if there are no data. */
  readonly github?: boolean
  readonly uses?: string
  /** A training script to write a spec for, in place of data. */
  readonly trainer?: string
}

export async function initCommand(data: readonly string[], options: InitOptions): Promise<number> {
  const { trainer } = options
  if (trainer !== undefined) {
    await refuseExisting(options.output, options.force)
    return await initTrainer(trainer, options.output)
  }
  if (data.length === 0 && !options.github) {
    throw new InputError([
      {
        code: 'init/nothing',
        severity: 'error',
        message: 'there is nothing to write',
        found: 'no data file and no --github',
        hint: `run ${ownCommand('init', 'data.csv')}`,
      },
    ])
  }
  if (data.length > 0) await writeSpec(data, options)
  if (options.github) await writeWorkflow(options)
  return 0
}

/** The path of the spec is relative to the current folder, which is the root of the repository. */
async function writeWorkflow(options: InitOptions): Promise<void> {
  const { output, force, uses = noCommit } = options
  const spec = relative('.', output).split('\\').join('/')
  if (!/^[\w][\w./-]*$/.test(spec) || spec.split('/').includes('..')) {
    throw new InputError([
      {
        code: 'init/spec-path',
        severity: 'error',
        message: 'a workflow cannot name this spec',
        found: output,
        allowed: 'a path below the current folder that uses only letters, digits, `_`, `-`, `.` and `/`',
      },
    ])
  }
  checkedUses(uses, 'init/uses')
  await refuseExisting(commentWorkflowPath, force)
  await makeFolder(dirname(commentWorkflowPath)).catch(unwritable(commentWorkflowPath))
  const text = commentWorkflow({ spec, uses, machine: machineOf(options) })
  await writeFileAtomic(commentWorkflowPath, text).catch(unwritable(commentWorkflowPath))
  out.lines(
    `${commentWorkflowPath}: written. Once it is on the default branch, comment \`/tune help\` on a pull request to try it.`,
    ...(uses === noCommit ? ['  Write the commit of a release in place of the zeros, or pass it with --uses.'] : []),
  )
}

async function refuseExisting(file: string, force = false): Promise<void> {
  if (
    force ||
    !(await stat(file).then(
      () => true,
      () => false,
    ))
  )
    return
  throw new InputError([
    {
      code: 'init/exists',
      severity: 'error',
      message: 'the file already exists',
      found: file,
      hint: 'choose another with --output, or replace it with --force',
    },
  ])
}

const unwritable =
  (file: string) =>
  (error: unknown): never => {
    throw explainFileError(error, 'init/unwritable', `${file} cannot be written`)
  }

async function writeSpec(data: readonly string[], options: InitOptions): Promise<void> {
  const { output, target, inputs, force, yes } = options
  await refuseExisting(output, force)
  const paths = await findParts(data)
  requireReadable(paths, output)
  const inspected = await inspectParts(paths)
  const guessed = retargeted(inspected.summary, target)
  const asks = !yes && target === undefined && canAsk()
  const summary = asks ? await settled(guessed, { ask, tell: err.lines }) : guessed
  if (summary.target === null) throw noTarget(summary, data)
  const folder = dirname(resolve(output))
  const moved = await movedPaths(paths, (path) => relative(folder, resolve(path)).split('\\').join('/'))
  const facts = factsOf(summary, inspected.testRows)
  const checks: Readonly<Record<string, string>> = normalizeChecks()
  const textWith = (choices: Choices, more: Partial<InitialFacts>, checks: Readonly<Record<string, string>>): string =>
    renderSpec({
      ...summary,
      ...moved,
      ...choices,
      trainRows: inspected.trainRows,
      preset: presetFor({ tokens: false, images: summary.imageShape !== null, text: choices.text !== null }).name,
      checks,
      stages: initialStages,
      gates: initialGates({ ...facts, ...more }),
    })
  // The user reads what checks find when the spec is planned, below.
  const unchecked = Object.fromEntries(Object.keys(checks).map((name) => [name, 'off']))
  const choices = await choose(summary, {
    specPath: output,
    textOf: (choices) => textWith(choices, {}, unchecked),
    wanted: inputs,
    isSplit: moved.files !== undefined,
  })
  const found = options.pilot ? await pilotOn(output, textWith(choices, {}, unchecked)) : null
  const text = textWith(choices, found?.ok ? found.value : {}, checks)
  await writeFileAtomic(output, text).catch(unwritable(output))
  const named = output === usualSpec ? [] : [output]
  out.lines(
    ...understood(summary, choices, output === usualSpec ? data : [...data, '-o', output], { inputs, target }),
    `${output}: written for ${summary.rows} rows and ${summary.columns.length} columns`,
    ...(found === null ? [] : [pilotLine(found)]),
  )
  const { plan } = await planned(output)
  out.lines(
    `  valid: ${plan.jobs.length} stages, about ${plannedRuns(plan)} runs`,
    'Review it, then run:',
    `  ${ownCommand('plan', ...named)}`,
    `  ${ownCommand('run', ...named)}`,
  )
}

/** Validates and plans what was written, so that the next command does not fail. What to look at goes to standard error. */
async function planned(specPath: string): Promise<Prepared> {
  const prepared = await prepare({ specPath, workspace: workspaceOf(specPath), env: process.env }).catch(
    (error: unknown) => {
      if (error instanceof InputError) err.lines(`${specPath} needs a change before it can train:`, '')
      throw error
    },
  )
  err.lines(...prepared.warnings.flatMap(diagnosticLines))
  return prepared
}

const pilotOn = (specPath: string, specText: string): Promise<Result<PilotRun, string>> =>
  runPilot({ specPath, specText, workspace: workspaceOf(specPath), workerScript: workerScript() })

function pilotLine(found: Result<PilotRun, string>): string {
  if (!found.ok) return `  no pilot, so the gates rest on the number of rows alone: ${found.error}`
  const { seconds, pilot } = found.value
  const { seeds } = pilot.measured[0] ?? { seeds: [] }
  return `  pilot: ${seeds.length} trainings of ${pilot.epochs} epochs measured the noise for the gates in ${duration(seconds)}`
}
