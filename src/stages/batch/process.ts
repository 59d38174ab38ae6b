import { optimizers, type Levers } from '../../records/levers.ts'
import type { Comparison } from '../../records/decision.ts'
import { isTrainer, visible } from '../../records/plan.ts'
import { shown } from '../../stats/outcome.ts'
import { compareArms, evidenceOf, leading, trainArms, type Arm } from '../compare.ts'
import type { Candidate } from '../configurations.ts'
import { exploreAndConfirm } from '../explore.ts'
import { findRate } from '../lr-range/find-rate.ts'
import { StageRecorder, type Asking } from '../recorder.ts'
import { selectionRows } from '../seeds.ts'
import type { StageContext, StageProcess } from '../stage.ts'
import { judgeSizes, probeSizes, typicalNoiseScale, type ProbeFinding } from './probes.ts'
import { momentWords, scaledPatch } from './scaling.ts'
import { confirmedBatches, mostExamples, rateShares, smallerSizes, type BatchSettings } from './settings.ts'

/**
 * Finds the batch. Probes show which sizes fit in memory, do not lower throughput, and are still supported by the gradient
 * noise scale. For quality, that size and half of the batch are tried, each with the learning rate of the scaling rule, and
 * the batch moves only to one that beats the incumbent by more than noise. For speed, the largest is taken unless it is worse
 * by more than noise. After a larger batch, a range test rechecks the rate.
 */
export function* chooseBatch(context: StageContext, settings: BatchSettings): StageProcess {
  const recorder = new StageRecorder(context)
  const before = context.incumbent.batching
  const probes = yield* probeSizes(recorder, settings)
  const noiseScale = typicalNoiseScale(probes)
  // A script reports no noise scale. The comparison at full length decides alone.
  const limit = isTrainer(context.workload) ? Number.POSITIVE_INFINITY : noiseScale
  const judged = judgeSizes(probes, limit, before)
  const target = targetOf(recorder, settings, judged, probes.find((p) => p.crashed)?.batchSize, noiseScale)
  const why = `batch ${before.batchSize} is the largest: ${whyNot(judged, limit)}`
  const kept =
    settings.goal === 'speed'
      ? yield* tryLarger(recorder, settings, target, why)
      : yield* trySizes(recorder, settings, target, why)

  const { batchSize, accumulate } = recorder.incumbent.batching
  const moved = recorder.lineage.length > 0
  const taken = recorder.incumbent.optimization.learningRate / context.incumbent.optimization.learningRate
  const growth = growthOf(before, recorder.incumbent.batching)
  const recheck = growth > 1 && settings.recheck !== null ? yield* findRate(recorder, settings.recheck) : null
  return recorder.close(
    moved ? 'changed' : limit === null && !kept.tried ? 'inconclusive' : 'kept',
    moved
      ? [
          `The batch ${growth > 1 ? 'grows' : 'shrinks'} from ${before.batchSize * before.accumulate} to ${batchSize * accumulate}.`,
          `The learning rate is scaled by ×${shown(taken)}; the scaling rule gives ×${shown(scalingFactor(settings, context.incumbent, growth))}.`,
          ...momentWords(context.incumbent, growth, settings.scaling),
          ...(kept.why === '' ? [] : [kept.why]),
          ...(recheck === null ? [] : [recheck.conclusion]),
        ].join(' ')
      : kept.why,
    {
      batch: { probes: judged, noiseScale, chosen: batchSize, accumulate, learningRateFactor: taken, recheck },
    },
  )
}

/** What came of other sizes, and whether any was trained. */
interface Tried {
  /** Why the batch stays, or what a larger one costs; empty if there is nothing to add. */
  readonly why: string
  readonly tried: boolean
}

const growthOf = (from: Levers['batching'], to: Levers['batching']): number =>
  (to.batchSize * to.accumulate) / (from.batchSize * from.accumulate)

/**
 * The largest size that fits. If memory is the limit (it rejected a size) and the noise scale supports more, gradients are
 * accumulated, up to the most examples that a step may have.
 */
function targetOf(
  recorder: StageRecorder,
  settings: BatchSettings,
  judged: readonly ProbeFinding[],
  refused: number | undefined,
  noiseScale: number | null,
): Levers['batching'] {
  const before = recorder.context.incumbent.batching
  const fitting = judged.filter((p) => p.outcome === 'fits').map((p) => p.batchSize)
  const batchSize = Math.max(before.batchSize, ...fitting)
  if (refused === undefined || noiseScale === null || noiseScale < refused)
    return { batchSize, accumulate: before.accumulate }
  const examples = Math.min(noiseScale, mostExamples(before, settings, recorder.context.workload))
  return { batchSize, accumulate: Math.max(before.accumulate, 2 ** Math.floor(Math.log2(examples / batchSize))) }
}

/** κ for SGD (linear rule, Goyal et al., 2017), √κ for the Adam family (Malladi et al., 2022). */
function scalingFactor(settings: BatchSettings, levers: Levers, growth: number): number {
  const linear =
    settings.scaling === 'linear' ||
    (settings.scaling === 'auto' && optimizers[levers.optimization.optimizer].family === 'sgd')
  return linear ? growth : Math.sqrt(growth)
}

/** Tries smaller and larger sizes for a better result. */
function* trySizes(
  recorder: StageRecorder,
  settings: BatchSettings,
  target: Levers['batching'],
  whyNotLarger: string,
): Asking<Tried> {
  const { batching } = recorder.incumbent
  const smaller = smallerSizes(batching).map((batchSize) => ({ ...batching, batchSize }))
  const sizes = [...smaller, ...(growthOf(batching, target) > 1 ? [target] : [])]
  const candidates = sizes.flatMap((size) => candidatesAt(recorder, settings, size, [1]))
  const { arms, challenged } = yield* exploreAndConfirm(recorder, {
    what: 'batch sizes',
    candidates,
    most: confirmedBatches,
    seeds: settings.seeds,
  })
  if (recorder.lineage.length > 0) return { why: '', tried: true }
  const tried = arms.length > 0
  if (!tried) {
    const why =
      candidates.length === 0
        ? `The batch stays at ${batching.batchSize}: no other size can be tried; ${whyNotLarger}.`
        : `The budget left no room to try other sizes, so the batch stays at ${batching.batchSize}.`
    return { why, tried }
  }
  const better = challenged === null ? 'did better in one run' : 'is better'
  return { why: `No other size ${better} by more than noise, so the batch stays at ${batching.batchSize}.`, tried }
}

/** A size with shares of the learning rate that the scaling rule gives. */
function candidatesAt(
  { incumbent, context }: StageRecorder,
  settings: BatchSettings,
  size: Levers['batching'],
  shares: readonly number[],
): Candidate[] {
  const growth = growthOf(incumbent.batching, size)
  const factor = scalingFactor(settings, incumbent, growth)
  return shares.map((share) => ({
    label: `batch ${size.batchSize * size.accumulate}, learning rate ×${shown(factor * share)}`,
    patch: visible(context.workload, scaledPatch(incumbent, size, growth, factor * share, settings.scaling)),
  }))
}

/**
 * Compares the larger batch, at half, once and twice the scaled rate, with the incumbent, and takes it for speed if it is
 * not worse by more than noise. Returns what that cost, or why it was not taken.
 */
function* tryLarger(
  recorder: StageRecorder,
  settings: BatchSettings,
  target: Levers['batching'],
  whyNotLarger: string,
): Asking<Tried> {
  const { workload } = recorder.context
  if (growthOf(recorder.incumbent.batching, target) <= 1) return { why: `The batch stays: ${whyNotLarger}.`, tried: false }
  const what = `batch ${target.batchSize * target.accumulate}`
  const runs = (1 + rateShares.length) * settings.seeds
  if (!recorder.affords(runs, `comparison of ${what}`))
    return { why: `The budget left no room to compare ${what}.`, tried: false }
  const arms = yield* trainArms(
    recorder,
    [{ label: 'incumbent', patch: {} }, ...candidatesAt(recorder, settings, target, rateShares)],
    selectionRows(recorder.context, settings.seeds),
  )
  const incumbent = arms[0] as Arm
  const comparisons = arms.slice(1).map((arm) => compareArms(workload, incumbent, arm, arms, recorder.earlier))
  recorder.comparisons.push(...comparisons)
  const fit = leading(comparisons.filter((c) => c.outcome === 'better' || c.outcome === 'within-noise'))
  if (fit === undefined) return { why: `${whyWorse(what, comparisons)}, so the batch stays.`, tried: true }
  const arm = arms[1 + comparisons.indexOf(fit)] as Arm
  recorder.move(
    fit.patch,
    `${fit.label}: not worse on validation by more than noise, and fewer steps per epoch`,
    evidenceOf(fit, [incumbent, arm]),
  )
  return { why: costOf(fit), tried: true }
}

/** What a batch that was taken for speed costs, from the comparison's own means. */
function costOf({ gain, metric }: Comparison): string {
  if (gain === null) return 'The old batch did not train under every seed.'
  return gain < 0
    ? `It was taken for speed: mean validation ${metric} is worse by ${shown(-gain)}, which noise explains.`
    : `It costs nothing: mean validation ${metric} is better by ${shown(gain)}.`
}

function whyWorse(what: string, comparisons: readonly Comparison[]): string {
  return comparisons.every((c) => c.outcome === 'worse' || c.outcome === 'unstable')
    ? `${what} is unstable, or worse on validation by more than noise, at every rate tried`
    : `${what} could not be distinguished from the incumbent: runs are missing, or seed noise could not be estimated`
}

function whyNot(judged: readonly ProbeFinding[], noiseScale: number | null): string {
  const next = judged.find((p) => p.outcome !== 'fits')
  if (next) return `batch ${next.batchSize} is ruled out: ${next.note}`
  const limit = "a step holds at most the stage's largest batch and at most a quarter of the training rows"
  return noiseScale === null ? `${limit}, and the gradient noise scale could not be estimated` : limit
}
