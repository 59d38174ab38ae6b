import { median } from '../stats/describe.ts'
import type { Levers } from '../records/levers.ts'
import type { MetricName, Metrics, Task } from '../records/metrics.ts'
import type { Evaluation, RunResult } from '../records/run.ts'

/** What was logged at one step; null for what was not. Losses and norms may be not finite. */
export interface StepPoint {
  /** Counted from 1. */
  readonly step: number
  readonly loss: number | null
  readonly learningRate: number | null
  readonly gradientNorm: number | null
  readonly clipped: boolean | null
}

/** What was measured on one split; `loss` is the one that is minimized, without label smoothing. */
export interface Measured {
  readonly loss: number | null
  readonly accuracy: number | null
  readonly balancedAccuracy: number | null
  readonly ece: number | null
  /** Mean probability of the predicted class. */
  readonly confidence: number | null
  /** Loss of predicting the split's own mean; regression with a known R² alone. */
  readonly constantLoss: number | null
  readonly metrics: Metrics
}

export interface EvaluationPoint {
  readonly step: number
  readonly epoch: number | null
  readonly train: Measured
  readonly validation: Measured
}

/** One run as the rules see it, whoever trained it. */
export interface Curve {
  readonly id: string
  readonly seed: number | null
  readonly status: 'complete' | 'diverged' | 'crashed' | 'unknown'
  readonly steps: readonly StepPoint[]
  readonly evaluations: readonly EvaluationPoint[]
  /** Null where it is not known. */
  readonly stepsPerEpoch: number | null
  readonly levers: Levers | null
}

/** What is known of all runs of a group. */
export interface Context {
  readonly task: Task
  /** Null for regression, and where nobody says. */
  readonly classes: number | null
  readonly rows: { readonly train: number; readonly validation: number } | null
  /** Train loss that a good fit reaches; null for 40 % of what a constant guess has. */
  readonly targetLoss: number | null
  /** Largest SD over seeds that is allowed; null for what drawing other validation rows would give. */
  readonly seedCap: { readonly metric: MetricName; readonly maxStd: number } | null
}

/** Runs of one trial, one a seed. */
export interface CurveGroup {
  readonly subject: string
  readonly curves: readonly Curve[]
  readonly context: Context
}

/**
 * A run of ours as a curve; range tests and probes are no training and have no evaluations. Steps of a regression log the
 * loss of standardized targets, evaluations that of the target's own units: steps are brought to those.
 */
export function curveOf(run: RunResult): Curve {
  const { steps } = run
  const evaluations = run.evaluations.map(pointOf)
  const unit = medianOf(evaluations.flatMap((e) => e.train.constantLoss ?? [])) ?? 1
  return {
    id: run.id,
    seed: run.request.seed,
    status: run.status,
    steps: steps.loss.map((loss, i) => ({
      step: i + 1,
      loss: loss * unit,
      learningRate: steps.learningRate[i] ?? null,
      gradientNorm: steps.gradientNorm[i] ?? null,
      clipped: steps.clipped[i] ?? null,
    })),
    evaluations,
    stepsPerEpoch: stepsPerEpoch(evaluations),
    levers: run.request.levers,
  }
}

const medianOf = (values: readonly number[]): number | undefined => (values.length > 0 ? median(values) : undefined)

function pointOf({ step, epoch, train, validation }: Evaluation): EvaluationPoint {
  return { step, epoch, train: measured(train), validation: measured(validation) }
}

export function measured(metrics: Metrics): Measured {
  const { mse, r2 } = metrics
  return {
    loss: metrics.nll ?? mse ?? null,
    accuracy: metrics.accuracy ?? null,
    balancedAccuracy: metrics.balancedAccuracy ?? null,
    ece: metrics.ece ?? null,
    confidence: null,
    constantLoss: mse !== undefined && r2 !== undefined && r2 < 1 ? mse / (1 - r2) : null,
    metrics,
  }
}

/** Steps of an epoch, from any evaluation at the end of one. */
function stepsPerEpoch(evaluations: readonly { readonly step: number; readonly epoch: number | null }[]): number | null {
  const whole = evaluations.find(
    (e) => e.epoch !== null && e.epoch >= 1 && Number.isInteger(e.epoch) && e.step % e.epoch === 0,
  )
  return whole?.epoch ? whole.step / whole.epoch : null
}
