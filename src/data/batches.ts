import { shuffled, stream } from '../base/random.ts'

/**
 * The training rows in the order of one epoch, from the epoch's own stream: epoch 7 is the same whether or not epoch 6 ran.
 */
export function epochOrder(rows: Int32Array, seed: number, epoch: number): Int32Array {
  return Int32Array.from(shuffled(rows, stream(seed, 'order', epoch)))
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
