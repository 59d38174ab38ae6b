import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { explainFileError, makeFolder, writeFileAtomic } from '../base/files.ts'
import { sha256 } from '../base/hash.ts'
import type { Dataset } from '../data/types.ts'
import { describeLayer } from '../layers/layer.ts'
import { inferShapes, parameterCount } from '../layers/shapes.ts'
import { Unsavable } from '../layers/saved.ts'
import type { VerifyFindings } from '../records/decision.ts'
import type { SavedModel } from '../records/lock.ts'
import type { Plan } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import { manifestFile, tokenizerFile } from '../saved-model/manifest.ts'
import { modelFiles, withReadable, type ModelSource } from '../saved-model/folder.ts'
import { modelFormatNamed, modelFormats, type ModelFormatName } from '../saved-model/formats/index.ts'
import type { Head, TrainedModel } from '../saved-model/trained-model.ts'
import { confirmation } from '../stages/index.ts'
import { mostKeptWeights } from '../train/predictions.ts'
import { statisticSizes } from '../train/model.ts'
import { configOf } from './data-files.ts'
import type { SpecSource } from './options.ts'
import type { Prepared, PreparedModel } from './prepare.ts'
import { toolName } from './version.ts'

/** Where the models of a study lie in its folder. */
export const modelsFolder = 'models'
const folderOf = (seed: number): string => `seed-${seed}`

/**
 * Checks before training that a study can save models, down to each layer in each format.
 *
 * @throws InputError with every reason why it cannot
 */
export function requireSavable(plan: Plan, dataset: Dataset | null, { saveModel }: Pick<SpecSource, 'saveModel'>): void {
  if (saveModel === undefined) return
  const problem = (message: string, more: Partial<Diagnostic> = {}): Diagnostic => ({
    code: 'model/cannot-save',
    severity: 'error',
    message,
    ...more,
  })
  const { workload } = plan
  const problems: Diagnostic[] = []
  if (!plan.jobs.some((job) => job.id === confirmation.name))
    problems.push(problem(`no model can be saved without the stage ${confirmation.name}, which trains the winner`))
  if (!('layers' in workload) || dataset === null)
    problems.push(problem('no model can be saved: the training script has its own', { hint: 'save it in the script' }))
  else if (workload.parameters > mostKeptWeights)
    problems.push(
      problem('the model is too large to be saved', {
        found: `${workload.parameters.toLocaleString('en')} parameters`,
        allowed: `at most ${mostKeptWeights.toLocaleString('en')}`,
      }),
    )
  else {
    const shaped = inferShapes(workload.layers, workload.data.inputShape)
    const model = { inputShape: workload.data.inputShape, head: headOf(dataset, ''), dropout: 0, tool: toolName }
    if (shaped.ok) problems.push(...layerProblems({ ...model, layers: shaped.value }, saveModel, problem))
  }
  if (problems.length > 0) throw new InputError(problems)
}

/** Writes a model with weights of 0 in every format: what fails now would fail after training. */
function layerProblems(
  model: Omit<TrainedModel, 'checkpoint'>,
  formats: readonly ModelFormatName[],
  problem: (message: string, more?: Partial<Diagnostic>) => Diagnostic,
): Diagnostic[] {
  const checkpoint = {
    weights: new Float32Array(parameterCount(model.layers)),
    statistics: statisticSizes(model.layers).map((length) => new Float32Array(length)),
  }
  return withReadable(formats).flatMap((name) => {
    try {
      modelFormatNamed(name).write({ ...model, checkpoint })
      return []
    } catch (error) {
      if (!(error instanceof Unsavable)) throw error
      const others = formats.filter((other) => other !== name)
      return [
        problem(`the model cannot be saved as ${name}: ${error.message}`, {
          ...(error.layer ? { found: describeLayer(error.layer) } : {}),
          ...(others.length > 0 ? { hint: `name the other formats, --save-model ${others.join(',')}` } : {}),
        }),
      ]
    }
  })
}

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
    if (formats === undefined || 'facts' in prepared) return { models, files }
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
    await rm(join(root, entry.name), { recursive: false, force: true }).catch(() => {})
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

const headOf = ({ classes, targetScale }: Pick<Dataset, 'classes' | 'targetScale'>, target: string): Head =>
  classes === null
    ? { task: 'regression', target, mean: targetScale?.mean ?? 0, sd: targetScale?.sd ?? 1 }
    : { task: 'classification', target, classes }
