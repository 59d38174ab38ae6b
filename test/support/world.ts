import { stream } from '../../src/base/random.ts'
import type { Levers } from '../../src/records/levers.ts'
import type { StageDecision } from '../../src/records/decision.ts'
import type { StageJob, StageSettings, ModelWorkload } from '../../src/records/plan.ts'
import type { RunRequest, RunResult } from '../../src/records/run.ts'
import { fingerprint } from '../../src/base/hash.ts'
import type { AnyStageSettings } from '../../src/stages/index.ts'
import type { RunOutcome, Stage, StageContext } from '../../src/stages/stage.ts'
import { someLevers } from './levers.ts'

/**
 * A world in which the truth is known: what each configuration scores without noise, and how large seed noise is. Stages are
 * decision procedures, so they are tested against known truths, many times; that real training behaves is tested elsewhere.
 */
export interface World {
  /** Validation nll without noise; NaN diverges. */
  readonly truth: (levers: Levers, request: RunRequest) => number
  readonly noise: number
  /** Where the loss of a range test turns up. */
  readonly edge?: (request: RunRequest) => number
  /** Whether the loss of a range test is not finite from the edge on, rather than high. */
  readonly blowsUp?: boolean
  readonly gradientNorms?: readonly number[]
  readonly noiseScale?: number | null
  readonly throughput?: (batchSize: number) => number
  /** Batch sizes above it do not fit in memory. */
  readonly memoryLimit?: number
}

export const someWorkload: ModelWorkload = {
  task: 'classification',
  layers: [],
  parameters: 1000,
  objective: 'nll',
  evaluateEvery: 1,
  augmentation: { shift: 0.1, flip: 0, erase: 0, noise: 0, mixup: 0 },
  data: {
    fingerprint: 'data',
    rows: { train: 1078, validation: 359, test: 360 },
    inputShape: [8, 8, 1],
    classes: ['0', '1'],
  },
}

export function runRequest(world: World, request: RunRequest): RunResult {
  const id = fingerprint([request.levers, request.seed, request.job]).slice(0, 20)
  const base = { id, request, engine: 'simulated', evaluations: [], timing: { seconds: 1, stepsPerSecond: 100 } }
  const noSteps = { loss: [], learningRate: [], gradientNorm: [], clipped: [] }
  const complete = { ...base, status: 'complete' as const, best: null, probe: null, weights: id, steps: noSteps }
  const random = stream(request.seed, 'world', id)
  switch (request.job.kind) {
    case 'range-test': {
      const edge = world.edge?.(request) ?? Infinity
      const steps = { ...noSteps, ...sweep(request.job, edge, random.normal) }
      const at = steps.learningRate.findIndex((rate) => rate > edge)
      if (!world.blowsUp || at < 0) return { ...complete, steps }
      const cut = <T>(values: readonly T[]): T[] => values.slice(0, at)
      return {
        ...base,
        status: 'diverged',
        atStep: at,
        reason: 'loss is NaN',
        steps: {
          loss: cut(steps.loss),
          learningRate: cut(steps.learningRate),
          gradientNorm: cut(steps.gradientNorm),
          clipped: cut(steps.clipped),
        },
      }
    }
    case 'probe': {
      const { batchSize } = request.levers.batching
      if (batchSize > (world.memoryLimit ?? Infinity))
        return { ...base, status: 'crashed', reason: 'over the memory limit', steps: noSteps }
      return {
        ...complete,
        probe: {
          examplesPerSecond: world.throughput?.(batchSize) ?? 1000,
          peakMemoryMiB: batchSize,
          noiseScale: world.noiseScale ?? null,
        },
      }
    }
    case 'train': {
      const truth = world.truth(request.levers, request)
      if (Number.isNaN(truth)) return { ...base, status: 'diverged', atStep: 10, reason: 'loss is NaN', steps: noSteps }
      const norms = world.gradientNorms ?? [1]
      const nll = truth + world.noise * random.normal()
      return {
        ...complete,
        best: { step: 340, epoch: 20, validation: { nll }, test: request.job.evaluateTest ? { nll } : null },
        steps: { loss: norms, learningRate: norms, gradientNorm: norms, clipped: norms.map(() => false) },
      }
    }
  }
}

/** A loss that falls with the logarithm of the rate and turns up steeply at the edge. */
function sweep(job: { from: number; to: number; steps: number }, edge: number, normal: () => number) {
  const learningRate = Array.from({ length: job.steps }, (_, i) => job.from * (job.to / job.from) ** (i / (job.steps - 1)))
  const loss = learningRate.map(
    (rate) => 2.3 - 1.8 / (1 + (1e-3 / rate) ** 1.5) + (rate > edge ? 5 * Math.log(rate / edge) : 0) + 0.02 * normal(),
  )
  return { learningRate, loss, gradientNorm: loss.map(() => 1), clipped: loss.map(() => false) }
}

export interface Played {
  readonly decision: StageDecision
  readonly requests: readonly RunRequest[]
}

/** Drives a stage to its decision; asks beyond the budget come back as not run, as the executor does it. */
export function play<S extends StageSettings = AnyStageSettings>(
  stage: Stage,
  settings: S,
  world: World,
  over: Partial<StageContext> & { budget?: number } = {},
  train: (request: RunRequest) => RunOutcome = (r) => runRequest(world, r),
): Played {
  const requests: RunRequest[] = []
  let left = over.budget ?? Infinity
  const job: StageJob = {
    id: settings.stage,
    needs: [],
    fingerprint: 'f',
    settings,
    templates: [],
    estimate: { runs: 0, steps: 0 },
  }
  const process = stage({
    job,
    workload: someWorkload,
    seed: 17,
    baseline: someLevers,
    incumbent: someLevers,
    previous: [],
    runsLeft: () => left,
    settles: () => false,
    remedies: () => [],
    ...over,
  })
  let next = process.next()
  while (!next.done) {
    const outcomes = next.value.map((request): RunOutcome => {
      if (left < 1) return { status: 'not-run', request, reason: 'the trial budget is used up' }
      left -= 1
      requests.push(request)
      return train(request)
    })
    next = process.next(outcomes)
  }
  return { decision: next.value, requests }
}
