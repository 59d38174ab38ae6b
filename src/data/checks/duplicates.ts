import { counted } from '../problems.ts'
import type { DataFinding, Dataset } from '../types.ts'

/** Exact copies of a row's inputs in different parts: the score on them is memory, not generalization. */
export function duplicates({ inputs, features, splits, targets }: Dataset): DataFinding[] {
  const width = features.length
  const words = new Int32Array(inputs.buffer, inputs.byteOffset, inputs.length)
  const part = new Uint8Array(targets.length)
  for (const row of splits.validation) part[row] = 1
  for (const row of splits.test) part[row] = 2
  const groups = equalRows(words, width, targets.length)
  const straddling = groups.filter(([first = 0, ...rest]) => rest.some((row) => part[row] !== part[first]))
  if (straddling.length === 0) return []
  const rows = straddling.flat().sort((a, b) => a - b)
  const outside = rows.filter((row) => part[row] !== 0).length
  const message = `${counted(rows.length, 'row')} with inputs that come again in another part of the split; ` +
    `${outside} of them in validation or test`
  return [{ check: 'duplicates', message, rows }]
}

/** Sets of two or more rows that are equal to the bit. */
function equalRows(words: Int32Array, width: number, rows: number): number[][] {
  const byHash = new Map<number, number[][]>()
  const equal = (a: number, b: number): boolean => {
    for (let i = 0; i < width; i++) if (words[a * width + i] !== words[b * width + i]) return false
    return true
  }
  for (let row = 0; row < rows; row++) {
    const hash = rowHash(words, row * width, width)
    const candidates = byHash.get(hash)
    const same = candidates?.find(([first = 0]) => equal(first, row))
    if (same) same.push(row)
    else if (candidates) candidates.push([row])
    else byHash.set(hash, [[row]])
  }
  return [...byHash.values()].flat().filter((group) => group.length > 1)
}

/** FNV-1a over 32-bit words, with a final mix; equality is checked afterwards, so a collision only costs time. */
function rowHash(words: Int32Array, from: number, width: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < from + width; i++) {
    const word = words[i] ?? 0
    // Floats of small whole numbers differ in their upper bits only, which a product would push out.
    hash = Math.imul(hash ^ word ^ (word >>> 15), 0x01000193)
  }
  return hash ^ (hash >>> 16)
}
