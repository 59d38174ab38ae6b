import { unreachable } from '../base/result.ts'
import type { MetricName } from './metrics.ts'

export type GateRule = MetricRule | ResourceRule
/** Rules on a metric of the verified seeds. */
export type MetricRule = SeedVarianceRule | SpreadRatioRule | RegressionRule | ThresholdRule | CalibrationRule
/** Rules on what the model costs, as a ratio to the baseline's. */
export type ResourceRule = TrainingTimeRule | ModelSizeRule
export type OnInconclusive = 'fail' | 'pass'

interface GateBase {
  /** Whether an inconclusive verdict blocks. */
  readonly onInconclusive: OnInconclusive
}

interface MetricBase extends GateBase {
  readonly metric: MetricName
  readonly split: 'validation' | 'test'
}

/** The seed SD of the candidate stays below a cap, by the χ² interval of σ. */
export interface SeedVarianceRule extends MetricBase {
  readonly gate: 'seed-variance'
  readonly maxStd: number
}

/** The seed SD of the candidate is at most so many times the baseline's, by the F interval of the ratio. */
export interface SpreadRatioRule extends MetricBase {
  readonly gate: 'seed-variance'
  readonly maxRatio: number
}

/** The candidate is not worse than the baseline by `margin` or more (non-inferiority). */
export interface RegressionRule extends MetricBase {
  readonly gate: 'regression'
  readonly margin: number
  /** Whether the two sides share split, order and initialization streams seed by seed. */
  readonly paired: boolean
}

/** The mean over seeds reaches a level, by its t interval. Exactly one of the two is a number. */
export interface ThresholdRule extends MetricBase {
  readonly gate: 'threshold'
  readonly min: number | null
  readonly max: number | null
}

/** Non-inferiority on a proper score: nll or brier. */
export interface CalibrationRule extends MetricBase {
  readonly gate: 'calibration'
  readonly margin: number
  readonly paired: boolean
}

/** A run takes at most so many times as long as the baseline's, by the t interval of the log ratio. */
export interface TrainingTimeRule extends GateBase {
  readonly gate: 'training-time'
  readonly maxRatio: number
}

/** The model has at most so many times the baseline's trainable parameters; counted, not estimated. */
export interface ModelSizeRule extends GateBase {
  readonly gate: 'model-size'
  readonly maxRatio: number
}

export const isResourceRule = (rule: GateRule): rule is ResourceRule => rule.gate === 'training-time' || rule.gate === 'model-size'
export const isSpreadRatio = (rule: GateRule): rule is SpreadRatioRule => rule.gate === 'seed-variance' && 'maxRatio' in rule

/** Whether the rule compares with a baseline. */
export const needsBaseline = (rule: GateRule): boolean =>
  rule.gate === 'regression' || rule.gate === 'calibration' || isResourceRule(rule) || isSpreadRatio(rule)

/** What a rule looks at, as half a sentence: `test accuracy`, `training time`. */
export const subjectOf = (rule: GateRule): string =>
  (isResourceRule(rule) ? rule.gate.replace('-', ' ') : `${rule.split} ${rule.metric}`)

/** What the estimate is where nothing changed: 0 for a drop, 1 for a ratio, null where it is no comparison. */
export function neutralOf(rule: GateRule): 0 | 1 | null {
  switch (rule.gate) {
    case 'regression':
    case 'calibration':
      return 0
    case 'training-time':
    case 'model-size':
      return 1
    case 'seed-variance':
      return isSpreadRatio(rule) ? 1 : null
    case 'threshold':
      return null
    default:
      return unreachable(rule, 'gate')
  }
}
