import { shuffled, stream } from '../base/random.ts'

/**
 * What becomes of the rows after the last full batch. `keep`: a smaller last batch, for evaluation, where every row
 * counts once. `drop`: left out of this epoch, for training, so that all steps have equal batches and so equal noise; the
 * order changes each epoch, so no row is left out for good. With fewer rows than one batch, `drop` starts over to fill one.
 */
export type LastBatch = 'keep' | 'drop'

/** The training rows in the order of one epoch, from a stream of its own: epoch 7 is the same whether or not 6 was run. */
export function epochOrder(rows: Int32Array, seed: number, epoch: number): Int32Array {
  return Int32Array.from(shuffled(rows, stream(seed, 'order', epoch)))
}

/** Optimizer updates that `batches(…, 'drop')` gives in one epoch: at least 1 if there are rows. */
export function stepsPerEpoch(rows: number, batchSize: number): number {
  return rows === 0 ? 0 : Math.max(1, Math.floor(rows / batchSize))
}

/** Cuts row numbers into batches; views into `order` where that is possible. */
export function batches(order: Int32Array, batchSize: number, last: LastBatch): Int32Array[] {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new Error(`a batch size must be a whole number from 1, found ${batchSize}`)
  }
  if (last === 'drop' && order.length > 0 && order.length < batchSize) {
    return [Int32Array.from({ length: batchSize }, (_, i) => order[i % order.length] ?? 0)]
  }
  const count = last === 'drop' ? Math.floor(order.length / batchSize) : Math.ceil(order.length / batchSize)
  return Array.from({ length: count }, (_, i) => order.subarray(i * batchSize, (i + 1) * batchSize))
}

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
    out.set(matrix.subarray(from, from + width), i * width)
  }
  return out
}
