import { didYouMean, type Diagnostic } from '../base/diagnostics.ts'
import { fingerprint } from '../base/hash.ts'
import type { Result } from '../base/result.ts'
import type { Locate, SpecPath } from '../dsl/parse.ts'
import { gateOf } from '../gates/index.ts'
import {
  bucketOf,
  isCustom,
  optimizerNames,
  scheduleNames,
  stepsOfRun,
  withLevers,
  type LeverName,
  type LeverPatch,
  type LeverValue,
} from '../records/levers.ts'
import { allMetricsOf, isReported, needsClass, metricsOf, type MetricName } from '../records/metrics.ts'
import type { Plan, TrainerWorkload } from '../records/plan.ts'
import type { TrainerDescription, TrainerFacts } from '../records/trainer.ts'
import { stageNamed } from '../stages/index.ts'
import { planned, requestedIn, withWarmup } from './compile.ts'
import type { NormalizedLevers, TrainerSpec } from './normalized.ts'
import { collectProblems, type Report } from './problem.ts'

/**
 * Normalized spec and what the script says about itself → plan. Pure, as `compile` is.
 *
 * @returns the plan, or everything that the spec asks for and the script cannot do, each at its line
 */
export function compileScript(
  spec: TrainerSpec,
  facts: TrainerFacts,
  locate: Locate,
): Result<Plan<TrainerWorkload>, Diagnostic[]> {
  const problems = collectProblems(locate)
  const { report } = problems
  const { description, files } = facts

  // 1. What the script can do, and the defaults that it has of its own.
  checkNames(spec, description, report)
  const levers = withOwnDefaults(spec, description, report)
  const rows = rowsOf(description)
  const runSteps = stepsOfRun(levers, rows.train)
  const baseline = withWarmup(levers, runSteps)

  // 2. What every run shares.
  const metrics = metricsIn(spec, description, report)
  const { task, objective, trainer } = spec
  const { command, levers: names, seed, metrics: own } = trainer
  const measured = description.predictions ? 'from predictions' : 'self-reported'
  const { modes, perStepRate, parameters, classes } = description
  const workload: TrainerWorkload = {
    task,
    objective,
    // What the metrics are measured on, as far as it is known: another number of rows is other data.
    data: {
      fingerprint: fingerprint({ task, rows, classes, files: files.data, measured, metrics: own }),
      rows,
      classCount: classes,
    },
    parameters: parameters ?? 0,
    metrics,
    program: { command, levers: names, seed, metrics: own, code: files.code, measured, modes, perStepRate },
  }

  // 3. The process.
  checkGates(spec, workload, report)
  checkProbes(spec, description, report)
  return planned(spec, { workload, baseline, runSteps }, problems)
}

/** Rows by split; 0 where the script does not say, and 1 where it says that it has a test split and not how large. */
const rowsOf = ({ rows, test }: TrainerDescription): TrainerWorkload['data']['rows'] => ({
  train: rows.train ?? 0,
  validation: rows.validation ?? 0,
  test: test ? (rows.test ?? 1) : 0,
})

/** Every name that the spec gives the script must be one of those that the script lists. */
function checkNames({ trainer, levers }: TrainerSpec, { levers: own }: TrainerDescription, report: Report): void {
  const known = Object.keys(own)
  const check = (name: string, at: readonly string[]): void => {
    if (known.includes(name)) return
    const meant = didYouMean(name, known)
    report('trainer-lever', at, 'the script does not have this hyperparameter', {
      found: name,
      allowed: known.join(', ') || 'none: the script lists no levers',
      ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }),
    })
  }
  for (const [lever, name] of Object.entries(trainer.levers as Readonly<Record<string, string>>))
    check(name, ['trainer', 'levers', keyOf(lever)])
  for (const name of Object.keys(levers.custom ?? {})) {
    if (trainer.levers[`custom.${name}`] === undefined) check(name, ['levers', 'custom', name])
  }
}

/** A lever's key in the spec. */
const keyOf = (lever: string): string => lever.replace(/^custom\./, '')

/** A lever without a value in the spec takes the script's own default: the baseline is what the script does alone. */
function withOwnDefaults(spec: TrainerSpec, description: TrainerDescription, report: Report): NormalizedLevers {
  const { levers, trainer, given } = spec
  const patch: { -readonly [L in keyof LeverPatch]: LeverPatch[L] } = {}
  for (const [lever, name] of Object.entries(trainer.levers) as [LeverName, string][]) {
    const own = description.levers[name]
    if (given.includes(lever) || own === undefined) continue
    const wrong = wrongDefault(lever, own)
    if (wrong === undefined) patch[lever] = own
    else
      report('trainer-default', ['trainer', 'levers', keyOf(lever)], `the script's own default ${wrong}`, {
        found: `${name}: ${String(own)}`,
        hint: `give it a value under levers.${bucketOf(lever)}`,
      })
  }
  const { epochs } = description
  if (!given.includes('epochs') && trainer.levers.epochs === undefined) {
    if (epochs !== null) patch.epochs = Math.max(1, Math.round(epochs))
    else
      report('trainer-epochs', ['levers'], 'neither the spec nor the script says for how many epochs to train', {
        hint: 'add levers: { scheduling: { epochs: N } }',
      })
  }
  // A warmup that the preset decides is not a value, and is not among the values here.
  const { warmupSteps } = levers.scheduling
  const warm = withLevers({ ...levers, scheduling: { ...levers.scheduling, warmupSteps: 0 } }, patch)
  return patch.warmupSteps === undefined ? { ...warm, scheduling: { ...warm.scheduling, warmupSteps } } : warm
}

/** Why a value cannot be this lever's, as a clause; undefined if it can. */
function wrongDefault(lever: LeverName, value: LeverValue): string | undefined {
  if (isCustom(lever) || lever === 'patience' || lever === 'clipNorm') return undefined
  if (value === null) return 'is missing'
  if (lever === 'optimizer')
    return optimizerNames.some((name) => name === value) ? undefined : 'is not one of our optimizers'
  if (lever === 'schedule') return scheduleNames.some((name) => name === value) ? undefined : 'is not one of our schedules'
  if (lever === 'nesterov') return typeof value === 'boolean' ? undefined : 'is not true or false'
  if (typeof value !== 'number' || value < 0) return 'is not a number of 0 or more'
  const counts: readonly LeverName[] = ['batchSize', 'accumulate', 'epochs', 'warmupSteps']
  return counts.includes(lever) && !Number.isInteger(value) ? 'is not a whole number' : undefined
}

/**
 * The metrics that every evaluation has: the usual ones and those that the spec names from predictions, otherwise those that
 * the spec names.
 */
function metricsIn(spec: TrainerSpec, { predictions }: TrainerDescription, report: Report): readonly MetricName[] {
  const { task, objective, trainer } = spec
  const metrics = predictions
    ? [...metricsOf(task), ...requestedIn(spec).filter((name) => !isReported(name) && !needsClass(name))]
    : allMetricsOf(task).filter((name) => trainer.metrics[name] !== undefined)
  requireNamed(objective, { metrics, predictions }, ['objective'], report)
  for (const metric of Object.keys(spec.leastEffect ?? {}) as MetricName[])
    requireNamed(metric, { metrics, predictions }, ['leastEffect', metric], report)
  return metrics
}

interface MetricsOfRuns {
  readonly metrics: readonly MetricName[]
  /** Whether they are computed from predictions. Then they are all that can be computed. */
  readonly predictions: boolean
}

/** A metric must be one that the runs have. */
function requireNamed(found: MetricName, { metrics, predictions }: MetricsOfRuns, at: SpecPath, report: Report): void {
  if (metrics.includes(found)) return
  if (predictions) {
    report('trainer-metric', at, 'the script reports predictions, which do not say this metric', {
      found,
      allowed: metrics.join(', '),
      hint: 'take a metric of the predictions, or let the script report evaluations in their place',
    })
    return
  }
  report('trainer-metric', at, 'the script reports no predictions, and the spec does not name this metric of it', {
    found,
    allowed: metrics.join(', ') || 'none: trainer.metrics is empty',
    hint: `add trainer.metrics: { ${found}: NAME }${isReported(found) ? '' : ', or let the script report predictions'}`,
  })
}

function checkGates({ gates }: TrainerSpec, { metrics, data, parameters, program }: TrainerWorkload, report: Report): void {
  const predictions = program.measured === 'from predictions'
  for (const [index, rule] of gates.entries()) {
    const gate = gateOf(rule)
    const at = ['gates', index, gate.name]
    const measured = gate.measures(rule)
    if (measured) requireNamed(measured.metric, { metrics, predictions }, [...at, 'metric'], report)
    if (measured?.split === 'test' && data.rows.test === 0) {
      report('metric-not-computed', [...at, 'split'], 'the script does not report the split test', {
        found: 'split: test',
        allowed: 'split: validation, or a script whose hello has supports.test',
      })
    }
    if (gate.decidedByPlan && parameters === 0) {
      report('trainer-parameters', at, 'the script does not say how many parameters its model has', {
        hint: 'report parameters in hello, or remove the gate',
      })
    }
  }
}

/** A stage that probes needs a script that answers probes. */
function checkProbes({ stages }: TrainerSpec, { modes }: TrainerDescription, report: Report): void {
  if (modes.includes('probe')) return
  for (const [index, { stage }] of stages.entries()) {
    if (!stageNamed(stage).probes) continue
    report('trainer-mode', ['stages', index, stage], `the stage ${stage} needs a script that answers the mode probe`, {
      found: modes.join(', '),
      hint: 'let the script answer probe, or list the stages without this one',
    })
  }
}
