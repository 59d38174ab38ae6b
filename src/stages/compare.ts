import { withLevers, type LeverPatch } from '../records/levers.ts'
import { gain as metricGain, higherIsBetter } from '../records/metrics.ts'
import type { Comparison, Evidence } from '../records/decision.ts'
import type { RunJob, Workload } from '../records/plan.ts'
import { mean, type PooledSd } from '../stats/describe.ts'
import { beatsNoisePaired } from '../stats/noise.ts'
import { shown } from '../stats/outcome.ts'
import { fullRun, type Asking, type StageRecorder } from './recorder.ts'
import { differenceNoise } from './noise.ts'
import { oneRow, rowSets, withRowNoise } from './row-noise.ts'
import type { SeedOnRows } from './seeds.ts'
import type { RunOutcome } from './stage.ts'

/** Probability that noise alone moves a lever, divided among all candidates that compete for it (Bonferroni). */
export const selectionAlpha = 0.04

/**
 * Probability that the choice of validation rows alone moves a lever. No training makes it smaller, and what is not moved may
 * be a loss as well as what is.
 */
export const rowAlpha = 0.1

/** One configuration under several seeds: one side of a comparison. */
export interface Arm {
  readonly label: string
  readonly patch: LeverPatch
  readonly seeds: readonly SeedOnRows[]
  readonly outcomes: readonly RunOutcome[]
  /** What stages select by (see `score`), one per seed; null if the run did not complete. */
  readonly scores: readonly (number | null)[]
}

/**
 * What stages select by: the validation objective at the best checkpoint; null unless the run completed. For nll, one more
 * row counts as a mistake at the cost that a mistake has for this model (the rule of succession: after n rows, the next may
 * be the first mistake). On few rows that a model separates, nll falls to 0 with the size of its logits, although the first
 * mistake on other rows costs hundreds of nats; on many rows the term vanishes.
 */
export function score({ objective, data }: Workload, outcome: RunOutcome): number | null {
  const best = outcome.status === 'complete' ? outcome.best : null
  const value = best?.validation[objective]
  if (!best || value === undefined) return null
  const rows = data.rows.validation
  return best.mistakeCost === undefined ? value : (value * rows + best.mistakeCost) / (rows + 1)
}

/** The scores of an arm whose seeds all completed; undefined for an unstable arm. */
export function stableScores(arm: Arm): readonly number[] | undefined {
  const scores = arm.scores.filter((s) => s !== null)
  return scores.length === arm.scores.length && scores.length > 0 ? scores : undefined
}

/** The arm that did best under the first seed, the first of equals; undefined if every run failed. */
export function leadingOnce({ objective }: Workload, arms: readonly Arm[]): Arm | undefined {
  const scored = arms.flatMap((arm) => (stableScores(arm) ?? []).slice(0, 1).map((first) => ({ arm, first })))
  return scored.reduce<(typeof scored)[number] | undefined>(
    (best, one) => (best === undefined || metricGain(objective, best.first, one.first) > 0 ? one : best),
    undefined,
  )?.arm
}

export const runIds = (arm: Arm): string[] => arm.outcomes.flatMap((o) => (o.status === 'not-run' ? [] : [o.id]))
export const trainingSeconds = (outcomes: readonly RunOutcome[]): number =>
  outcomes.reduce((sum, o) => sum + (o.status === 'not-run' ? 0 : o.timing.seconds), 0)

/** Trains several patches of the incumbent under the same seeds, in one request. */
export function* trainArms(
  recorder: StageRecorder,
  arms: readonly { readonly label: string; readonly patch: LeverPatch }[],
  seeds: readonly SeedOnRows[],
  job: RunJob = fullRun,
): Asking<Arm[]> {
  const requests = arms.flatMap(({ label, patch }) =>
    seeds.map((seed) => recorder.request(label, withLevers(recorder.incumbent, patch), seed, job)),
  )
  const outcomes = yield* recorder.ask(requests)
  return arms.map(({ label, patch }, i) => {
    const own = outcomes.slice(i * seeds.length, (i + 1) * seeds.length)
    return { label, patch, seeds, outcomes: own, scores: own.map((o) => score(recorder.context.workload, o)) }
  })
}

/**
 * The gain that noise alone would exceed with probability `selectionAlpha`, shared over all candidates, for one candidate
 * and one incumbent. Noise is that of the seeds and that of the validation rows: on few rows every search finds a gain that
 * other rows do not show.
 */
export function compareArms(
  workload: Workload,
  incumbent: Arm,
  candidate: Arm,
  all: readonly Arm[],
  earlier: readonly PooledSd[] = [],
  alpha: number = selectionAlpha / Math.max(1, all.length - 1),
): Comparison {
  const base = {
    label: candidate.label,
    patch: candidate.patch,
    metric: workload.objective,
    seeds: candidate.seeds.map(({ seed }) => seed),
    incumbent: incumbent.scores,
    candidate: candidate.scores,
    runs: [...runIds(incumbent), ...runIds(candidate)],
  }
  const [from, to] = [stableScores(incumbent), stableScores(candidate)]
  if (to === undefined)
    return { ...base, gain: null, threshold: null, outcome: unstable(candidate) ? 'unstable' : 'undecidable' }
  if (from === undefined)
    return { ...base, gain: null, threshold: null, outcome: diverged(incumbent) ? 'better' : 'undecidable' }
  const arms = all.map(stableScores).filter((s) => s !== undefined)
  const noise = differenceNoise([from, to], arms, earlier)
  const judgedBy = ({ sd, df }: PooledSd, level: number) =>
    beatsNoisePaired({
      candidate: to,
      incumbent: from,
      pooledSd: sd,
      pooledDf: df,
      higherIsBetter: higherIsBetter(workload.objective),
      alpha: level,
    })
  const judged = judgedBy(noise, alpha)
  const rows = judgedBy(withRowNoise(noise, incumbent, candidate, workload), Math.max(alpha, rowAlpha))
  if (Number.isNaN(judged.threshold)) return { ...base, gain: null, threshold: null, outcome: 'undecidable' }
  const threshold = Math.max(judged.threshold, rows.threshold, oneRow(workload, rowSets(candidate)))
  const outcome = judged.gain > threshold ? 'better' : judged.gain < -threshold ? 'worse' : 'within-noise'
  return { ...base, gain: judged.gain, threshold, outcome }
}

/**
 * An arm that failed under some seed. A crash is enough to exclude a candidate; a run that the budget refused did not fail.
 */
export const unstable = (arm: Arm): boolean => arm.outcomes.some((o) => o.status === 'diverged' || o.status === 'crashed')

/** Only divergence is certainly caused by the levers. A process that died is no reason to move them. */
export const diverged = (arm: Arm): boolean => arm.outcomes.some((o) => o.status === 'diverged')

export function evidenceOf(comparison: Comparison, arms: readonly Arm[]): Evidence {
  return {
    metric: comparison.metric,
    gain: comparison.gain,
    threshold: comparison.threshold,
    seeds: comparison.seeds.length,
    runs: comparison.runs,
    seconds: trainingSeconds(arms.flatMap((a) => a.outcomes)),
  }
}

/** The comparison with the best candidate, ranked by scores, because there is no gain if the incumbent diverged. */
export function leading(comparisons: readonly Comparison[]): Comparison | undefined {
  const value = ({ candidate }: Comparison): number => mean(candidate.filter((s) => s !== null))
  return comparisons.reduce<Comparison | undefined>(
    (best, c) => (best && !(metricGain(c.metric, value(best), value(c)) > 0) ? best : c),
    undefined,
  )
}

/** What to report if no lever moved: nothing was compared, nothing could be decided, or nothing was better. */
export function unmoved({ comparisons, omissions }: StageRecorder): {
  readonly conclusion: 'kept' | 'inconclusive'
  readonly sentence: string
} {
  const undecided = comparisons.filter((c) => c.outcome === 'undecidable').length
  if (comparisons.length === undecided && undecided > 0) {
    return {
      conclusion: 'inconclusive',
      sentence:
        `${undecided === 1 ? 'The candidate could not' : `None of ${undecided} candidates could`} be distinguished from the incumbent: ` +
        'runs are missing, or seed noise could not be estimated.',
    }
  }
  if (comparisons.length > 0) {
    const rest = undecided > 0 ? `; ${undecided} of them could not be distinguished from it` : ''
    const none = comparisons.length === 1 ? 'The candidate did not' : `None of ${comparisons.length} candidates`
    return { conclusion: 'kept', sentence: `${none} beat the incumbent by more than noise${rest}.` }
  }
  return omissions.length > 0
    ? { conclusion: 'inconclusive', sentence: 'No candidate was compared: that was skipped because of the budget.' }
    : { conclusion: 'kept', sentence: 'There was nothing to compare.' }
}

export function gainSentence(c: Comparison): string {
  if (c.gain === null) return `${c.label}: the incumbent diverged; this candidate did not on any of ${c.seeds.length} seeds`
  const limit = c.threshold === null ? '' : `, more than the ${shown(c.threshold)} that noise explains`
  return `${c.label}: validation ${c.metric} better by ${shown(c.gain)}${limit} (${c.seeds.length} seeds)`
}
