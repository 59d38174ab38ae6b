import { occurrences } from '../base/lists.ts'
import { shuffled, stream, type Stream } from '../base/random.ts'
import { groupedParts } from './grouped.ts'
import type { SplitRequest } from './splits.ts'
import type { Splits } from './types.ts'

/** Ways to divide the rows, the split's own included. Seeds beyond these share folds. */
const mostFolds = 10

/** Rows of a fold of whole groups, as shares of those of the split. More would leave too few to train on. */
const alike = { least: 0.5, most: 1.5 }

/**
 * Other ways to divide the same training and validation rows, so that each seed of a comparison can have validation rows of
 * its own: what one set of rows happens to favor then counts once, not for every seed. The validation rows of the first
 * folds and those of the split share no row, except of a class that has too few. When all rows have been in one, the next
 * folds are drawn in the same way from all rows. Each fold has as many rows of each class as the split itself, or whole
 * groups of about as many rows. No fold has all rows of a class that the split trains on. Test rows are in no fold.
 *
 * @returns the validation rows of each fold, ascending; no fold if the validation rows are more than half of both parts,
 *   were assigned by a file, or follow the training rows in time
 */
export function foldsOf(request: SplitRequest, { train, validation }: Splits): Int32Array[] {
  const { split, given, times } = request
  if (split.fixed || given?.validation || times || validation.length === 0 || train.length < validation.length) return []
  const random = stream(split.seed, 'folds')
  const all = Int32Array.from([...train, ...validation])
  const parts: number[][] = []
  for (let rows = train; parts.length < mostFolds - 1; rows = all) {
    const count = Math.min(mostFolds - 1 - parts.length, Math.floor(rows.length / validation.length))
    const drawn = partsFrom(request, rows, validation, count, random).filter((part) =>
      keepsClasses(request, { train, all }, part),
    )
    if (drawn.length === 0) break
    parts.push(...drawn)
  }
  return parts.map((part) => Int32Array.from(part).sort())
}

/** The rows of a fold: its validation rows, and the others of both parts for training. */
export function onFold({ train, validation, test }: Splits, fold: Int32Array): Splits {
  const all = Int32Array.from([...train, ...validation]).sort()
  const held = new Set(fold)
  return { train: all.filter((row) => !held.has(row)), validation: fold, test }
}

function partsFrom(
  { groups, classes }: SplitRequest,
  rows: Int32Array,
  validation: Int32Array,
  count: number,
  random: Stream,
): number[][] {
  return groups
    ? wholeGroups({ groups, classes }, rows, validation.length, count, random)
    : alikeParts(classes, rows, validation, count, random)
}

/** Whether every class that the split trains on has rows outside of the part. Groups may hold all rows of a class. */
function keepsClasses(
  { groups, classes }: SplitRequest,
  { train, all }: { readonly train: Int32Array; readonly all: Int32Array },
  part: readonly number[],
): boolean {
  if (!groups || !classes) return true
  const held = new Set(part)
  const left = new Set<number>()
  for (const row of all) if (!held.has(row)) left.add(classes[row] ?? 0)
  return train.every((row) => left.has(classes[row] ?? 0))
}

function wholeGroups(
  { groups, classes }: { readonly groups: Int32Array; readonly classes: Int32Array | null },
  train: Int32Array,
  size: number,
  count: number,
  random: Stream,
): number[][] {
  // A group too large for a fold is always trained on.
  const sizes = occurrences(train.map((row) => groups[row] ?? 0))
  const rows = train.filter((row) => (sizes.get(groups[row] ?? 0) ?? 0) <= alike.most * size)
  const folds = Math.min(count, Math.floor(rows.length / size))
  const of = (codes: Int32Array): Int32Array => rows.map((row) => codes[row] ?? 0)
  const share = size / rows.length
  const fractions = [Math.max(0, 1 - folds * share), ...Array.from({ length: folds }, () => share)]
  const [, ...parts] = groupedParts(of(groups), classes && of(classes), fractions, random)
  return parts
    .filter(({ length }) => length >= alike.least * size && length <= alike.most * size)
    .map((part) => part.map((i) => rows[i] ?? -1))
}

/**
 * Consecutive pieces of the shuffled training rows of each class, each as long as the class's part of the validation rows.
 */
function alikeParts(
  classes: Int32Array | null,
  train: Int32Array,
  validation: Int32Array,
  count: number,
  random: Stream,
): number[][] {
  const codeOf = (row: number): number => classes?.[row] ?? 0
  const wanted = new Map<number, number>()
  for (const row of validation) wanted.set(codeOf(row), (wanted.get(codeOf(row)) ?? 0) + 1)
  const members = new Map<number, number[]>([...wanted.keys()].sort((a, b) => a - b).map((code) => [code, []]))
  for (const row of train) members.get(codeOf(row))?.push(row)
  const parts = Array.from({ length: count }, (): number[] => [])
  for (const [code, rows] of members) {
    const order = shuffled(rows, random)
    const size = Math.min(wanted.get(code) ?? 0, order.length)
    parts.forEach((part, i) => {
      for (let j = 0; j < size; j++) part.push(order[(i * size + j) % order.length] ?? -1)
    })
  }
  return parts
}
