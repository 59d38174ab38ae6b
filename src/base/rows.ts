import { shuffle, stream } from './random.ts'

/** Rows of a data set as flat arrays, one row after the other. */
interface Rows {
  readonly inputs: { readonly length: number }
  /** Sizes of the inputs of one row. */
  readonly inputShape: readonly number[]
  readonly targets: { readonly length: number }
}

/** Number of inputs of one row. */
export const inputWidth = ({ inputShape }: Pick<Rows, 'inputShape'>): number =>
  inputShape.reduce((size, side) => size * side, 1)

/** Number of rows, whichever part they are in. */
export const rowCount = (data: Pick<Rows, 'inputs' | 'inputShape'>): number => data.inputs.length / inputWidth(data)

/** Number of values that the targets have for each row: 1, or the number of targets of a regression. */
export const targetWidth = (data: Rows): number => data.targets.length / rowCount(data)

/** One of several targets, rows × width: a value for each row. */
export function targetAt(targets: Float32Array, k: number, width: number): Float32Array {
  if (width === 1) return targets
  // A filter would visit every value once for each target, and there may be hundreds.
  const own = new Float32Array(targets.length / width)
  for (let row = 0; row < own.length; row++) own[row] = targets[row * width + k] ?? NaN
  return own
}

/**
 * The training rows in the order of one epoch, from the epoch's own stream: epoch 7 is the same whether or not epoch 6 ran.
 */
export function epochOrder(rows: Int32Array, seed: number, epoch: number): Int32Array {
  return shuffle(rows.slice(), stream(seed, 'order', epoch))
}

/** Copies rows of a row-major matrix, in the order given, to where they go; `gatherRows` or what an engine has. */
export type CopyRows = (matrix: Float32Array, width: number, rows: Int32Array, into: Float32Array) => Float32Array

/** Of a longer row, a view and its copy take less time than a loop. */
const longestLoop = 24

/**
 * Copies rows of a row-major matrix, in the order given; with `width` 1 it gathers targets.
 *
 * @param into reused if given; it must hold rows.length × width values
 */
export function gatherRows(matrix: Float32Array, width: number, rows: Int32Array, into?: Float32Array): Float32Array {
  const out = into ?? new Float32Array(rows.length * width)
  if (out.length < rows.length * width) {
    throw new Error(`${rows.length} rows of ${width} do not fit into ${out.length} values`)
  }
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] ?? 0) * width
    if (width > longestLoop) out.set(matrix.subarray(from, from + width), i * width)
    else for (let j = 0; j < width; j++) out[i * width + j] = matrix[from + j] ?? NaN
  }
  return out
}
