import { higherIsBetter, isMeanOverRows, type MetricName } from './metrics.ts'

/** The smallest and the largest possible value of each metric. */
const ranges: Readonly<Record<MetricName, readonly [number, number]>> = {
  accuracy: [0, 1],
  balancedAccuracy: [0, 1],
  f1: [0, 1],
  nll: [0, Infinity],
  brier: [0, 2],
  ece: [0, 1],
  auroc: [0, 1],
  averagePrecision: [0, 1],
  kappa: [-1, 1],
  worstRecall: [0, 1],
  worstNll: [0, Infinity],
  recall: [0, 1],
  precision: [0, 1],
  subsetAccuracy: [0, 1],
  hammingLoss: [0, 1],
  microF1: [0, 1],
  mse: [0, Infinity],
  rmse: [0, Infinity],
  mae: [0, Infinity],
  r2: [-Infinity, 1],
  mape: [0, Infinity],
  score: [-Infinity, Infinity],
  cost: [-Infinity, Infinity],
}
/** What rounding may add to a bound. */
const rounding = 1e-9

export const rangeOf = (name: MetricName): readonly [least: number, most: number] => ranges[name]

/** Whether the metric is the share of rows that are right. */
export const isProportion = (name: MetricName): boolean =>
  isMeanOverRows(name) && higherIsBetter(name) && ranges[name][0] === 0

/** Whether the metric can have this value at all: finite, and inside its range. */
export function isPossible(name: MetricName, value: number): boolean {
  const [least, most] = ranges[name]
  return Number.isFinite(value) && value >= least - rounding && value <= most + rounding
}
