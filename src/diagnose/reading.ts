import { median, medianFilter } from '../stats/describe.ts'
import type { Context, Curve, EvaluationPoint, StepPoint } from './curve.ts'
import { noiseAround } from './robust.ts'

/** A curve with what several rules need from it, computed once. All losses are in units of the loss. */
export interface Reading {
  readonly curve: Curve
  readonly context: Context
  /** Steps with a finite loss. */
  readonly steps: readonly (StepPoint & { readonly loss: number })[]
  /** Evaluations with finite losses on the training split; validation may be missing. */
  readonly trained: readonly Fitted[]
  /** Evaluations with finite losses on the validation split. */
  readonly validated: readonly Fitted[]
  /** Loss of predicting the same for every row, which is the loss without any knowledge; null if unknown. */
  readonly constantLoss: number | null
  /** Loss before anything was learned. */
  readonly start: number
  /** Training loss at the end; NaN if nothing was logged. */
  readonly end: number
  /** Validation loss at the end, as if a constant guess did as poorly there as on training rows; NaN if there was none. */
  readonly endOfValidation: number
  /** What a good fit would reach on training rows. */
  readonly target: number
  /** SD of one step's loss around its trend: how much one batch differs from the next. 0 if steps were not logged. */
  readonly batchNoise: number
}

export interface Fitted {
  readonly step: number
  readonly epoch: number | null
  readonly loss: number
  readonly point: EvaluationPoint
}

/** A good fit leaves at most this share of a constant guess's loss, unless the caller knows better. */
const targetShare = 0.4
/** What leaves less than this share fits well, also where a simple model would fit better still. */
const leastTargetShare = 0.1

export function read(curve: Curve, context: Context): Reading {
  const steps = curve.steps.flatMap((s) => (s.loss !== null && Number.isFinite(s.loss) ? [{ ...s, loss: s.loss }] : []))
  const trained = fitted(curve, 'train')
  const validated = fitted(curve, 'validation')
  const losses = steps.map((s) => s.loss)
  const constantLoss = constantGuess(curve, context)
  const start = losses.length >= 5 ? median(losses.slice(0, 5)) : (trained[0]?.loss ?? validated[0]?.loss ?? NaN)
  return {
    curve,
    context,
    steps,
    trained,
    validated,
    constantLoss,
    start,
    end: trained.length > 0 ? endOf(trained) : median(losses.slice(-Math.max(5, Math.floor(losses.length / 10)))),
    endOfValidation: endOfValidation(validated, constantLoss),
    target: targetOf(context, constantLoss ?? start),
    batchNoise: noiseAround(losses),
  }
}

const targetOf = ({ targetLoss }: Context, constant: number): number =>
  targetLoss === null ? targetShare * constant : Math.max(targetLoss, leastTargetShare * constant)

function fitted({ evaluations }: Curve, split: 'train' | 'validation'): Fitted[] {
  return evaluations.flatMap((point) => {
    const { loss } = point[split]
    return loss !== null && Number.isFinite(loss) ? [{ step: point.step, epoch: point.epoch, loss, point }] : []
  })
}

/** Evaluations at the end of a run. */
const ending = 3

/** Median of the last evaluations; NaN without any. */
const endOf = (evaluated: readonly Fitted[]): number => median(evaluated.slice(-ending).map(({ loss }) => loss))

/** As it is where that is more: rows that spread less are no merit of the model. */
function endOfValidation(validated: readonly Fitted[], constantLoss: number | null): number {
  const own = validated.flatMap(({ point }) => point.validation.constantLoss ?? [])
  return endOf(validated) * (own.length > 0 && constantLoss !== null ? Math.max(1, constantLoss / median(own)) : 1)
}

/** ln(classes): the loss of equal probabilities, and an upper bound for a constant guess; the variance for regression. */
function constantGuess({ evaluations }: Curve, { task, classes }: Context): number | null {
  if (task !== 'regression') return classes === null ? null : Math.log(classes)
  const known = evaluations.flatMap((e) => e.train.constantLoss ?? [])
  return known.length > 0 ? median(known) : null
}

/** With fewer evaluations and steps than this, a run has only begun, and nobody knows its end. */
const [leastEvaluations, leastSteps] = [3, 30]

/**
 * Whether training ended above what a good fit reaches, by more than the choice of the training rows that an evaluation uses
 * explains. What validates as well as a good fit is one: its training rows are the harder ones.
 */
export const underTarget = (run: Reading): boolean =>
  run.end > run.target * (1 + (isSampled(run) ? sampledError(run.context) : 0)) &&
  !(run.endOfValidation <= run.target) &&
  (run.trained.length >= leastEvaluations || run.steps.length >= leastSteps)

/** Whether the end is of squared errors of some of the training rows. */
const isSampled = ({ context, trained }: Reading): boolean => context.task === 'regression' && trained.length > 0

/**
 * Standard error of a squared training error as a share of it, from evaluating only some of the training rows: at most as
 * many as there are for validation. Squared errors of normal residuals have √(2 / rows); what a log loss has, its mean does
 * not tell. 0 if the rows are unknown.
 */
export function sampledError({ rows }: Context): number {
  if (!rows) return 0
  const used = Math.min(rows.train, rows.validation)
  return Math.sqrt((2 / used) * (1 - used / rows.train))
}

/** The share of a constant guess's loss that is left at the end. */
export const shareLeft = ({ end, constantLoss, start }: Reading): number => end / (constantLoss ?? start)

export const lastStep = ({ steps, curve }: Reading): number => steps.at(-1)?.step ?? curve.evaluations.at(-1)?.step ?? 0

/** Epoch of a step; null if the length of an epoch is unknown. */
export const epochOf = ({ curve: { stepsPerEpoch } }: Reading, step: number): number | null =>
  stepsPerEpoch === null ? null : Math.ceil(step / stepsPerEpoch)

/** Inputs with a root mean square above this are not standardized. */
const usualScale = 3

/** Whether inputs are known to be off scale. */
export const isOffScale = ({ context: { inputScale } }: Reading): boolean =>
  inputScale !== undefined && inputScale > usualScale

/** Whether inputs may be off scale: they are, or nobody knows. */
export const mayBeOffScale = (run: Reading): boolean => run.context.inputScale === undefined || isOffScale(run)

/** Whether large steps may have killed units: the loss rose at first, and inputs are not known to be off scale. */
export const mayBeKilled = (run: Reading): boolean => roseAtFirst(run) && !isOffScale(run)

/** Whether the loss first rose well above its start and a constant guess: steps were too large. */
function roseAtFirst({ steps, start, constantLoss }: Reading): boolean {
  const first = steps.slice(0, Math.max(10, Math.floor(steps.length / 10))).map((s) => s.loss)
  return medianFilter(first, 5).some((loss) => loss > 1.5 * Math.max(start, constantLoss ?? 0))
}
