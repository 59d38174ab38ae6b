import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { explainFileError, makeFolder, writeFileAtomic } from '../base/files.ts'
import { sha256 } from '../base/hash.ts'
import type { VerifyFindings } from '../records/decision.ts'
import type { SavedModel } from '../records/lock.ts'
import type { RunResult } from '../records/run.ts'
import { modelFiles, type ModelSource } from '../saved-model/folder.ts'
import { modelFormats, type ModelFormatName } from '../saved-model/formats/index.ts'
import { manifestFile, tokenizerFile } from '../saved-model/manifest.ts'
import { configOf } from './data-files.ts'
import { isScript, type Prepared, type PreparedModel } from './prepare.ts'
import { headOf } from './savable.ts'
import { toolName } from './version.ts'

/** Where the models of a study lie in its folder. */
export const modelsFolder = 'models'
const folderOf = (seed: number): string => `seed-${seed}`

/** What a study wrote of its models. */
export interface WrittenModels {
  readonly models: readonly SavedModel[]
  /** Absolute paths. */
  readonly files: readonly string[]
}

/**
 * Writes the winner's best checkpoint of each verification seed that completed. Models that an earlier study left in the
 * folder go first, also if this one saves none.
 *
 * @param read a run from the journal; undefined if it is not there
 */
export async function writeModels(
  prepared: Prepared,
  {
    verify,
    engine,
    formats,
  }: { verify: VerifyFindings | null; engine: string; formats: readonly ModelFormatName[] | undefined },
  outDir: string,
  read: (id: string) => Promise<RunResult | undefined>,
): Promise<WrittenModels> {
  const root = join(outDir, modelsFolder)
  const [models, files]: [SavedModel[], string[]] = [[], []]
  try {
    await removeModels(root)
    if (formats === undefined || isScript(prepared)) return { models, files }
    const source = await sourceOf(prepared, engine)
    for (const { seed, candidate } of verify?.seeds ?? []) {
      const run = candidate.status === 'complete' ? await read(candidate.run) : undefined
      if (run?.status !== 'complete' || !run.best?.weights) continue
      const { weights, step, epoch, validation, test } = run.best
      const model = { seed, levers: run.request.levers, weights, checkpoint: { step, epoch, validation, test } }
      const folder = join(root, folderOf(seed))
      await makeFolder(folder)
      for (const { name, content } of modelFiles(source, model, formats)) {
        await writeFileAtomic(join(folder, name), content)
        files.push(join(folder, name))
        if (name === manifestFile) models.push({ seed, path: `${modelsFolder}/${folderOf(seed)}`, sha256: sha256(content) })
      }
    }
    return { models, files }
  } catch (error) {
    throw explainFileError(
      error,
      'model/unwritable',
      'the models cannot be written; the finished runs are kept in the journal',
    )
  }
}

/** Only files that a saved model has, in folders with its name. */
async function removeModels(root: string): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  const own = [manifestFile, tokenizerFile, ...modelFormats.map(({ file }) => file)]
  for (const entry of entries) {
    if (!entry.isDirectory() || !/^seed-\d+$/.test(entry.name)) continue
    for (const name of own) await rm(join(root, entry.name, name), { force: true })
    await rmdir(join(root, entry.name)).catch(() => {})
  }
}

async function sourceOf(prepared: PreparedModel, engine: string): Promise<ModelSource> {
  const { plan, dataset, spec, tokenizerFile: file } = prepared
  const { inputs, missing, target } = configOf(spec.data, prepared)
  const tokenizer = inputs.kind === 'text' ? (file ? await readFile(file.path) : inputs.tokenizer) : null
  return {
    tool: toolName,
    name: plan.name,
    engine,
    layers: plan.workload.layers,
    inputShape: dataset.inputShape,
    columns: dataset.fitted,
    missingValues: missing?.values ?? [],
    tokenizer,
    head: headOf(dataset, target),
  }
}
