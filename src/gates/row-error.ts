// What the choice of test rows adds to the error of a side, or of two sides.
import { differences } from '../base/numbers.ts'
import { rowError, rowErrorOfDifference, rowErrorOfPairs, type RowError, type SeedsByRows } from '../stats/crossed.ts'
import type { SeedValue, SharedSeeds, Side } from './evidence.ts'

/** The values of groups of rows, one list a seed; undefined unless all seeds have them, for the same groups. */
function rowsOf(values: readonly SeedValue[]): SeedsByRows | undefined {
  const all = values.flatMap(({ rows }) => (rows ? [rows] : []))
  return all.length === values.length && new Set(all.map(({ length }) => length)).size === 1 ? all : undefined
}

/** Of the mean over seeds; undefined if the verdict holds on these rows alone. */
export function rowErrorOf({ values }: Side): RowError | undefined {
  const rows = rowsOf(values)
  return rows && rowError(rows)
}

/** Of the mean of one side less that of another, under other seeds; undefined as above. */
export function rowErrorBetween(one: Side, other: Side): RowError | undefined {
  const [own, base] = [rowsOf(one.values), rowsOf(other.values)]
  return own && base && rowErrorOfDifference(own, base)
}

/** Of the mean of candidate − baseline over pairs; undefined as above. */
export function rowErrorOfSeeds({ baseline, candidate }: SharedSeeds): RowError | undefined {
  const [own, base] = [rowsOf(candidate), rowsOf(baseline)]
  if (!own || own[0]?.length !== base?.[0]?.length) return undefined
  return rowErrorOfPairs(own.map((values, i) => differences(values, base?.[i] ?? [])))
}
