import { InputError } from '../base/diagnostics.ts'
import { changedColumns, type ChangedColumns } from '../data/changed-columns.ts'
import { changedRows, type ChangedRows, type NotCompared } from '../data/changed-rows.ts'
import type { DataConfig } from '../data/types.ts'
import type { ChangeSection } from '../report/model.ts'
import { withBaseData, type BaseData } from './base-file.ts'
import { configOf } from './data-files.ts'
import { isScript, type Prepared, type PreparedModel } from './prepare.ts'

/** What the change alters about its data and its measurement; undefined if nothing. */
export async function changeOf(prepared: Prepared, base: BaseData | undefined): Promise<ChangeSection | undefined> {
  const { altered } = prepared
  const data = base && !isScript(prepared) ? await changedRowsOf(base, prepared) : {}
  const rules = altered.map(({ setting, base: from, change }) => ({ setting, base: from, change }))
  if (rules.length === 0 && Object.keys(data).length === 0) return undefined
  return { rules, ...data }
}

const changedRowsOf = (base: BaseData, head: PreparedModel): Promise<ChangedData> =>
  changedData(base, head, configOf(head.spec.data, head))

type ChangedData = Omit<ChangeSection, 'rules'>

/** Rows and columns that differ from those of the base commit. */
async function changedData(base: BaseData, head: PreparedModel, own: DataConfig): Promise<ChangedData> {
  return withBaseData(base, own, async (found) => {
    if (found.kind === 'same') return {}
    if (found.kind !== 'other') return { rows: { notCompared: found.why } }
    const before = (): DataConfig => configOf(base.data, { ...head, paths: found.paths })
    const { splits } = head.dataset
    return {
      ...(await unlessUnreadable(async () => columnsIn(await changedColumns(before(), own)))),
      ...(await unlessUnreadable(async () => rowsIn(await changedRows(before(), own, splits)))),
    }
  })
}

async function unlessUnreadable(compare: () => Promise<ChangedData>): Promise<ChangedData> {
  try {
    return await compare()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const why = error.diagnostics[0]?.message ?? ''
    return { rows: { notCompared: `the data of the base commit cannot be loaded: ${why}` } }
  }
}

const columnsIn = (columns: ChangedColumns | undefined): ChangedData => (columns ? { columns } : {})

/** The parts with a difference. */
function rowsIn(found: ChangedRows | NotCompared): ChangedData {
  if ('notCompared' in found) return { rows: found }
  const parts = found.parts.filter(({ edited, moved, growth }) => edited > 0 || moved > 0 || growth !== 0)
  const { edited, moved, added } = found.training
  return {
    ...(parts.length === 0 ? {} : { rows: { parts } }),
    ...(edited + moved + added === 0 ? {} : { training: found.training }),
  }
}
