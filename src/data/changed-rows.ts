import { occurrences } from '../base/lists.ts'
import { datasetOf } from './load.ts'
import { readData } from './part-files.ts'
import type { DataConfig, Splits } from './types.ts'
import { openVersion, readAs, rowsIn, sameColumns, usedColumns, type Row, type Rows } from './versions.ts'

/** How one part of the split differs from before. Rows count as often as they occur. */
export interface ChangedPart {
  readonly part: 'validation' | 'test'
  /** Rows that the part had. */
  readonly rows: number
  /** Among these, rows that are no longer in any part in their old form. */
  readonly edited: number
  /** Among the edited rows, those whose inputs still exist with another target. */
  readonly relabelled: number
  /** Among the edited rows, those that differ only in their segments; omitted if none do. */
  readonly resegmented?: number
  /** Segments that no row of the part has any more; omitted if there are none. */
  readonly lostSegments?: readonly { readonly column: string; readonly level: string }[]
  /** Rows that are now in another part of the split. */
  readonly moved: number
  /** How many more rows the part has than before; negative if it has fewer. */
  readonly growth: number
}

/** How the training rows differ from before. Rows count as often as they occur. */
export interface ChangedTraining extends Omit<ChangedPart, 'part' | 'lostSegments'> {
  /** Rows that are now in the part and were in no part before. */
  readonly added: number
}

/** Every part that is measured, and the training part. */
export interface ChangedRows {
  readonly parts: readonly ChangedPart[]
  readonly training: ChangedTraining
}

/** Why rows could not be compared. */
export interface NotCompared {
  readonly notCompared: string
}

/**
 * Compares the rows of each part of the split with those of another version of the data, as multisets of their contents, so
 * their order does not count. A row is its inputs, its group, its target and its segments, in the columns that the earlier
 * version uses.
 *
 * @param own the later version, as it was loaded with these splits
 */
export async function changedRows(base: DataConfig, own: DataConfig, splits: Splits): Promise<ChangedRows | NotCompared> {
  const source = await readData(base)
  const { splits: before } = await datasetOf(base, source)
  const { columns } = usedColumns(await openVersion(base, source))
  const after = sameColumns(await openVersion(readAs(base, own)), columns)
  if (typeof after === 'string') return { notCompared: `the data of the change has no column "${after}"` }
  const [old, now] = [rowsIn(columns, before), rowsIn(after, splits)]
  // Another label can lead to another split, so the row with it may be in any part.
  const added = without(all(now), all(old), content)
  const changed = (part: keyof Splits) => compared(part, old, now, added)
  const names = columns.segments.map(({ name }) => name)
  const parts = (['validation', 'test'] as const).map((part) => ({
    part,
    ...changed(part),
    ...lostIn(old[part], now[part], names),
  }))
  return { parts, training: { ...changed('train'), added: without(now.train, all(old), content).length } }
}

const all = ({ train, validation, test }: Rows): Row[] => [...train, ...validation, ...test]

/** @param added rows that are in no part of the earlier version */
function compared(part: keyof Splits, old: Rows, now: Rows, added: readonly Row[]): Omit<ChangedPart, 'part'> {
  const elsewhere = (rows: Rows): Row[] => all({ ...rows, [part]: [] })
  const gone = without(old[part], now[part], content)
  // Only rows that no other part had before come from here.
  const edited = without(gone, without(elsewhere(now), elsewhere(old), content), content)
  const otherwise = without(edited, added, labelled)
  const resegmented = edited.length - otherwise.length
  const relabelled = otherwise.length - without(otherwise, without(added, edited, labelled), ({ inputs }) => inputs).length
  return {
    rows: old[part].length,
    edited: edited.length,
    relabelled,
    ...(resegmented > 0 && { resegmented }),
    moved: gone.length - edited.length,
    growth: now[part].length - old[part].length,
  }
}

const labelled = ({ inputs, target }: Row): string => `${inputs} ${target}`
const content = (row: Row): string => `${labelled(row)} ${JSON.stringify(row.segments)}`

/** The most segments that are listed. */
const mostLost = 20

function lostIn(old: readonly Row[], now: readonly Row[], names: readonly string[]): Pick<ChangedPart, 'lostSegments'> {
  const levels = (rows: readonly Row[], i: number): Set<string> => new Set(rows.flatMap(({ segments }) => segments[i] ?? []))
  const lost = names.flatMap((column, i) => {
    const left = levels(now, i)
    return [...levels(old, i)].filter((level) => !left.has(level)).map((level) => ({ column, level }))
  })
  return lost.length === 0 ? {} : { lostSegments: lost.slice(0, mostLost) }
}

/** Rows that remain after each of the others has removed one with an equal key. */
function without(rows: readonly Row[], others: readonly Row[], key: (row: Row) => string): Row[] {
  const counts = occurrences(others.map(key))
  return rows.filter((row) => {
    const left = counts.get(key(row)) ?? 0
    if (left > 0) counts.set(key(row), left - 1)
    return left === 0
  })
}
