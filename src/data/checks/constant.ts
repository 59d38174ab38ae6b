import { counted, listed } from '../problems.ts'
import type { DataFinding, Dataset } from '../types.ts'

/** Inputs that are the same in every row: a model learns nothing from them. */
export function constants({ inputs, features, targets }: Dataset): DataFinding[] {
  const width = features.length
  const constant = new Uint8Array(width).fill(1)
  for (let i = width; i < targets.length * width; i++) {
    if (inputs[i] !== inputs[i % width]) constant[i % width] = 0
  }
  const names = features.filter((_, i) => constant[i] === 1)
  if (names.length === 0) return []
  return [{ check: 'constant', message: `${counted(names.length, 'input')} with one value in all rows: ${listed(names)}` }]
}
