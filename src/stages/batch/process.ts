import type { LeverPatch, Levers } from '../../records/levers.ts'
import type { Comparison, RangeTestFindings } from '../../records/decision.ts'
import { isTrainer, visible } from '../../records/plan.ts'
import { shown } from '../../stats/outcome.ts'
import { compareArms, evidenceOf, leading, trainArms, type Arm } from '../compare.ts'
import { findRate } from '../lr-range/find-rate.ts'
import { StageRecorder, type Asking } from '../recorder.ts'
import { adopt } from '../lr-range/process.ts'
import { selectionSeeds } from '../seeds.ts'
import type { StageContext, StageProcess } from '../stage.ts'
import { judgeSizes, probeSizes, typicalNoiseScale, type ProbeFinding } from './probes.ts'
import { mostExamples, rateShares, type BatchSettings } from './settings.ts'

/**
 * Finds the largest batch that fits in memory, does not lower throughput, and is still supported by the gradient noise
 * scale. The learning rate follows by the scaling rule, and a second range test rechecks it. A larger batch is taken for
 * speed. It need not be better on validation, but it must not be worse by more than seed noise.
 */
export function* growBatch(context: StageContext, settings: BatchSettings): StageProcess {
  const recorder = new StageRecorder(context)
  const before = context.incumbent.batching
  const probes = yield* probeSizes(recorder, settings)
  const noiseScale = typicalNoiseScale(probes)
  // A script reports no noise scale. The comparison at full length decides alone.
  const limit = isTrainer(context.workload) ? Number.POSITIVE_INFINITY : noiseScale
  const judged = judgeSizes(probes, limit, before)
  const target = targetOf(recorder, settings, judged, probes.find((p) => p.crashed)?.batchSize, noiseScale)

  const growth = (target.batchSize * target.accumulate) / (before.batchSize * before.accumulate)
  const factor = scalingFactor(settings, context.incumbent, growth)
  const kept =
    growth > 1
      ? yield* tryLarger(recorder, settings, target, growth, factor)
      : `The batch stays at ${before.batchSize}: ${whyNot(judged, limit)}.`
  const { batchSize, accumulate } = recorder.incumbent.batching
  const moved = recorder.lineage.length > 0
  const taken = recorder.incumbent.optimization.learningRate / context.incumbent.optimization.learningRate
  const recheck = moved ? yield* recheckRate(recorder, settings) : null

  return recorder.close(
    moved ? 'changed' : limit === null ? 'inconclusive' : 'kept',
    moved
      ? `The batch grows from ${before.batchSize * before.accumulate} to ${batchSize * accumulate}. The learning rate is scaled by ×${shown(taken)}; the scaling rule gives ×${shown(factor)}. ${recheck?.conclusion ?? ''}`.trim()
      : kept,
    {
      batch: { probes: judged, noiseScale, chosen: batchSize, accumulate, learningRateFactor: taken, recheck },
    },
  )
}

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
  const linear = settings.scaling === 'linear' || (settings.scaling === 'auto' && levers.optimization.optimizer === 'sgd')
  return linear ? growth : Math.sqrt(growth)
}

/** Compares the larger batch, at half, once and twice the scaled rate, with the incumbent. Returns why it was not taken. */
function* tryLarger(
  recorder: StageRecorder,
  settings: BatchSettings,
  target: Levers['batching'],
  growth: number,
  factor: number,
): Asking<string> {
  const { workload, seed } = recorder.context
  const what = `batch ${target.batchSize * target.accumulate}`
  const runs = (1 + rateShares.length) * settings.seeds
  if (!recorder.affords(runs, `comparison of ${what}`)) return `The budget left no room to compare ${what}.`
  const arms = yield* trainArms(
    recorder,
    [
      { label: 'incumbent', patch: {} },
      ...rateShares.map((share) => ({
        label: `${what}, learning rate ×${shown(factor * share)}`,
        patch: visible(workload, scaledPatch(recorder.incumbent, target, growth, factor * share)),
      })),
    ],
    selectionSeeds(seed, settings.seeds),
  )
  const incumbent = arms[0] as Arm
  const comparisons = arms.slice(1).map((arm) => compareArms(workload, incumbent, arm, arms))
  recorder.comparisons.push(...comparisons)
  const fit = leading(comparisons.filter((c) => c.outcome === 'better' || c.outcome === 'within-noise'))
  if (fit === undefined) return `${whyWorse(what, comparisons)}, so the batch stays.`
  const arm = arms[1 + comparisons.indexOf(fit)] as Arm
  recorder.move(
    fit.patch,
    `${fit.label}: as good on validation within seed noise, and fewer steps per epoch`,
    evidenceOf(fit, [incumbent, arm]),
  )
  return ''
}

function whyWorse(what: string, comparisons: readonly Comparison[]): string {
  return comparisons.every((c) => c.outcome === 'worse' || c.outcome === 'unstable')
    ? `${what} is unstable, or worse on validation by more than seed noise, at every rate tried`
    : `${what} could not be distinguished from the incumbent: runs are missing, or seed noise could not be estimated`
}

/** Warmup shrinks with the number of steps, so that it covers the same examples. */
function scaledPatch(levers: Levers, target: Levers['batching'], growth: number, factor: number): LeverPatch {
  return {
    ...target,
    learningRate: Number((levers.optimization.learningRate * factor).toPrecision(3)),
    warmupSteps: Math.round(levers.scheduling.warmupSteps / growth),
  }
}

function* recheckRate(recorder: StageRecorder, settings: BatchSettings): Asking<RangeTestFindings | null> {
  if (settings.recheck === null) return null
  const search = yield* findRate(recorder, recorder.incumbent, settings.recheck)
  return adopt(recorder, search).findings
}

function whyNot(judged: readonly ProbeFinding[], noiseScale: number | null): string {
  const next = judged.find((p) => p.outcome !== 'fits')
  if (next) return `batch ${next.batchSize} is ruled out: ${next.note}`
  const limit = "a step holds at most the stage's largest batch and at most a quarter of the training rows"
  return noiseScale === null ? `${limit}, and the gradient noise scale could not be estimated` : limit
}
