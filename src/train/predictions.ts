import { gatherRows } from '../data/batches.ts'
import type { KeptOutputs, RunPredictions } from '../records/run.ts'
import { fixedSample } from './evaluate.ts'

/** Numbers kept per split: 256 KiB, about 340 KB in a journal. Ten classes leave room for 6,553 rows. */
export const mostKept = 2 ** 16

/** Rows of a split that are kept, the same for every run with outputs of this width, which is at most `mostKept`. */
export const keptRows = (rows: Int32Array, width: number): Int32Array => fixedSample(rows, Math.floor(mostKept / width))

/**
 * Outputs of whole splits in the form in which a run keeps them.
 *
 * @param width numbers per row
 * @param onValidation outputs of the validation rows, rows × width
 * @param onTest outputs of the test rows; null if the run reads none
 */
export const keptPredictions = (width: number, onValidation: Float32Array, onTest: Float32Array | null): RunPredictions => ({
  width,
  validation: packed(onValidation, width),
  test: onTest && packed(onTest, width),
})

/** The sampled outputs as numbers again, rows × width. */
export function keptOutputs({ values }: KeptOutputs): Float32Array {
  const bytes = Buffer.from(values, 'base64')
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i))
}

function packed(outputs: Float32Array, width: number): KeptOutputs {
  const all = Int32Array.from({ length: outputs.length / width }, (_, row) => row)
  const rows = keptRows(all, width)
  const bytes = Buffer.alloc(4 * rows.length * width)
  gatherRows(outputs, width, rows).forEach((value, i) => bytes.writeFloatLE(value, 4 * i))
  return { rows: rows.length, values: bytes.toString('base64') }
}
