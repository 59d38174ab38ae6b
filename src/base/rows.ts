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
