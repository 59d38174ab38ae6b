import { leverValue, stepsOfRun, withLevers, type LeverPatch } from '../../records/levers.ts'
import { takes } from '../../records/plan.ts'
import { quantile } from '../../stats/describe.ts'
import { jointCandidates, labelOf, nearbyRates, rateFactors, type Candidate, type ExploredLever } from '../configurations.ts'
import { exploreAndConfirm, mostConfirmed, nearlyMoved } from '../explore.ts'
import { closeSearch } from '../explored.ts'
import { fullRun, StageRecorder, type Asking } from '../recorder.ts'
import { selectionRows, type SeedOnRows } from '../seeds.ts'
import type { StageContext, StageProcess } from '../stage.ts'
import { jointSearch } from './joint-space.ts'
import { decayFor, ratesFor, warmupLengths, type ScheduleSettings } from './settings.ts'

/**
 * Explores schedules, warmup lengths and clip norms (from the logged gradient norms) jointly near the incumbent, with the
 * learning rate, and every other optimizer at three rates of its own. Rounds that the results suggest follow, over these
 * levers and those that earlier stages explored. The best are confirmed under other seeds, and a winner is taken apart, so
 * that each lever that moves shows what it brings.
 */
export function* refineSchedule(context: StageContext, settings: ScheduleSettings): StageProcess {
  const recorder = new StageRecorder(context)
  const start = recorder.incumbent
  const norms = settings.clipPercentiles.length === 0 ? [] : yield* gradientNorms(recorder, settings)
  const own: ExploredLever[] = [
    { lever: 'schedule', values: settings.schedules },
    { lever: 'warmupSteps', values: warmupLengths(settings, stepsOf(recorder), start.scheduling.warmupSteps) },
    { lever: 'clipNorm', values: clipNorms(recorder, settings.clipPercentiles, norms) },
  ]
  const some = own.filter(({ lever, values }) => values.some((value) => value !== leverValue(start, lever)))
  const levers = some.length === 0 ? [] : [...some, nearbyRates(recorder, rateFactors)]
  const joint = jointSearch(recorder, [...some, { lever: 'optimizer', values: settings.optimizers }])
  const nearly = nearlyMoved(recorder)
  const explored = yield* exploreAndConfirm(recorder, {
    what: 'schedules and optimizers',
    ...(nearly ? { nearly } : {}),
    candidates: [...jointCandidates(recorder, levers, settings.explore), ...otherOptimizers(recorder, settings)],
    most: mostConfirmed,
    seeds: settings.seeds,
    further: { rounds: settings.rounds, suggest: joint.suggest },
    remedied: levers.map(({ lever }) => lever),
  })
  const names = new Set([
    ...levers.map(({ lever }) => lever),
    ...(settings.optimizers.length > 0 ? (['optimizer', 'weightDecay'] as const) : []),
    ...(settings.rounds > 0 && explored.arms.length > 0 ? joint.levers : []),
  ])
  return closeSearch(recorder, start, [...names], explored)
}

/** Every other optimizer at rates of its own, with a weight decay that follows the rate. */
function otherOptimizers({ incumbent, context }: StageRecorder, { optimizers }: ScheduleSettings): Candidate[] {
  const { optimizer: own, learningRate } = incumbent.optimization
  const { weightDecay } = incumbent.regularization
  return optimizers
    .filter((optimizer) => optimizer !== own)
    .flatMap((optimizer) =>
      ratesFor(own, optimizer).map((factor): Candidate => {
        const decay = decayFor(own, optimizer, factor, weightDecay)
        const patch: LeverPatch = {
          optimizer,
          learningRate: Number((learningRate * factor).toPrecision(3)),
          ...(decay !== weightDecay && takes(context.workload, 'weightDecay') ? { weightDecay: decay } : {}),
        }
        return { label: labelOf(patch), patch }
      }),
    )
}

/** Steps of a full run, which the schedule covers. A run that early stopping ended logs fewer. */
const stepsOf = ({ context, incumbent }: StageRecorder): number => stepsOfRun(incumbent, context.workload.data.rows.train)

/** Gradient norms of every step of the incumbent's own run, which the search needs anyway, so it is trained once. */
function* gradientNorms(recorder: StageRecorder, settings: ScheduleSettings): Asking<number[]> {
  const [first] = selectionRows(recorder.context, settings.seeds + 1) as [SeedOnRows, ...SeedOnRows[]]
  if (!recorder.affords(1, 'comparison of clip norms')) return []
  const request = recorder.request('incumbent', withLevers(recorder.incumbent, {}), first, fullRun)
  const outcomes = yield* recorder.ask([request])
  return outcomes.flatMap((o) => (o.status === 'complete' ? o.steps.gradientNorm.filter(Number.isFinite) : []))
}

/** The quantiles of the norms, and no clipping if the incumbent clips. */
function clipNorms(
  { incumbent }: StageRecorder,
  percentiles: readonly number[],
  norms: readonly number[],
): (number | null)[] {
  if (norms.length === 0) return []
  const levels = percentiles.map((p) => Number(quantile(norms, p).toPrecision(2))).filter((n) => n > 0)
  return [...new Set(incumbent.scheduling.clipNorm === null ? levels : [...levels, null])]
}
