import type { Verify } from '../dsl/tuning.gen.ts'
import type { VerifiedRun, VerifyFindings } from '../records/decision.ts'
import type { CompleteRun, RunTime } from '../records/run.ts'
import { leverDifferences } from '../records/levers.ts'
import type { Task } from '../records/metrics.ts'
import type { DataFacts, RunJob, StageSettings } from '../records/plan.ts'
import { taskOf } from '../records/tasks.ts'
import { printable } from '../base/printable.ts'
import { unreachable } from '../base/result.ts'
import type { StageDefinition } from './definition.ts'
import { training } from './estimate.ts'
import { StageRecorder, type Asking } from './recorder.ts'
import { listSchema, seedsSchema } from './schema.ts'
import { verificationSeeds } from './seeds.ts'
import type { RunOutcome, StageContext, StageProcess } from './stage.ts'

export interface VerifySettings extends StageSettings {
  readonly stage: 'verify'
  /** Most seeds per side. */
  readonly seeds: number
  /**
   * Seed counts at which the gates are judged, ascending; the last is `seeds`. Once every gate is settled, no more seeds are
   * trained.
   */
  readonly looks: readonly number[]
}

const defaults = { seeds: 5 }
/** Seeds per side if the spec names no number. */
export const defaultSeeds = defaults.seeds

/** Retrains baseline and winner on seeds that no selection used. Gates rest on it. */
export const verify: StageDefinition<VerifySettings, Verify> = {
  name: 'verify',
  schema: {
    summary: 'Retrains baseline and winner on seeds not used for selection.',
    description: 'Settings of the verification.',
    initial: defaults,
    properties: {
      seeds: seedsSchema('Maximum number of seeds to retrain the baseline and the winner with.', defaults.seeds),
      looks: listSchema(
        'Looks',
        'Increasing numbers of seeds after which the gates are judged; no more seeds are trained once every gate is ' +
          'settled. With 10 seeds, [5] or [5, 10] looks after 5 and, if needed, after 10; [] looks once, at the end. Each look ' +
          'uses a stricter error level, so that all looks together err no more often than one.',
        { type: 'integer', minimum: 2, maximum: 100 },
        { uniqueItems: true, maxItems: 10 },
        [],
      ),
    },
  },
  charts: [
    { ids: ['seeds', 'learning-curves', 'loss-curves'] },
    { ids: ['reliability-baseline', 'reliability-winner', 'reliability-scaled'] },
  ],
  chartsSteps: true,
  /** The last look covers all seeds, whether the spec lists it or not. */
  normalize: ({ seeds = defaults.seeds, looks = [] }) => ({
    stage: 'verify',
    seeds,
    looks: [...looks.filter((n) => n !== seeds), seeds],
  }),
  check({ seeds, looks }, _written, _context, report) {
    if (looks.every((n, i) => n > (looks[i - 1] ?? 0))) return
    report('looks-not-rising', ['looks'], 'the looks must increase and stay within the seeds of the stage', {
      found: looks.slice(0, -1).join(', '),
      allowed: `increasing numbers up to the ${seeds} seeds`,
    })
  },
  /**
   * Baseline and winner under the same fresh seeds. If no lever moved, they are identical and half of the runs are saved.
   */
  estimate: ({ seeds }, study) => [
    training(study, { id: 'retrain', title: 'baseline and winner', varies: [], trials: 2, seeds }),
  ],
  process,
}

/** With another number of seeds. Keeps looks at fewer seeds than are trained now. */
export const withSeeds = (settings: VerifySettings, seeds: number): VerifySettings => ({
  ...settings,
  seeds,
  looks: [...settings.looks.filter((n) => n < seeds), seeds],
})

/**
 * Retrains both sides on the verification seeds, paired by seed. It moves no lever; its findings go to the gates and the
 * report. If the winner is the baseline, the two requests are equal, and each seed is trained once.
 *
 * Seeds are trained up to one look after another. It stops once the gates are settled or the budget is exhausted.
 */
function* process(context: StageContext, { seeds: most, looks }: VerifySettings): StageProcess {
  const recorder = new StageRecorder(context)
  const seeds = verificationSeeds(context.seed, most)
  let findings: VerifyFindings = { looks, seeds: [] }
  let planned = 0
  for (const look of looks) {
    const next = yield* verifyOn(recorder, seeds.slice(planned, look))
    planned = look
    findings = { looks, seeds: [...findings.seeds, ...next] }
    if (findings.seeds.length < look || (look < most && context.settles(findings))) break
  }
  const early = planned < most && findings.seeds.length === planned
  const words =
    extent(findings, early ? planned : most) +
    (early ? ` They settled every gate, so ${most - planned} more were not needed.` : '')
  return recorder.close('verified', `${subject(context)} retrained ${words}`, { verify: findings })
}

function* verifyOn(recorder: StageRecorder, seeds: readonly number[]): Asking<VerifyFindings['seeds']> {
  const { baseline, incumbent, workload } = recorder.context
  const verification = verificationJob(workload.task, workload.data.rows)
  const outcomes = yield* recorder.ask(
    seeds.flatMap((seed) => [
      recorder.request('baseline', baseline, { seed }, verification),
      recorder.request('winner', incumbent, { seed }, verification),
    ]),
  )
  return seeds.flatMap((seed, i) => {
    const [base, candidate] = [verified(outcomes[2 * i]), verified(outcomes[2 * i + 1])]
    return base && candidate ? [{ seed, baseline: base, candidate }] : []
  })
}

/** The only job that may use test data, if any are held out. */
export const verificationJob = (task: Task, { test }: Pick<DataFacts['rows'], 'test'>): RunJob => ({
  kind: 'train',
  length: 1,
  stopAfter: 1,
  evaluateTest: test > 0,
  ...(taskOf(task).isCalibrated ? { calibration: true } : {}),
})

function verified(outcome: RunOutcome | undefined): VerifiedRun | undefined {
  if (outcome === undefined || outcome.status === 'not-run') return undefined
  switch (outcome.status) {
    case 'complete':
      return {
        run: outcome.id,
        status: 'complete',
        weights: outcome.weights,
        validation: outcome.best?.validation ?? null,
        test: outcome.best?.test ?? null,
        ...(outcome.best?.testRows ? { testRows: outcome.best.testRows } : {}),
        ...(outcome.best?.subsets ? { subsets: outcome.best.subsets } : {}),
        ...(outcome.best?.calibration ? { calibration: outcome.best.calibration } : {}),
        ...averagedOf(outcome),
        time: timeOf(outcome),
      }
    case 'diverged':
      return { run: outcome.id, status: outcome.status, weights: null, validation: null, test: null }
    case 'crashed':
      return {
        run: outcome.id,
        status: outcome.status,
        reason: printable(outcome.reason, 300),
        weights: null,
        validation: null,
        test: null,
      }
    default:
      return unreachable(outcome, 'run status')
  }
}

function averagedOf({ best }: CompleteRun): Pick<VerifiedRun, 'averaged'> {
  if (!best?.averaged) return {}
  const { validation, test } = best.averaged
  return { averaged: { validation, test } }
}

function timeOf({ timing: { seconds, machine } }: CompleteRun): RunTime {
  return machine === undefined ? { seconds } : { seconds, machine }
}

function subject({ baseline, incumbent, previous }: StageContext): string {
  const moved = leverDifferences(baseline, incumbent).length
  if (moved > 0) return `Baseline and winner (${moved} ${moved === 1 ? 'lever' : 'levers'} moved) were`
  return previous.length > 0 ? 'The baseline levers, which no stage could improve, were' : 'The baseline levers were'
}

function extent(findings: VerifyFindings, planned: number): string {
  const failed = findings.seeds.filter((s) => s.candidate.status !== 'complete').length
  const shortfall = findings.seeds.length < planned ? ` ${planned - findings.seeds.length} planned seeds were skipped.` : ''
  const failures = failed > 0 ? ` The winner failed on ${failed} of them.` : ''
  return `on ${findings.seeds.length} seeds not used for selection.${failures}${shortfall}`
}
