import { listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import { tokensOf } from '../token-ids.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'

/** Inputs that are the same in every row: a model learns nothing from them. */
export const constant: CheckDefinition = {
  name: 'constant',
  schema: { title: 'Constant columns', description: 'Inputs that never change.' },
  severity: 'warn',
  ofInputs: true,
  find,
}

function find(dataset: Dataset): Found[] {
  const { inputs, features, targets } = dataset
  const width = features.length
  // The last positions of texts are padding where all are short.
  const tokens = tokensOf(dataset)
  const constant = new Uint8Array(width).fill(1)
  for (let i = width; i < targets.length * width; i++) {
    if (inputs[i] !== inputs[i % width]) constant[i % width] = 0
  }
  const names = features.filter((_, i) => constant[i] === 1 && i >= tokens)
  if (names.length === 0) return []
  return [{ message: `${counted(names.length, 'input')} with the same value in all rows: ${listed(names)}` }]
}
