import { median } from '../stats/describe.ts'
import type { BatchRows } from './augment.ts'
import { batchPlan, runBatches } from './batches.ts'
import type { RequestFor, RunBody, RunContext } from './context.ts'
import type { OnStep } from './engine.ts'
import { createLearner, type Learner } from './learner.ts'
import { weightsHash } from './loop.ts'
import { noiseScale, type NormPair } from './noise-scale.ts'
import { rounded } from './round.ts'
import { divergence, stepLogger } from './step-log.ts'
import { squaredNorms } from './squared-norms.ts'

/** Share of the steps that warms up caches and compilers and is not timed. */
const warmUpShare = 0.2
/**
 * The noise scale grows as the loss falls, so it is measured in the later part of a probe, where it is closest to that of a
 * run.
 */
const noiseFrom = 0.5
/** A large batch is divided into this many small ones for the noise scale. */
const parts = 4

/** Thrown if a run needs more memory than it may use. The trainer turns it into a crashed run. */
export class MemoryLimitError extends Error {}

/**
 * Throughput, memory and gradient noise at the levers' batch size, at a constant learning rate. It reads the clock because
 * it measures time. Peak memory is that of the process, so run each probe in its own process. A probe stops as soon as it
 * exceeds the limit.
 */
export function probeRun(context: RunContext, { levers, seed, job }: RequestFor<'probe'>, onStep?: OnStep): RunBody {
  const plan = batchPlan(context.data.splits.train.length, levers.batching)
  const batches = runBatches(context, levers, seed)
  const rate = levers.optimization.learningRate
  const log = stepLogger()
  const learner = createLearner(context, levers, seed)
  const seconds: number[] = []
  const norms: NormPair[] = []
  try {
    for (let taken = 0; taken < job.steps; ) {
      // One step per call if the gradient is needed after each step, and at first, while an engine warms up.
      const noisy = taken >= job.steps * noiseFrom
      const count = noisy || taken === 0 ? 1 : Math.min(learner.chunk, Math.ceil(job.steps * noiseFrom) - taken)
      const start = performance.now()
      const reports = learner.advance(
        batches,
        taken,
        Array.from({ length: count }, () => rate),
      )
      const each = (performance.now() - start) / 1000 / count
      // An engine that takes many steps per call must not look slow because it is asked for one.
      if (!noisy || learner.chunk === 1) seconds.push(...reports.map(() => each))
      for (const report of reports) {
        const failure = divergence(report)
        if (failure) return { status: 'diverged', atStep: taken, reason: failure, steps: log.steps, evaluations: [] }
        log.push(rate, report, levers.scheduling.clipNorm)
        taken++
        onStep?.(taken, job.steps, report.loss)
      }
      if (noisy) norms.push(...normPair(context, learner, batches(taken - 1), taken - 1))
      refuseAbove(job.memoryMiB)
    }
    const probe = {
      examplesPerSecond: rounded(
        (plan.rows * plan.accumulate) / median(seconds.slice(Math.floor(seconds.length * warmUpShare))),
      ),
      peakMemoryMiB: Math.ceil(peakMemoryMiB()),
      noiseScale: roundedOrNull(noiseScale(norms)),
    }
    const weights = weightsHash(learner.checkpoint())
    return { status: 'complete', best: null, probe, weights, steps: log.steps, evaluations: [] }
  } finally {
    learner.dispose()
  }
}

/**
 * Squared gradient norms of the first batch of a step, whole and in parts, at the weights after the step; none if the batch
 * is too small.
 */
export function normPair(
  { engine: { tf }, compiler }: RunContext,
  { settings, state, upload }: Learner,
  batches: readonly BatchRows[],
  step: number,
): NormPair[] {
  const [whole] = batches
  const small = Math.floor((whole?.rows ?? 0) / parts)
  if (!whole || small === 0) return []
  const slices = Array.from({ length: parts }, (_, i) => rowsOf(whole, i * small, small))
  return tf.tidy(() => {
    const uploaded = upload(slices, step)
    const [ofParts = NaN, ofMean = NaN] =
      compiler?.norms(settings, state, uploaded) ?? squaredNorms(tf, settings, state, uploaded).dataSync()
    return [
      {
        small: { batch: small, squaredNorm: ofParts },
        large: { batch: small * parts, squaredNorm: ofMean },
      },
    ]
  })
}

function rowsOf({ inputs, targets, rows }: BatchRows, start: number, count: number): BatchRows {
  const part = (values: Float32Array): Float32Array => {
    const size = values.length / rows
    return values.slice(start * size, (start + count) * size)
  }
  return { rows: count, inputs: part(inputs), targets: part(targets) }
}

/** The peak memory of the process. Node reports it in KiB. */
const peakMemoryMiB = (): number => process.resourceUsage().maxRSS / 1024

function refuseAbove(limitMiB: number): void {
  const peak = Math.ceil(peakMemoryMiB())
  if (peak > limitMiB) throw new MemoryLimitError(`needs more memory than the limit: ${peak} MiB, limit ${limitMiB} MiB`)
}

const roundedOrNull = (value: number | null): number | null => (value === null ? null : rounded(value))
