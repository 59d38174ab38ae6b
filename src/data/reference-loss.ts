import { Distances } from './checks/methods/distances.ts'
import { leastSquares, type Matrix, product } from './checks/methods/linear-fit.ts'
import { softmaxLosses } from './softmax-regression.ts'
import { inputWidth, targetAt, targetWidth } from '../base/rows.ts'
import type { Dataset } from './types.ts'

/** Training rows that are used, evenly spaced, and fewer than which say nothing. */
const [MOST_ROWS, FEWEST_ROWS] = [800, 40]
/** Inputs, and classes, beyond which a linear model takes too long. */
const [MOST_INPUTS, MOST_CLASSES] = [400, 40]
/** Rows of each half for every input of a linear model of numbers. */
const ROWS_AN_INPUT = 2
const NEIGHBOURS = 10

export type ReferenceData = Pick<Dataset, 'inputs' | 'inputShape' | 'targets' | 'targetScale' | 'splits'> & {
  /** Number of classes; null for numbers. */
  readonly classes: number | null
}

/**
 * The loss that a simple model reaches on training rows that it has not seen: the better of a linear model, fitted on the
 * other half of the rows, and of the ten nearest rows. A network that ends above it on rows that it was trained on has not
 * learned what a simple model can. Cross-entropy in nats, or squared error in the target's own units; null where neither can
 * be computed: of few rows, many inputs or many classes. Token ids are no numbers: do not ask for texts.
 */
export function referenceLoss(data: ReferenceData): number | null {
  const rows = spaced(data.splits.train, MOST_ROWS)
  if (rows.length < FEWEST_ROWS || inputWidth(data) > MOST_INPUTS) return null
  if ((data.classes ?? 0) > MOST_CLASSES) return null
  const width = targetWidth(data)
  if (width > 1) return meanReference(data, width)
  const sd = data.targetScale?.[0]?.sd ?? 1
  const losses = [linearLoss(data, rows), nearestLoss(data, rows)].flatMap((loss) =>
    loss !== null && Number.isFinite(loss) ? [loss] : [],
  )
  return losses.length === 0 ? null : Math.min(...losses) * sd ** 2
}

/** The mean over the targets, in their SDs, as metrics of several targets are; null if one has none. */
function meanReference(data: ReferenceData, width: number): number | null {
  const losses = Array.from({ length: width }, (_, k) =>
    referenceLoss({ ...data, targets: targetAt(data.targets, k, width), targetScale: null }),
  )
  return losses.some((loss) => loss === null) ? null : meanOf(losses.map((loss) => loss ?? NaN))
}

/** At most this many of the rows, evenly spaced. */
export function spaced(rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)] ?? 0)
}

/** Two halves, each predicted by the model of the other. */
function linearLoss(data: ReferenceData, rows: Int32Array): number | null {
  const halves = [0, 1].map((side) => rows.filter((_, i) => i % 2 === side)) as [Int32Array, Int32Array]
  const inputs = halves.map((half) => inputsOf(data, half)) as [Matrix, Matrix]
  const labels = halves.map((half) => Float64Array.from(half, (row) => data.targets[row] ?? 0)) as [
    Float64Array,
    Float64Array,
  ]
  const { classes } = data
  if (classes !== null) {
    const losses = [0, 1].map((own) =>
      softmaxLosses([at(inputs, own), at(labels, own)], [at(inputs, 1 - own), at(labels, 1 - own)], classes),
    )
    return meanOf(losses.flat())
  }
  if (rows.length < 2 * ROWS_AN_INPUT * inputWidth(data)) return null
  const errors = [0, 1].flatMap((own) =>
    squaredErrors([at(inputs, own), at(labels, own)], [at(inputs, 1 - own), at(labels, 1 - own)]),
  )
  return meanOf(errors)
}

const at = <T>(pair: readonly [T, T], side: number): T => (side === 0 ? pair[0] : pair[1])
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

type Sample = readonly [inputs: Matrix, labels: Float64Array]

function squaredErrors([x, y]: Sample, [held, truth]: Sample): number[] {
  const coefficients = leastSquares(x, { values: y, rows: y.length, columns: 1 })
  // Centered by the means of the rows that it was fitted on.
  const shift = meanOf([...y]) - meanOf([...product(x, coefficients).values])
  return [...product(held, coefficients).values].map((value, i) => (value + shift - (truth[i] ?? 0)) ** 2)
}

/** Each row by the rows nearest to it, itself left out. A class that they lack still has a small probability. */
function nearestLoss(data: ReferenceData, rows: Int32Array): number | null {
  const distances = new Distances({ ...data, features: Array.from({ length: inputWidth(data) }, String) }, rows)
  if (distances.width === 0) return null
  const label = (place: number): number => data.targets[rows[place] ?? 0] ?? 0
  const losses = Array.from(rows, (_, row) => {
    const near = distances.neighbours(row, NEIGHBOURS).map((neighbour) => label(neighbour.at))
    if (data.classes === null) return (meanOf(near) - label(row)) ** 2
    const same = near.filter((code) => code === label(row)).length
    return -Math.log((same + 1 / data.classes) / (near.length + 1))
  })
  return meanOf(losses)
}

/** The inputs of some rows as they are. */
export function inputsOf(data: Pick<Dataset, 'inputs' | 'inputShape'>, rows: Int32Array): Matrix {
  const { inputs } = data
  const columns = inputWidth(data)
  const values = new Float64Array(rows.length * columns)
  rows.forEach((row, i) => {
    for (let j = 0; j < columns; j++) values[i * columns + j] = inputs[row * columns + j] ?? 0
  })
  return { values, rows: rows.length, columns }
}
