import { InputError } from '../base/diagnostics.ts'
import { readUndecided } from './column-type.ts'
import type { OpenedData } from './load.ts'
import type { DataConfig } from './types.ts'
import { openVersion } from './versions.ts'

/** How the columns of a table differ from those of an earlier version, by name. */
export interface ChangedColumns {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly retyped: readonly RetypedColumn[]
  /** Columns beyond those that are named here. */
  readonly unlisted: number
}

export interface RetypedColumn {
  readonly name: string
  readonly base: ColumnKind
  readonly change: ColumnKind
}

export type ColumnKind = 'numbers' | 'texts'

/** A table may have any number of columns; a reader only looks at the first. */
const mostNamed = 50

/** Compares the columns of two versions, used by the model or not; undefined if they are the same. Pixels have no types. */
export async function changedColumns(base: DataConfig, own: DataConfig): Promise<ChangedColumns | undefined> {
  const [before, after] = [await openVersion(base), await openVersion(own)]
  const [old, now] = [new Set(before.opened.names), new Set(after.opened.names)]
  const added = [...now].filter((name) => !old.has(name))
  const removed = [...old].filter((name) => !now.has(name))
  const retyped = retypedIn(kindsOf(before), kindsOf(after))
  const count = added.length + removed.length + retyped.length
  if (count === 0) return undefined
  const named = {
    added: added.slice(0, mostNamed),
    removed: removed.slice(0, mostNamed),
    retyped: retyped.slice(0, mostNamed),
  }
  return { ...named, unlisted: count - named.added.length - named.removed.length - named.retyped.length }
}

type Kinds = ReadonlyMap<string, ColumnKind>

function retypedIn(before: Kinds, after: Kinds): RetypedColumn[] {
  return [...before].flatMap(([name, base]) => {
    const change = after.get(name)
    return change === undefined || change === base ? [] : [{ name, base, change }]
  })
}

/** What each column contains; nothing if a file has more columns than are read, so that no type is reported for any. */
function kindsOf({ opened }: OpenedData): Kinds {
  if (opened.rowShape !== null) return new Map()
  try {
    const { columns } = readUndecided(
      opened,
      opened.names.map(() => 'skip'),
      opened.names.map((_, i) => i),
    )
    return new Map(
      columns.flatMap((column) => (column ? [[column.name, column.isText ? 'texts' : 'numbers'] as const] : [])),
    )
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return new Map()
  }
}
