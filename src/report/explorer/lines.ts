import type { ExplorerRun } from './data.ts'

export type Measure = 'objective' | 'validationLoss' | 'loss' | 'gradientNorm' | 'learningRate' | 'clipped'

/** A run's curve for one measure: epochs and values, as far as they are known. */
export interface Line {
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
}

const evaluated: readonly Measure[] = ['objective', 'validationLoss']

/** The curve as it was logged: evaluations at their epochs, steps evenly spaced up to the last epoch. */
export function lineOf({ curve }: ExplorerRun, measure: Measure): Line {
  const y = curve[measure]
  if (evaluated.includes(measure)) return { x: curve.evaluated, y }
  return { x: y.map((_, i) => (curve.epochs * (i + 1)) / y.length), y }
}
