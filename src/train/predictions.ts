import { gatherRows } from '../base/rows.ts'
import type { KeptOutputs, KeptWeights, RunPredictions } from '../records/run.ts'
import { fixedSample } from './evaluate.ts'
import type { Checkpoint } from './types.ts'

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
export const keptOutputs = ({ values }: KeptOutputs): Float32Array => unpacked(values)

/** The most trainable parameters of a model whose weights are kept: 64 MiB, and 90 MB for each run in the journal. */
export const mostKeptWeights = 2 ** 24

/** A checkpoint in the form in which a run keeps it. */
export const keptWeights = ({ weights, statistics }: Checkpoint): KeptWeights => ({
  trainable: base64Of(weights),
  statistics: base64Of(Float32Array.from(statistics.flatMap((values) => [...values]))),
})

/** The checkpoint again. `sizes` has the number of values of each statistic. */
export function keptCheckpoint({ trainable, statistics }: KeptWeights, sizes: readonly number[]): Checkpoint {
  const all = unpacked(statistics)
  let from = 0
  return { weights: unpacked(trainable), statistics: sizes.map((size) => all.slice(from, (from += size))) }
}

function unpacked(values: string): Float32Array {
  const bytes = Buffer.from(values, 'base64')
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i))
}

function base64Of(values: Float32Array): string {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i))
  return bytes.toString('base64')
}

function packed(outputs: Float32Array, width: number): KeptOutputs {
  const all = Int32Array.from({ length: outputs.length / width }, (_, row) => row)
  const rows = keptRows(all, width)
  return { rows: rows.length, values: base64Of(gatherRows(outputs, width, rows)) }
}
