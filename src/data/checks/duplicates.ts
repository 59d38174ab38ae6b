import { stream } from '../../base/random.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { nearDuplicates } from './methods/near-duplicates.ts'

/** Finds rows that are equal, or nearly, in different parts: a score on them measures memory, not generalization. */
export const duplicates: CheckDefinition = {
  name: 'duplicates',
  schema: { title: 'Duplicates', description: 'Equal or nearly equal rows in two parts of the split.' },
  severity: 'warn',
  ofInputs: true,
  // Ids have no distances, so texts are only found where they are equal.
  find: (dataset) => [...equalRows(dataset), ...(dataset.vocabulary ? [] : nearDuplicates(dataset))],
}

const none = 3

/** Exact copies of a row's inputs in different parts. */
function equalRows({ inputs, features, splits, targets, fingerprint }: Dataset): Found[] {
  const width = features.length
  const words = new Int32Array(inputs.buffer, inputs.byteOffset, inputs.length)
  // Rows in a gap between times are in no part.
  const part = new Uint8Array(targets.length).fill(none)
  for (const row of splits.train) part[row] = 0
  for (const row of splits.validation) part[row] = 1
  for (const row of splits.test) part[row] = 2
  const first = firstEqual(words, hashKeys(width, fingerprint), targets.length)
  const isTorn = new Uint8Array(targets.length)
  first.forEach((other, row) => {
    if (part[row] !== part[other] && part[row] !== none && part[other] !== none) isTorn[other] = 1
  })
  const rows = [...first.keys()].filter((row) => isTorn[first[row] ?? 0] === 1)
  if (rows.length === 0) return []
  const outside = rows.filter((row) => part[row] !== 0).length
  const message =
    `${counted(rows.length, 'row')} with inputs that also occur in another part of the split; ` +
    `${outside} of them in validation or test`
  return [{ message, rows }]
}

/**
 * For each row, the first row that is bit-identical to it, or the row itself if there is none; a hash table with open
 * addressing.
 */
function firstEqual(words: Int32Array, keys: Int32Array, rows: number): Int32Array {
  const width = keys.length
  const size = 2 ** Math.ceil(Math.log2(2 * rows + 1))
  const places = new Int32Array(size).fill(-1)
  const equal = (a: number, b: number): boolean => {
    for (let i = 0; i < width; i++) if (words[a * width + i] !== words[b * width + i]) return false
    return true
  }
  return Int32Array.from({ length: rows }, (_, row) => {
    let at = rowHash(words, row * width, keys) & (size - 1)
    for (;;) {
      const other = places[at] ?? -1
      if (other < 0) return (places[at] = row)
      if (equal(other, row)) return other
      at = (at + 1) & (size - 1)
    }
  })
}

/** One key per input, derived from the file's content, so nobody can write a file whose rows all get the same hash. */
function hashKeys(width: number, fingerprint: string): Int32Array {
  const random = stream(0, 'checks', 'duplicates', fingerprint)
  return Int32Array.from({ length: width }, () => random.integer(2 ** 32) | 0)
}

/** Sum of the keyed words, each mixed as at the end of MurmurHash3. Equality is checked afterwards. */
function rowHash(words: Int32Array, from: number, keys: Int32Array): number {
  let hash = 0
  for (let i = 0; i < keys.length; i++) {
    let word = (words[from + i] ?? 0) ^ (keys[i] ?? 0)
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
    hash = (hash + (word ^ (word >>> 16))) | 0
  }
  return hash
}
