import { withLevers, type LeverPatch, type Levers } from '../../records/levers.ts'
import type { BatchFindings, Comparison, RangeTestFindings } from '../../records/decision.ts'
import type { Workload } from '../../records/plan.ts'
import { median } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import { compareArms, evidenceOf, leading, trainArms, type Arm } from '../compare.ts'
import { findRate } from '../lr-range/find-rate.ts'
import { StageRecorder, type Asking } from '../recorder.ts'
import { adopt } from '../lr-range/process.ts'
import { selectionSeeds } from '../seeds.ts'
import type { StageContext, StageProcess } from '../stage.ts'
import type { BatchSettings } from './index.ts'

type Batching = Levers['batching']
type ProbeFinding = BatchFindings['probes'][number]

/**
 * A larger batch must not slow down training per example. This is the one decision that reads a clock, and a busy machine
 * slows any single measurement. So a batch is rejected only if it reaches less than this share of the smaller batch's
 * throughput in each of three rounds. Each round measures the smaller batch again.
 */
const leastThroughput = 0.5
const rounds = 3

/** Rates to try for a larger batch, as shares of what the scaling rule gives. */
export const rateShares: readonly number[] = [0.5, 1, 2]

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
  const judged = judgeSizes(probes, noiseScale, before)
  const target = targetOf(recorder, settings, judged, probes.find((p) => p.crashed)?.batchSize, noiseScale)

  const growth = (target.batchSize * target.accumulate) / (before.batchSize * before.accumulate)
  const factor = scalingFactor(settings, context.incumbent, growth)
  const kept =
    growth > 1
      ? yield* tryLarger(recorder, settings, target, growth, factor)
      : `The batch stays at ${before.batchSize}: ${whyNot(judged, noiseScale)}.`
  const { batchSize, accumulate } = recorder.incumbent.batching
  const moved = recorder.lineage.length > 0
  const taken = recorder.incumbent.optimization.learningRate / context.incumbent.optimization.learningRate
  const recheck = moved ? yield* recheckRate(recorder, settings) : null

  return recorder.close(
    moved ? 'changed' : noiseScale === null ? 'inconclusive' : 'kept',
    moved
      ? `The batch grows from ${before.batchSize * before.accumulate} to ${batchSize * accumulate}. The learning rate is scaled by ×${shown(taken)}; the scaling rule gives ×${shown(factor)}. ${recheck?.conclusion ?? ''}`.trim()
      : kept,
    {
      batch: { probes: judged, noiseScale, chosen: batchSize, accumulate, learningRateFactor: taken, recheck },
    },
  )
}

interface SizeProbe {
  readonly batchSize: number
  readonly examplesPerSecond: number | null
  readonly peakMemoryMiB: number | null
  readonly noiseScale: number | null
  /** Why there is no measurement; null if there is one. */
  readonly failure: string | null
  readonly crashed: boolean
  /** Slower than the batch of half the size, in every round. */
  readonly slower: boolean
}

/** The most examples per step: the stage's limit and a quarter of the training rows, or what the incumbent already has. */
function mostExamples(
  { batchSize, accumulate }: Batching,
  { largest }: BatchSettings,
  { data }: Pick<Workload, 'data'>,
): number {
  return Math.max(batchSize * accumulate, Math.min(largest, Math.floor(data.rows.train / 4)))
}

/** The batch doubled, starting with its own size, while a step has no more examples than allowed. */
export function sizesToProbe(batching: Batching, settings: BatchSettings, workload: Pick<Workload, 'data'>): number[] {
  const most = mostExamples(batching, settings, workload) / batching.accumulate
  const sizes: number[] = []
  for (let size = batching.batchSize; size <= most; size *= 2) sizes.push(size)
  return sizes
}

/** Doubles the batch until a step would exceed its size limit or memory. */
function* probeSizes(recorder: StageRecorder, settings: BatchSettings): Asking<SizeProbe[]> {
  const { incumbent, workload } = recorder.context
  const probes: SizeProbe[] = []
  for (const batchSize of sizesToProbe(incumbent.batching, settings, workload)) {
    const probe = yield* probeSize(recorder, settings, batchSize, 0)
    if (probe === undefined) break
    const smaller = probes.at(-1)
    probes.push({ ...probe, slower: smaller !== undefined && (yield* isSlower(recorder, settings, smaller, probe)) })
    if (probe.examplesPerSecond === null) break
  }
  return probes
}

function* probeSize(
  recorder: StageRecorder,
  settings: BatchSettings,
  batchSize: number,
  round: number,
): Asking<SizeProbe | undefined> {
  if (!recorder.affords(1, `probe of batch ${batchSize}`)) return undefined
  const { incumbent, seed } = recorder.context
  const [outcome] = yield* recorder.ask([
    recorder.request(
      `batch ${batchSize}`,
      withLevers(incumbent, { batchSize, accumulate: 1 }),
      selectionSeeds(seed, rounds)[round] as number,
      { kind: 'probe', steps: settings.probeSteps, memoryMiB: settings.memoryMiB },
    ),
  ])
  if (outcome === undefined || outcome.status === 'not-run') return undefined
  const measured = outcome.status === 'complete' ? outcome.probe : null
  return {
    batchSize,
    examplesPerSecond: measured?.examplesPerSecond ?? null,
    peakMemoryMiB: measured?.peakMemoryMiB ?? null,
    noiseScale: measured?.noiseScale ?? null,
    failure: outcome.status === 'complete' ? null : outcome.reason,
    crashed: outcome.status === 'crashed',
    slower: false,
  }
}

/** Whether a size is much slower than a smaller one. Measures both again, in turn, until one round says no. */
function* isSlower(recorder: StageRecorder, settings: BatchSettings, smaller: SizeProbe, size: SizeProbe): Asking<boolean> {
  const slow = (a: SizeProbe | undefined, b: SizeProbe | undefined): boolean =>
    a?.examplesPerSecond != null &&
    b?.examplesPerSecond != null &&
    b.examplesPerSecond < leastThroughput * a.examplesPerSecond
  if (!slow(smaller, size)) return false
  for (let round = 1; round < rounds; round++) {
    const [a, b] = [
      yield* probeSize(recorder, settings, smaller.batchSize, round),
      yield* probeSize(recorder, settings, size.batchSize, round),
    ]
    if (!slow(a, b)) return false
  }
  return true
}

/** The median over the probed sizes; null if no size gives an estimate. */
function typicalNoiseScale(probes: readonly SizeProbe[]): number | null {
  const scales = probes.flatMap((p) => (p.noiseScale === null ? [] : [p.noiseScale]))
  return scales.length === 0 ? null : Math.round(median(scales))
}

function judgeSizes(probes: readonly SizeProbe[], noiseScale: number | null, before: Levers['batching']): ProbeFinding[] {
  return probes.map((p) => {
    const base = { batchSize: p.batchSize, examplesPerSecond: p.examplesPerSecond, peakMemoryMiB: p.peakMemoryMiB }
    if (p.examplesPerSecond === null) return { ...base, outcome: 'too-large' as const, note: p.failure ?? 'no measurement' }
    // The noise scale comes first: it is the same in every run, and a measured time should decide only what nothing else
    // can.
    if (p.batchSize > before.batchSize && (noiseScale === null || p.batchSize * before.accumulate > noiseScale)) {
      return {
        ...base,
        outcome: 'beyond-noise-scale' as const,
        note:
          noiseScale === null
            ? 'the noise scale could not be estimated'
            : `above the gradient noise scale of ${noiseScale} examples`,
      }
    }
    if (p.slower)
      return {
        ...base,
        outcome: 'slower' as const,
        note: `less than half the examples per second of batch ${p.batchSize / 2}, in ${rounds} measurements`,
      }
    return { ...base, outcome: 'fits' as const, note: '' }
  })
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
        patch: scaledPatch(recorder.incumbent, target, growth, factor * share),
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
