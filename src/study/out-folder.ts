import { join } from 'node:path'
import type { SpecSource, StudyOptions } from './options.ts'

/** The folder of a study's report. */
export const outFolder = (
  options: Pick<StudyOptions, 'outDir' | 'workspace' | 'stages' | 'seeds'>,
  { plan }: { readonly plan: { readonly name: string } },
): string => options.outDir ?? join(options.workspace, '.tunegate', folderName(plan.name, options))

/** A study of some stages, or under other seeds, has its own folder: it must not set aside the whole study's results. */
function folderName(name: string, { stages, seeds }: Pick<SpecSource, 'stages' | 'seeds'>): string {
  return [name, ...(stages ?? []), ...(seeds === undefined ? [] : [`${seeds}-seeds`])].join('-')
}
