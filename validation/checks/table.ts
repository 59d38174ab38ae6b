import type { Stream } from '../../src/base/random.ts'
import type { Task } from '../../src/records/metrics.ts'

/** A table of texts whose last column is the target. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly task: Task
}

export const target = (row: readonly string[]): string => row.at(-1) ?? ''

/** A table with one more column, before the target; its name ends in 2 if there is one of that name. */
export function withColumn(
  table: Table,
  name: string,
  value: (row: readonly string[], i: number) => string | number,
): Table {
  const free = table.head.includes(name) ? `${name}_2` : name
  return {
    ...table,
    head: [...table.head.slice(0, -1), free, table.head.at(-1) ?? ''],
    rows: table.rows.map((row, i) => [...row.slice(0, -1), String(value(row, i)), target(row)]),
  }
}

export const withRows = (table: Table, rows: Table['rows']): Table => ({ ...table, rows })

export const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell))

export interface Spread {
  readonly sd: number
  /** Decimals that the column is written with. */
  readonly decimals: number
  /** Whether it holds numbers of ten or more different values. */
  readonly measured: boolean
}

/** Of every column but the target. */
export function spreads({ head, rows }: Table): Spread[] {
  return head.slice(0, -1).map((_, j) => {
    const cells = rows.map((row) => row[j] ?? '')
    const measured = cells.every(isNumber) && new Set(cells).size >= 10
    const decimals = Math.max(...cells.map((cell) => /\.(\d+)$/.exec(cell)?.[1]?.length ?? 0))
    return { sd: measured ? sdOf(cells.map(Number)) : 0, decimals, measured }
  })
}

export function sdOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
}

export const targetSd = ({ rows }: Table): number => sdOf(rows.map((row) => Number(target(row))))

export const anyOf = <T>(values: readonly T[], random: Stream): T => values[random.integer(values.length)] as T

export const classesOf = ({ rows }: Table): string[] => [...new Set(rows.map(target))].sort()

/** Classes with 20 rows or more. */
export const commonClasses = (table: Table): string[] =>
  classesOf(table).filter((name) => table.rows.filter((row) => target(row) === name).length >= 20)

/** Another row's measurements with an error of `share` SDs; numbers keep their decimals, categories their value. */
export function repeated(row: readonly string[], all: readonly Spread[], share: number, random: Stream): string[] {
  return row.map((cell, j) => {
    const spread = all[j]
    if (!spread?.measured) return cell
    return (Number(cell) + share * spread.sd * random.normal()).toFixed(Math.max(spread.decimals, 1))
  })
}
