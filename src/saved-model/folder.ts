import { sha256 } from '../base/hash.ts'
import type { FittedInput } from '../data/types.ts'
import type { Levers } from '../records/levers.ts'
import type { BestCheckpoint } from '../records/run.ts'
import type { Layer } from '../layers/layer.ts'
import { inferShapes } from '../layers/shapes.ts'
import type { KeptWeights } from '../records/run.ts'
import { statisticSizes } from '../train/model.ts'
import { keptCheckpoint } from '../train/predictions.ts'
import { modelFormatNamed, readableFormat, type ModelFormatName } from './formats/index.ts'
import { manifestFile, manifestText, specLayer, tokenizerFile, type ModelManifest } from './manifest.ts'
import type { Head, TrainedModel } from './trained-model.ts'

/** What all models of a study share. */
export interface ModelSource {
  readonly tool: string
  readonly name: string
  readonly engine: string
  readonly layers: readonly Layer[]
  readonly inputShape: readonly number[]
  readonly columns: readonly FittedInput[]
  readonly missingValues: readonly string[]
  /** The content of a tokenizer file, or a tokenizer's name; null without texts. */
  readonly tokenizer: string | Uint8Array | null
  readonly head: Head
}

/** One of them. */
export interface SeedModel {
  readonly seed: number
  readonly levers: Levers
  readonly weights: KeptWeights
  readonly checkpoint: BestCheckpoint
}

export interface FolderFile {
  readonly name: string
  readonly content: Uint8Array | string
}

/**
 * The files of one saved model, `model.json` last: it has the digests of the others. They are a function of the study and
 * the seed, so a study that was killed and continued writes the same bytes.
 *
 * @throws Unsavable if a format cannot hold a layer
 */
export function modelFiles(source: ModelSource, seed: SeedModel, formats: readonly ModelFormatName[]): FolderFile[] {
  const model = trainedModel(source, seed)
  const files: FolderFile[] = withReadable(formats).map((name) => {
    const format = modelFormatNamed(name)
    return { name: format.file, content: format.write(model) }
  })
  const { tokenizer } = source
  if (tokenizer instanceof Uint8Array) files.push({ name: tokenizerFile, content: tokenizer })
  const manifest: ModelManifest = {
    version: 1,
    tool: source.tool,
    name: source.name,
    engine: source.engine,
    seed: seed.seed,
    input: {
      shape: source.inputShape,
      columns: source.columns,
      missingValues: source.missingValues,
      tokenizer: tokenizer === null ? null : typeof tokenizer === 'string' ? { name: tokenizer } : { file: tokenizerFile },
    },
    output: source.head,
    layers: source.layers.map(specLayer),
    dropout: model.dropout,
    checkpoint: seed.checkpoint,
    files: Object.fromEntries(files.map(({ name, content }) => [name, sha256(content)])),
  }
  return [...files, { name: manifestFile, content: manifestText(manifest) }]
}

/** The wanted formats, and first the one that `predict` reads. */
export function withReadable(formats: readonly ModelFormatName[]): readonly ModelFormatName[] {
  const { name } = readableFormat()
  return [name, ...formats.filter((other) => other !== name)]
}

function trainedModel(source: ModelSource, { levers, weights }: Pick<SeedModel, 'levers' | 'weights'>): TrainedModel {
  const shaped = inferShapes(source.layers, source.inputShape)
  if (!shaped.ok) throw new Error(`the layers of a plan do not fit: ${shaped.error.message}`)
  const { value: layers } = shaped
  return {
    layers,
    inputShape: source.inputShape,
    checkpoint: keptCheckpoint(weights, statisticSizes(layers)),
    head: source.head,
    dropout: levers.regularization.dropout,
    tool: source.tool,
  }
}
