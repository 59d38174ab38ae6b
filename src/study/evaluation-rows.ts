import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import type { NormalizedData } from '../compile/normalized.ts'
import { changedRows, type RowComparison } from '../data/changed-rows.ts'
import type { ChangeSection, EvaluationRows } from '../report/model.ts'
import type { Prepared } from './prepare.ts'

/** The data of the commit that a change is merged into. */
export interface BaseData {
  /** As that commit's spec reads them. */
  readonly data: NormalizedData
  /** @param own the change's data file */
  file(own: string): Promise<BaseFile>
}

export type BaseFile =
  | { readonly kind: 'same' }
  | { readonly kind: 'other'; readonly name: string; readonly bytes: Buffer }
  | { readonly kind: 'unknown'; readonly why: string }

/** What the change alters of how it is measured; undefined where that is nothing. */
export async function changeOf(
  { altered, spec, dataFile, dataset }: Prepared, base: BaseData | undefined,
): Promise<ChangeSection | undefined> {
  const rows = base && await evaluationRows(base, { ...spec.data, source: dataFile }, dataset.splits)
  const rules = altered.map(({ setting, base: from, change }) => ({ setting, base: from, change }))
  if (rules.length === 0 && !rows) return undefined
  return { rules, ...(rows ? { rows } : {}) }
}

/** Undefined where the rows that are measured are those of the base commit. */
async function evaluationRows(
  { data, file }: BaseData, own: NormalizedData, splits: Prepared['dataset']['splits'],
): Promise<EvaluationRows | undefined> {
  const found = await file(own.source)
  // Where the first line counts as a row, on one side alone, the rows differ all the same.
  if (found.kind === 'same' && data.header === own.header) return undefined
  if (found.kind === 'unknown') return { notCompared: found.why }
  const folder = await mkdtemp(join(tmpdir(), 'tunegate-base-data-'))
  try {
    const source = found.kind === 'same' ? own.source : join(folder, found.name)
    if (found.kind === 'other') await writeFile(source, found.bytes)
    return withDifference(await changedRows({ ...data, source }, own, splits))
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { notCompared: `the data of the base commit cannot be loaded: ${error.diagnostics[0]?.message ?? ''}` }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function withDifference(rows: RowComparison): EvaluationRows | undefined {
  if ('notCompared' in rows) return rows
  const parts = rows.parts.filter(({ edited, moved, growth }) => edited > 0 || moved > 0 || growth !== 0)
  return parts.length === 0 ? undefined : { parts }
}
