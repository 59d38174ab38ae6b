import { targetAt } from '../base/rows.ts'

/** Logits or regression outputs, rows × width: in single precision from an engine, in double precision if computed here. */
export type Outputs = Float32Array | Float64Array

/** What metrics are computed from, read back from the engine once. */
export interface Predictions {
  readonly outputs: Outputs
  /** Class index, one per row; or standardized values, or labels of 0 and 1, rows × width. */
  readonly targets: Float32Array
  /** Number of classes, of labels, or of the targets of a regression. */
  readonly width: number
}

/** The outputs and targets of one of several targets or labels, by its place. */
export const onlyOne = ({ outputs, targets, width }: Predictions, k: number) => ({
  outputs: Float64Array.from({ length: outputs.length / width }, (_, row) => outputs[row * width + k] ?? NaN),
  targets: targetAt(targets, k, width),
  width: 1,
})

/**
 * Probabilities of one row, log Σ exp of its logits, and its most probable class (the first of equals).
 *
 * @param probabilities where they are written: as many values as there are classes
 */
export function softmaxRow(
  logits: Outputs,
  start: number,
  width: number,
  probabilities = new Float64Array(width),
): { readonly probabilities: Float64Array; readonly logSum: number; readonly top: number } {
  let top = 0
  for (let k = 1; k < width; k++) if ((logits[start + k] ?? NaN) > (logits[start + top] ?? NaN)) top = k
  const largest = logits[start + top] ?? NaN
  let total = 0
  for (let k = 0; k < width; k++) total += probabilities[k] = Math.exp((logits[start + k] ?? NaN) - largest)
  for (let k = 0; k < width; k++) probabilities[k] = (probabilities[k] ?? NaN) / total
  return { probabilities, logSum: largest + Math.log(total), top }
}
