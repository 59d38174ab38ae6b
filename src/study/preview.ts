import type { Diagnostic } from '../base/diagnostics.ts'
import { isTrainerSpec, type ModelSpec } from '../compile/normalized.ts'
import type { Plan } from '../records/plan.ts'
import { dataFiles } from './data-files.ts'
import { keepData, keptFile, readKept, type KeptData } from './kept-data.ts'
import type { KnownData } from './known-data.ts'
import type { SpecSource } from './options.ts'
import { planModel } from './plan-spec.ts'
import type { Prepared } from './prepare.ts'
import { explained, readSpec, type ReadSpec } from './read-spec.ts'

/** What a study would be. */
export interface Preview {
  readonly plan: Plan
  /** Things to look at that stop nothing. */
  readonly warnings: readonly Diagnostic[]
  /** What was done to the data that the user may want to know. */
  readonly notes: readonly string[]
  /** The study itself, whose data are read now at the latest. */
  readonly prepared: () => Promise<Prepared>
}

/**
 * Checks a spec and its data, and plans the study. Data that were read and checked before are only hashed if `kept` still has
 * what is known of them.
 */
export async function preview(source: SpecSource, kept?: KeptData): Promise<Preview> {
  const read = await readSpec(source)
  const { spec } = read
  return explained(read, async () => {
    if (!isTrainerSpec(spec)) return previewModel(spec, read, source, kept)
    const { prepareScript } = await import('./prepare.ts')
    return previewOf(await prepareScript(spec, read, source), [])
  })
}

async function previewModel(spec: ModelSpec, read: ReadSpec, source: SpecSource, kept?: KeptData): Promise<Preview> {
  const find = async (): Promise<string | undefined> =>
    kept && keptFile(kept, spec, await dataFiles(spec.data, read.parsed.locate, source))
  const file = await find()
  const known = file === undefined ? undefined : await readKept(file)
  if (known) {
    const { plan, warnings } = await planModel(spec, known, read, source)
    return { plan, warnings, notes: known.notes, prepared: () => prepareKnown(spec, read, source, known) }
  }
  const { prepareModel } = await import('./prepare.ts')
  // Files may change while they are read.
  const keep = async (found: KnownData): Promise<void> => {
    if (kept && file !== undefined && file === (await find())) await keepData(kept.folder, file, found).catch(() => {})
  }
  const prepared = await prepareModel(spec, read, source, { keep })
  return previewOf(prepared, prepared.dataset.notes)
}

async function prepareKnown(
  spec: ModelSpec,
  read: ReadSpec,
  source: SpecSource,
  { findings }: KnownData,
): Promise<Prepared> {
  const { prepareModel } = await import('./prepare.ts')
  return explained(read, () => prepareModel(spec, read, source, { findings }))
}

const previewOf = (prepared: Prepared, notes: readonly string[]): Preview => ({
  plan: prepared.plan,
  warnings: prepared.warnings,
  notes,
  prepared: async () => prepared,
})
