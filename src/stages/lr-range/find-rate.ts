import { numberAt } from '../../base/numbers.ts'
import type { Levers } from '../../records/levers.ts'
import { gain as metricGain } from '../../records/metrics.ts'
import type { RangeTestFindings } from '../../records/decision.ts'
import type { RunJob } from '../../records/plan.ts'
import { mean } from '../../stats/describe.ts'
import { fastaiValley, steepest, type Suggestion } from '../../stats/range-suggestions.ts'
import { combineEdges, findEdge, type Edge, type NoEdge } from '../../stats/range-test.ts'
import { shown, type Undefined } from '../../stats/outcome.ts'
import { compareArms, stableScores, trainArms, type Arm } from '../compare.ts'
import type { Asking, StageRecorder } from '../recorder.ts'
import { selectionSeeds } from '../seeds.ts'
import type { RunOutcome } from '../stage.ts'
import type { LrRangeSettings } from './settings.ts'

type Curve = RangeTestFindings['curves'][number]
type Confirmation = RangeTestFindings['confirmations'][number]

/** The result of a range test and the arms it trained: first the incumbent rate, then the backed-off ones. */
export interface RateSearch {
  readonly findings: RangeTestFindings
  readonly incumbent: Arm | null
  readonly chosen: Arm | null
  readonly arms: readonly Arm[]
}

/**
 * The learning-rate range test over several seeds at the given levers: find the edge where the loss turns up, back off by
 * fixed shares, confirm each rate with a short run under every seed, and choose the stable rate with the best mean. Compared
 * with an exhaustive search, that is closer than the highest rate within noise of the best: short runs flatter high rates.
 * It moves no lever; the caller compares the choice with its incumbent.
 */
export function* findRate(recorder: StageRecorder, levers: Levers, settings: LrRangeSettings): Asking<RateSearch> {
  const nothing = (curves: readonly Curve[], conclusion: string): RateSearch => ({
    findings: {
      batchSize: levers.batching.batchSize,
      curves,
      edge: null,
      confirmations: [],
      chosen: null,
      adopted: false,
      conclusion,
    },
    incumbent: null,
    chosen: null,
    arms: [],
  })
  if (!recorder.affords(settings.seeds, 'learning-rate range test'))
    return nothing([], 'The range test was skipped because of the budget.')

  const sweeps = yield* sweep(recorder, levers, settings)
  const curves = sweeps.map((s) => s.curve)
  const combined = combineEdges(sweeps.map((s) => s.found))
  if (combined.kind === 'inconclusive') return nothing(curves, `The learning rate stays: ${combined.reason}.`)

  const rates = settings.backOff.map((factor) => ({ factor, learningRate: rounded(combined.rate * factor) }))
  if (!recorder.affords((rates.length + 1) * settings.confirmSeeds, 'confirmation of the range test')) {
    return nothing(curves, 'An edge was found, but the budget does not allow confirming rates below it.')
  }
  const arms = yield* confirm(recorder, levers, rates, settings)
  if (arms.some((arm) => arm.outcomes.some((o) => o.status === 'not-run'))) {
    return nothing(curves, 'An edge was found, but the budget ran out before the rates below it were confirmed.')
  }
  const chosen = bestStable(recorder, arms.slice(1), rates)
  const edge = { low: combined.lowest, center: combined.rate, high: combined.highest }
  return {
    incumbent: arms[0] ?? null,
    chosen: chosen.arm,
    arms,
    findings: {
      batchSize: levers.batching.batchSize,
      curves,
      edge,
      confirmations: chosen.confirmations,
      chosen: chosen.learningRate,
      adopted: false,
      conclusion:
        chosen.learningRate === null
          ? `The edge is at ${shown(edge.center)}, but no rate below it trained stably.`
          : `The edge is at ${shown(edge.center)} (${shown(edge.low)} to ${shown(edge.high)} over ${combined.seeds} seeds); ${shown(chosen.learningRate)} is the best stable rate below it.`,
    },
  }
}

interface Sweep {
  readonly curve: Curve
  readonly found: Edge | NoEdge
}

function* sweep(recorder: StageRecorder, levers: Levers, settings: LrRangeSettings): Asking<Sweep[]> {
  const job: RunJob = { kind: 'range-test', from: settings.from, to: settings.to, steps: settings.steps }
  const seeds = selectionSeeds(recorder.context.seed, settings.seeds)
  const outcomes = yield* recorder.ask(seeds.map((seed) => recorder.request('range test', levers, seed, job)))
  return outcomes.map((outcome, i) => sweepOf(outcome, numberAt(seeds, i)))
}

function sweepOf(outcome: RunOutcome, seed: number): Sweep {
  if (outcome.status === 'not-run' || outcome.status === 'crashed') {
    const { reason } = outcome
    return {
      found: { kind: 'none', reason },
      curve: {
        run: outcome.status === 'crashed' ? outcome.id : null,
        seed,
        edge: null,
        reason,
        valley: null,
        steepest: null,
      },
    }
  }
  const { rates, losses } = swept(outcome)
  const found = findEdge(rates, losses)
  const edge = found.kind === 'edge' ? { edge: found.rate, reason: null } : { edge: null, reason: found.reason }
  return {
    found,
    curve: {
      run: outcome.id,
      seed,
      ...edge,
      valley: rateOf(fastaiValley(rates, losses)),
      steepest: rateOf(steepest(rates, losses)),
    },
  }
}

/**
 * A sweep that diverged logs only the finite losses. The first non-finite loss is the evidence for the edge, so it is put
 * back.
 */
function swept(outcome: Exclude<RunOutcome, { status: 'not-run' | 'crashed' }>): {
  readonly rates: readonly number[]
  readonly losses: readonly number[]
} {
  const { learningRate: rates, loss: losses } = outcome.steps
  const { job } = outcome.request
  if (outcome.status !== 'diverged' || job.kind !== 'range-test') return { rates, losses }
  const next = job.from * (job.to / job.from) ** (losses.length / Math.max(1, job.steps - 1))
  return { rates: [...rates, next], losses: [...losses, NaN] }
}

const rateOf = (suggestion: Suggestion | Undefined): number | null =>
  suggestion.kind === 'undefined' ? null : suggestion.rate

function* confirm(
  recorder: StageRecorder,
  levers: Levers,
  rates: readonly { learningRate: number }[],
  settings: LrRangeSettings,
): Asking<Arm[]> {
  const job: RunJob = { kind: 'train', length: settings.confirmLength, stopAfter: 1, evaluateTest: false }
  const arms = [levers.optimization.learningRate, ...rates.map((r) => r.learningRate)].map((learningRate) => ({
    label: `learning rate ${shown(learningRate)}`,
    patch: { ...batchPatch(levers), learningRate },
  }))
  return yield* trainArms(recorder, arms, selectionSeeds(recorder.context.seed, settings.confirmSeeds), job)
}

/** The recheck after a change of batch runs at other batch levers than the incumbent's. Otherwise this changes nothing. */
const batchPatch = (levers: Levers) => ({ batchSize: levers.batching.batchSize, accumulate: levers.batching.accumulate })

function bestStable(
  recorder: StageRecorder,
  arms: readonly Arm[],
  rates: readonly { factor: number; learningRate: number }[],
): { readonly confirmations: readonly Confirmation[]; readonly learningRate: number | null; readonly arm: Arm | null } {
  const { workload } = recorder.context
  const stable = arms.map((arm) => ({ arm, scores: stableScores(arm) }))
  const best = stable.reduce<Arm | null>((top, { arm, scores }) => {
    const leader = top && stableScores(top)
    return scores && (!leader || metricGain(workload.objective, mean(leader), mean(scores)) > 0) ? arm : top
  }, null)
  const outcomes = arms.map((arm): Confirmation['outcome'] => {
    if (best === null || stableScores(arm) === undefined) return 'unstable'
    // If undecidable (one seed, or no noise at all), only the best rate remains.
    return arm === best || compareArms(workload, best, arm, arms).outcome === 'within-noise' ? 'within-noise' : 'worse'
  })
  const pick = best === null ? -1 : arms.indexOf(best)
  return {
    learningRate: rates[pick]?.learningRate ?? null,
    arm: best,
    confirmations: arms.map((arm, i) => ({
      factor: rates[i]?.factor ?? 1,
      learningRate: rates[i]?.learningRate ?? 0,
      scores: arm.scores,
      outcome: i === pick ? 'chosen' : (outcomes[i] as Confirmation['outcome']),
    })),
  }
}

/** Three significant digits: the rate is not known more precisely, and people will copy it. */
const rounded = (rate: number): number => Number(rate.toPrecision(3))
