import { groupBy } from '../../base/lists.ts'
import type { Column } from './columns.ts'
import type { Row } from './rows.ts'

/**
 * The trainings in the rows of one run, each in the order of its steps, or of its epochs if there are no steps. If each step
 * occurs once, the rows are sorted. If the step falls back to the first one or before it, another training begins: its log
 * was appended. If it falls back to a later one, the training continues from a checkpoint, and the rows from that step on
 * are replaced.
 */
export function trainingsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  const parts = groupBy(rows, ({ part }) => String(part))
  if (parts.size > 1) return [...parts.values()].flatMap(trainingsOf)
  const column = (['step', 'epoch'] as const).find((name) => rows.every(({ numbers }) => Number.isFinite(numbers.get(name))))
  if (column === undefined) return [rows]
  if (rows.every((row, i) => i === 0 || at(row, column) >= at(rows[i - 1], column))) return [rows]
  if (rows.every((row, i) => i === 0 || at(row, column) <= at(rows[i - 1], column))) return [rows.toReversed()]
  return isUnique(rows, column) ? [sorted(rows, column)] : restarted(rows, column)
}

const at = (row: Row | undefined, column: Column): number => row?.numbers.get(column) ?? NaN

const sorted = (rows: readonly Row[], column: Column): Row[] => rows.toSorted((a, b) => at(a, column) - at(b, column))

/** Whether no two rows with the same columns have the same step. */
function isUnique(rows: readonly Row[], column: Column): boolean {
  const seen = new Set(rows.map((row) => `${[...row.numbers.keys()].join()} ${at(row, column)}`))
  return seen.size === rows.length
}

function restarted(rows: readonly Row[], column: Column): Row[][] {
  const trainings: Row[][] = []
  let own: Row[] = []
  for (const row of rows) {
    const [value, last, first] = [at(row, column), at(own.at(-1), column), at(own[0], column)]
    if (value < last && value <= first) {
      trainings.push(own)
      own = []
    } else if (value < last) {
      while (own.length > 0 && at(own.at(-1), column) >= value) own.pop()
    }
    own.push(row)
  }
  return [...trainings, own]
}
