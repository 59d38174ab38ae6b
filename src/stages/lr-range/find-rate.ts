import type { Comparison, RangeTestFindings } from '../../records/decision.ts'
import type { LeverPatch } from '../../records/levers.ts'
import { gain as metricGain } from '../../records/metrics.ts'
import type { RunJob, Workload } from '../../records/plan.ts'
import { mean } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import { ladderTop } from '../../stats/range-test.ts'
import { leading, leadingOnce, stableScores, unstable, type Arm } from '../compare.ts'
import { differenceNoise } from '../noise.ts'
import { oneRow, rowSets } from '../row-noise.ts'
import type { Candidate } from '../configurations.ts'
import { exploreAndConfirm, type Explored } from '../explore.ts'
import type { Asking, StageRecorder } from '../recorder.ts'
import type { LrRangeSettings } from './settings.ts'
import { sweep, topSentence } from './sweep.ts'

type Confirmation = RangeTestFindings['confirmations'][number]

/** How many rates of the ladder are compared with the incumbent's under further seeds. */
export const confirmedRates = 2

/** How many rungs are always tried; each further one only while the last was the best of them. */
const firstRungs = 3

interface Rung {
  readonly factor: number
  readonly learningRate: number
}

/**
 * The learning-rate range test over several seeds: find the edge where the loss turns up, try a ladder of rates below it
 * once each, beside the incumbent's, and confirm the best of them under other seeds. It never ends without a try: if the
 * sweeps show no common edge, the ladder begins elsewhere (`ladderTop`). Moves the incumbent's rate if one beats it by more
 * than noise: of the rates that are as good as the best within noise, the nearest, since the smallest move has the least to
 * prove.
 */
export function* findRate(recorder: StageRecorder, settings: LrRangeSettings): Asking<RangeTestFindings> {
  const { incumbent } = recorder
  const nothing = (curves: RangeTestFindings['curves'], conclusion: string): RangeTestFindings => ({
    batchSize: incumbent.batching.batchSize,
    curves,
    edge: null,
    confirmations: [],
    chosen: null,
    adopted: false,
    conclusion,
  })
  if (!recorder.affords(settings.seeds, 'learning-rate range test'))
    return nothing([], 'The range test was skipped because of the budget.')

  const sweeps = yield* sweep(recorder, incumbent, settings)
  const curves = sweeps.map((s) => s.curve)
  const swept = sweeps.flatMap((s) => s.swept ?? [])
  if (swept.length === 0) return nothing(curves, 'The learning rate stays: no sweep could be trained.')

  const before = incumbent.optimization.learningRate
  const top = ladderTop(swept, before)
  const rungs = ladder(top.rate, settings, before)
  const job: RunJob = { kind: 'train', length: settings.confirmLength, stopAfter: 1, evaluateTest: false }
  const explored = yield* exploreAndConfirm(recorder, {
    what: 'rates below the edge',
    candidates: rungs.slice(0, firstRungs).map(candidateOf),
    further: {
      rounds: Math.max(0, rungs.length - firstRungs),
      among: ([, ...tried]) => tried,
      suggest: (arms) => nextRung(recorder.context.workload, rungs, arms).map(candidateOf),
    },
    most: confirmedRates,
    choose: (candidates, scores) => ratesToConfirm(recorder.context.workload, candidates, scores, before),
    seeds: settings.confirmSeeds,
    job,
    pick: (better, arms) => nearest(recorder.context.workload, better, arms, before),
  })
  const after = recorder.incumbent.optimization.learningRate
  return {
    ...nothing(curves, `${topSentence(top)} ${verdict(explored, before, after)}`),
    edge:
      top.from === 'incumbent' || top.from === 'middle' ? null : { low: top.lowest, center: top.rate, high: top.highest },
    confirmations: confirmationsOf(explored, rungs, after),
    chosen: after === before && isCut(explored) ? null : after,
    adopted: after !== before,
  }
}

const candidateOf = ({ learningRate }: Rung): Candidate => ({
  label: `learning rate ${shown(learningRate)}`,
  patch: { learningRate },
})

/** The rates to try, the highest first; one that is the incumbent's own within a tenth tells nothing new. */
function ladder(top: number, { backOff }: LrRangeSettings, before: number): Rung[] {
  return backOff
    .map((factor) => ({ factor, learningRate: rounded(top * factor) }))
    .filter(({ learningRate }) => Math.abs(Math.log(learningRate / before)) > 0.1)
}

/** The next lower rung if the lowest so far is the best of them, whatever the incumbent does, or if none trained. */
function nextRung(workload: Workload, rungs: readonly Rung[], arms: readonly Arm[]): Rung[] {
  const tried = arms.slice(1)
  const best = leadingOnce(workload, tried)
  return best === undefined || best === tried.at(-1) ? rungs.slice(tried.length, tried.length + 1) : []
}

/** Three significant digits: the rate is not known more precisely, and people will copy it. */
const rounded = (rate: number): number => Number(rate.toPrecision(3))

/**
 * Of the rates that beat the incumbent's, the nearest to it whose mean is about as good as the best one's: within one
 * standard error of the comparison, or less apart than one validation row can show.
 */
function nearest(
  workload: Workload,
  better: readonly Comparison[],
  arms: readonly Arm[],
  before: number,
): Comparison | undefined {
  const best = leading(better)
  const armOf = (c: Comparison | undefined): Arm | undefined => arms.find(({ label }) => label === c?.label)
  const top = scoresOf(armOf(best))
  if (!best || !top) return best
  const all = arms.map(stableScores).filter((s) => s !== undefined)
  return better.reduce((found, c) => {
    const arm = armOf(c)
    const scores = scoresOf(arm)
    if (!arm || !scores || distance(c.patch, before) >= distance(found.patch, before)) return found
    const noise = differenceNoise([scores, top], all)
    const behind = metricGain(workload.objective, mean(scores), mean(top))
    return behind <= Math.max(noise.sd / Math.sqrt(scores.length), oneRow(workload, rowSets(arm))) ? c : found
  }, best)
}

/**
 * The rates to confirm: the best by its one run, and the nearest to the incumbent's that is less behind it than one
 * validation row can show, or else the second best.
 */
function ratesToConfirm(workload: Workload, candidates: readonly Candidate[], scores: readonly number[], before: number) {
  const [best, second] = candidates
  const behind = (i: number): number => metricGain(workload.objective, scores[i] ?? NaN, scores[0] ?? NaN)
  const near = candidates
    .filter((_, i) => i > 0 && behind(i) <= oneRow(workload))
    .sort((a, b) => distance(a.patch, before) - distance(b.patch, before))[0]
  return [best, near ?? second].filter((c) => c !== undefined)
}

const scoresOf = (arm: Arm | undefined) => (arm ? stableScores(arm) : undefined)
const distance = ({ learningRate }: LeverPatch, before: number): number => Math.abs(Math.log(Number(learningRate) / before))

function confirmationsOf({ arms, challenged }: Explored, rungs: readonly Rung[], after: number): Confirmation[] {
  return rungs.flatMap(({ factor, learningRate }, i) => {
    const tried = arms[i + 1]
    if (!tried) return []
    const confirmed = challenged?.arms.find((arm) => arm.label === tried.label)
    const scores = (confirmed ?? tried).scores
    const beats = challenged?.comparisons.some((c) => c.label === tried.label && c.outcome === 'better') ?? false
    return [
      { factor, learningRate, scores, outcome: outcomeOf(tried, confirmed, { chosen: learningRate === after, beats }) },
    ]
  })
}

function outcomeOf(
  tried: Arm,
  confirmed: Arm | undefined,
  { chosen, beats }: { readonly chosen: boolean; readonly beats: boolean },
): Confirmation['outcome'] {
  if (chosen) return 'chosen'
  if (beats) return 'better'
  if (unstable(tried) || (confirmed && unstable(confirmed))) return 'unstable'
  return confirmed ? 'within-noise' : 'tried-once'
}

/** Whether the budget ended the search before it could answer. */
const isCut = ({ arms, challenged }: Explored): boolean =>
  arms.length === 0 || [...arms, ...(challenged?.arms ?? [])].some((arm) => arm.outcomes.some((o) => o.status === 'not-run'))

function verdict(explored: Explored, before: number, after: number): string {
  const { arms, challenged } = explored
  const rate = shown(before)
  if (arms.length === 0) return 'The budget does not allow trying rates below it.'
  if (after !== before) {
    const all = challenged?.comparisons ?? []
    return all.some((c) => c.gain !== null)
      ? `${shown(after)} beats ${rate} by more than noise.`
      : `${rate} did not train under every seed; ${shown(after)} did.`
  }
  if (isCut(explored)) return `The budget ran out before a rate was confirmed, so ${rate} stays.`
  if (challenged === null) {
    const failed = arms.slice(1).every((arm) => arm.outcomes.some((o) => o.status !== 'complete'))
    return failed
      ? `No rate below it trained stably, so ${rate} stays.`
      : `No other rate did better than ${rate} in one run by more than noise, so it stays.`
  }
  if (challenged.comparisons.length === 0) return `The budget does not allow confirming a rate, so ${rate} stays.`
  const leader = leading(challenged.comparisons.filter((c) => c.gain !== null))
  return leader
    ? `The ${leader.label} does not beat ${rate} by more than noise, so the old rate stays.`
    : `No rate could be distinguished from ${rate}, so the old rate stays.`
}
