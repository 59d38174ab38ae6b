import { shuffled, stream } from '../base/random.ts'
import type { Stream } from '../base/random.ts'
import { counted, fail } from './problems.ts'
import { groupedParts } from './grouped.ts'
import { partsByTime } from './times.ts'
import type { Parts, SplitConfig, Splits } from './types.ts'

/** What a split is made from. */
export interface SplitRequest {
  readonly rows: number
  readonly split: SplitConfig
  /** Class of each row, whose proportions every part keeps; null if the split is not stratified. */
  readonly classes: Int32Array | null
  /** Group of each row; groups stay whole. Null if there are none. */
  readonly groups: Int32Array | null
  /** Time of each row, if the rows are split by time. */
  readonly times?: Float64Array | undefined
  /** Rows that files assign to parts; undefined if all parts are drawn. */
  readonly given?: Given | undefined
}

/** Rows that files assign to parts, ascending. Parts without a file are drawn from those of `train`, which come first. */
export interface Given {
  readonly train: Int32Array
  readonly validation?: Int32Array
  readonly test?: Int32Array
}

/**
 * Splits rows by the stream `split` of the split's seed. Without groups, each class (or all rows) is shuffled and divided by
 * largest remainder; every part with a fraction above 0 gets a row of each class. The test rows are drawn first, so that
 * another validation fraction leaves them unchanged. Parts with a file of their own are not drawn.
 */
export function splitRows(request: SplitRequest): Splits {
  const { split, given } = request
  const rows = given ? given.train.length : request.rows
  const classes = request.classes?.subarray(0, rows) ?? null
  const groups = request.groups?.subarray(0, rows) ?? null
  const fractions = fractionsOf({
    validation: given?.validation ? 0 : split.validation,
    test: given?.test ? 0 : split.test,
  })
  const random = stream(split.seed, 'split')
  const times = request.times?.subarray(0, rows)
  const parts = times
    ? partsByTime(times, fractions, split.gap ?? 0)
    : groups
      ? groupedParts(groups, classes, fractions, random)
      : randomParts(rows, classes, fractions, random)
  requireFilled(rows, parts, fractions)
  const [train, validation, test] = parts.map((part) => Int32Array.from(part).sort()) as [Int32Array, Int32Array, Int32Array]
  return { train, validation: given?.validation ?? validation, test: given?.test ?? test }
}

function fractionsOf({ validation, test }: Pick<SplitConfig, 'validation' | 'test'>): Parts {
  const train = 1 - validation - test
  if (validation >= 0 && test >= 0 && train > 0) return [train, validation, test]
  return fail({
    code: 'data/split',
    message: 'the split leaves no training rows',
    found: `validation ${validation}, test ${test}`,
    allowed: 'fractions of 0 or more, with a sum below 1',
  })
}

function requireFilled(rows: number, parts: readonly number[][], fractions: Parts): void {
  const empty = ['training', 'validation', 'test'].filter((_, i) => (fractions[i] ?? 0) > 0 && parts[i]?.length === 0)
  if (empty.length === 0) return
  fail({
    code: 'data/split',
    message: `the split leaves the ${empty.join(' and ')} part empty`,
    found: counted(rows, 'row'),
    hint: 'use more rows (or more and smaller groups), or a larger fraction',
  })
}

function randomParts(rows: number, classes: Int32Array | null, fractions: Parts, random: Stream): number[][] {
  const parts: [number[], number[], number[]] = [[], [], []]
  const carry: [number, number, number] = [0, 0, 0]
  for (const members of byCode(rows, classes)) {
    const order = shuffled(members, random)
    const [, validation, test] = apportion(order.length, fractions, carry)
    order.forEach((row, i) => parts[i < test ? 2 : i < test + validation ? 1 : 0].push(row))
  }
  return parts
}

/** Rows of each class, in the order of the codes; one class with all rows if there are no codes. */
function byCode(rows: number, codes: Int32Array | null): number[][] {
  const members: number[][] = []
  for (let row = 0; row < rows; row++) (members[codes?.[row] ?? 0] ??= []).push(row)
  return members.filter((m) => m.length > 0)
}

/**
 * Divides `total` by largest remainder (Hamilton's method): each part gets its quota rounded down, and the rest goes to the
 * largest remainders. `carry` holds what earlier classes rounded away and is updated, so that many small classes do not all
 * round the same way. If there are enough rows, every part with a fraction above 0 gets some.
 */
export function apportion(total: number, fractions: Parts, carry: [number, number, number] = [0, 0, 0]): Parts {
  const quotas = fractions.map((f) => f * total)
  // Products such as 0.1 × 30 may be a rounding error below an integer.
  const counts = quotas.map((q) => Math.floor(q + 1e-9))
  const remainder = (i: number): number => (quotas[i] ?? 0) - (counts[i] ?? 0) + (carry[i] ?? 0)
  const order = [0, 1, 2].filter((i) => (fractions[i] ?? 0) > 0).sort((a, b) => remainder(b) - remainder(a) || a - b)
  let left = total - counts.reduce((a, b) => a + b, 0)
  for (const i of order) if (left-- > 0) counts[i] = (counts[i] ?? 0) + 1
  for (const i of order) {
    const largest = counts.indexOf(Math.max(...counts))
    if (counts[i] !== 0 || (counts[largest] ?? 0) < 2) continue
    counts[i] = 1
    counts[largest] = (counts[largest] ?? 0) - 1
  }
  for (const i of [0, 1, 2] as const) carry[i] += (quotas[i] ?? 0) - (counts[i] ?? 0)
  const [train = 0, validation = 0, test = 0] = counts
  return [train, validation, test]
}
