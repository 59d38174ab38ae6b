import { stream } from '../../src/base/random.ts'
import {
  type Context,
  type Curve,
  type CurveGroup,
  type EvaluationPoint,
  measured,
  type StepPoint,
} from '../../src/diagnose/curve.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import type { Finding } from '../../src/diagnose/finding.ts'
import type { Metrics } from '../../src/records/metrics.ts'

/**
 * What a made-up run of ten classes, ten steps an epoch and thirty epochs looks like; every course is by the share of the
 * run.
 */
export interface Shape {
  readonly loss: (at: number, step: number) => number
  readonly validation: (at: number, step: number) => number
  readonly trainAccuracy: (at: number) => number
  readonly accuracy: (at: number) => number
  readonly ece: number
  readonly rate: (at: number) => number
  readonly norm: (at: number) => number
  readonly clipped: (step: number) => boolean
  /** SD of one step's loss, as a share of it. */
  readonly noise: number
  readonly status: Curve['status']
  readonly balancedAccuracy: ((at: number) => number) | null
}

export const [epochs, stepsPerEpoch] = [30, 10]
const decay = (at: number): number => 0.1 + 2.2 * Math.exp(-8 * at)

export const healthyShape: Shape = {
  loss: decay,
  validation: (at) => 0.06 + decay(at),
  trainAccuracy: (at) => 0.98 - 0.88 * Math.exp(-8 * at),
  accuracy: (at) => 0.95 - 0.85 * Math.exp(-8 * at),
  ece: 0.02,
  rate: (at) => (0.01 * (1 + Math.cos(Math.PI * at))) / 2,
  norm: (at) => 0.3 + Math.exp(-5 * at),
  clipped: () => false,
  noise: 0.15,
  status: 'complete',
  balancedAccuracy: null,
}

export const context: Context = {
  task: 'classification',
  classes: 10,
  rows: { train: 640, validation: 400 },
  targetLoss: null,
  seedCap: null,
}

export function curve(over: Partial<Shape> = {}, seed = 1): Curve {
  const shape = { ...healthyShape, ...over }
  const random = stream(seed, 'curve')
  const total = epochs * stepsPerEpoch
  const steps: StepPoint[] = Array.from({ length: total }, (_, i) => ({
    step: i + 1,
    loss: shape.loss(i / total, i) * (1 + shape.noise * random.normal()),
    learningRate: shape.rate(i / total),
    gradientNorm: shape.norm(i / total) * (1 + 0.2 * Math.abs(random.normal())),
    clipped: shape.clipped(i),
  }))
  const evaluations = Array.from(
    { length: epochs },
    (_, e): EvaluationPoint => evaluationAt(shape, (e + 1) * stepsPerEpoch, total, random.normal()),
  )
  return { id: `run ${seed}`, seed, status: shape.status, steps, evaluations, stepsPerEpoch, levers: null }
}

function evaluationAt(shape: Shape, step: number, total: number, wobble: number): EvaluationPoint {
  const at = step / total
  const metrics = (nll: number, accuracy: number, more: Metrics = {}): Metrics => ({
    nll,
    accuracy,
    balancedAccuracy: accuracy,
    ...more,
  })
  const balanced = shape.balancedAccuracy ? { balancedAccuracy: shape.balancedAccuracy(at) } : {}
  return {
    step,
    epoch: step / stepsPerEpoch,
    train: measured(metrics(shape.loss(at, step) * (1 + 0.01 * wobble), shape.trainAccuracy(at), balanced)),
    validation: measured(
      metrics(shape.validation(at, step) * (1 + 0.01 * wobble), shape.accuracy(at), { ece: shape.ece, ...balanced }),
    ),
  }
}

/** Five seeds of one shape. */
export const group = (over: Partial<Shape> = {}, more: Partial<Context> = {}): CurveGroup => ({
  subject: 'made up',
  curves: [1, 2, 3, 4, 5].map((seed) => curve(over, seed)),
  context: { ...context, ...more },
})

export const findingsOf = (over: Partial<Shape> = {}, more: Partial<Context> = {}): Finding[] =>
  diagnose([group(over, more)])
export const rulesOf = (over: Partial<Shape> = {}, more: Partial<Context> = {}): string[] =>
  findingsOf(over, more).map((f) => f.rule)
