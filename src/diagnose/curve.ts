import { median } from '../stats/describe.ts'
import type { LeverName, Levers } from '../records/levers.ts'
import type { MetricName, Metrics, Task } from '../records/metrics.ts'
import type { Evaluation, LayerHealth, RunResult } from '../records/run.ts'

/** The log of one step; null for what was not logged. Losses and norms may be non-finite. */
export interface StepPoint {
  /** Counted from 1. */
  readonly step: number
  readonly loss: number | null
  readonly learningRate: number | null
  readonly gradientNorm: number | null
  readonly clipped: boolean | null
}

/** The measurements on one split; `loss` is the minimized one, without label smoothing. */
export interface Measured {
  readonly loss: number | null
  readonly accuracy: number | null
  readonly balancedAccuracy: number | null
  readonly ece: number | null
  /** Mean probability of the predicted class. */
  readonly confidence: number | null
  /** Loss of predicting the split's own mean; only for regression with a known R². */
  readonly constantLoss: number | null
  readonly metrics: Metrics
}

export interface EvaluationPoint {
  readonly step: number
  readonly epoch: number | null
  readonly train: Measured
  readonly validation: Measured
}

/** One run as the rules see it, whatever tool trained it. */
export interface Curve {
  readonly id: string
  readonly seed: number | null
  readonly status: 'complete' | 'diverged' | 'crashed' | 'unknown'
  readonly steps: readonly StepPoint[]
  readonly evaluations: readonly EvaluationPoint[]
  /** Null if unknown. */
  readonly stepsPerEpoch: number | null
  readonly levers: Levers | null
  /** The layers at the end of the run, from below; absent if they were not logged. */
  readonly layers?: readonly LayerHealth[]
}

/** What is known about all runs of a group. */
export interface Context {
  readonly task: Task
  /** 2 for labels, which are yes or no each. Null for regression, and if unknown. */
  readonly classes: number | null
  readonly rows: { readonly train: number; readonly validation: number } | null
  /** Training loss that a good fit reaches; null for 40 % of a constant guess's loss. */
  readonly targetLoss: number | null
  /** Levers without an effect on this model, such as dropout without a layer for it; absent if that is unknown. */
  readonly idleLevers?: readonly LeverName[]
  /** The largest root mean square of an input over training rows: 1 where inputs are standardized. Absent if unknown. */
  readonly inputScale?: number
  /** Largest allowed SD over seeds; null for the SD that drawing other validation rows would cause. */
  readonly seedCap: { readonly metric: MetricName; readonly maxStd: number } | null
}

/** Runs of one trial, one per seed. */
export interface CurveGroup {
  readonly subject: string
  readonly curves: readonly Curve[]
  readonly context: Context
}

/**
 * A tunegate run as a curve. Range tests and probes are no training and have no evaluations. Steps of a regression log the
 * loss of standardized targets, while evaluations use the target's own units; steps are converted to those.
 */
export function curveOf(run: RunResult): Curve {
  const { loss: losses, clipped } = run.steps
  const [rates, norms] = [logged(run.steps.learningRate), logged(run.steps.gradientNorm)]
  const evaluations = run.evaluations.map(pointOf)
  const unit = medianOf(evaluations.flatMap((e) => e.train.constantLoss ?? [])) ?? 1
  return {
    id: run.id,
    seed: run.request.seed,
    status: run.status,
    steps: losses.map((loss, i) => ({
      step: i + 1,
      loss: loss * unit,
      learningRate: rates[i] ?? null,
      gradientNorm: norms[i] ?? null,
      clipped: clipped[i] ?? null,
    })),
    evaluations,
    stepsPerEpoch: stepsPerEpoch(evaluations),
    levers: run.request.levers,
    ...(run.status === 'complete' && run.layers ? { layers: run.layers } : {}),
  }
}

/** None if no value is finite: a script that does not report them is not one whose gradients overflow. */
const logged = (values: readonly number[]): readonly number[] => (values.some(Number.isFinite) ? values : [])

const medianOf = (values: readonly number[]): number | undefined => (values.length > 0 ? median(values) : undefined)

function pointOf({ step, epoch, train, validation }: Evaluation): EvaluationPoint {
  return { step, epoch, train: measured(train), validation: measured(validation) }
}

export function measured(metrics: Metrics): Measured {
  const { mse, r2 } = metrics
  return {
    loss: metrics.nll ?? mse ?? null,
    accuracy: metrics.accuracy ?? metrics.subsetAccuracy ?? null,
    balancedAccuracy: metrics.balancedAccuracy ?? null,
    ece: metrics.ece ?? null,
    confidence: null,
    constantLoss: mse !== undefined && r2 !== undefined && r2 < 1 ? mse / (1 - r2) : null,
    metrics,
  }
}

/** Steps per epoch, from any evaluation at the end of one. */
function stepsPerEpoch(evaluations: readonly { readonly step: number; readonly epoch: number | null }[]): number | null {
  const whole = evaluations.find(
    (e) => e.epoch !== null && e.epoch >= 1 && Number.isInteger(e.epoch) && e.step % e.epoch === 0,
  )
  return whole?.epoch ? whole.step / whole.epoch : null
}
