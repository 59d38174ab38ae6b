import { InputError } from '../base/diagnostics.ts'
import type { FittedInput } from '../data/types.ts'
import type { Layer as SpecLayer } from '../dsl/tuning.gen.ts'
import { innerLayers, normalizeLayer, resolveLayer, type Layer } from '../layers/layer.ts'
import { inferShapes, parameterCount, type ShapedLayer } from '../layers/shapes.ts'
import type { BestCheckpoint } from '../records/run.ts'
import { parseJsonDocument, type DocumentKind } from '../report/documents.ts'
import { mostKeptWeights } from '../train/predictions.ts'
import schema from '../../schema/model.schema.json' with { type: 'json' }
import specSchema from '../../schema/tuning.schema.json' with { type: 'json' }
import { outputsOf, type Head } from './trained-model.ts'

/** `model.json` of a saved model; `schema/model.schema.json` explains each member. */
export interface ModelManifest {
  readonly version: 1
  readonly tool: string
  readonly name: string
  readonly engine: string
  readonly seed: number
  readonly input: {
    readonly shape: readonly number[]
    readonly columns: readonly FittedInput[]
    readonly missingValues: readonly string[]
    readonly tokenizer: { readonly name: string } | { readonly file: typeof tokenizerFile } | null
  }
  readonly output: Head
  /** As a spec writes them. */
  readonly layers: readonly SpecLayer[]
  readonly dropout: number
  readonly checkpoint: BestCheckpoint
  /** SHA-256 by name. */
  readonly files: Readonly<Record<string, string>>
}

/** Files of a model's folder, besides those of its formats. */
export const manifestFile = 'model.json'
export const tokenizerFile = 'tokenizer.json'

export const mostManifestBytes = 64 * 2 ** 20

const kind: DocumentKind = {
  what: 'the saved model',
  code: 'model',
  // The layers are those of a spec, and so are their rules.
  schema: { ...schema, $defs: { ...specSchema.$defs, ...schema.$defs } },
  version: 1,
  mostBytes: mostManifestBytes,
  mostValues: 5_000_000,
  hint: 'use a folder that tunegate run --save-model wrote, unchanged',
}

/** One member a line, but short: the file is read by people as well. */
export const manifestText = (manifest: ModelManifest): string => `${JSON.stringify(manifest, null, 2)}\n`

/** Reads a manifest. Throws an `InputError` that says what is wrong and where. */
export const parseManifest = (text: string, file: string): ModelManifest =>
  parseJsonDocument(text, file, kind) as ModelManifest

/** A layer in the form of a spec, with every argument explicit. */
export function specLayer(layer: Layer): SpecLayer {
  const { kind: name, ...given } = layer
  const inner = innerLayers(layer).map(({ list, layers }) => [list, layers.map(specLayer)])
  // The schema has each layer with the arguments of its type; the compiler cannot follow a computed key.
  return { [name]: { ...given, ...Object.fromEntries(inner) } } as unknown as SpecLayer
}

/** The layers of a manifest with their shapes. Throws an `InputError` if they do not fit together, or the data. */
export function shapedLayers({ layers, input, output }: ModelManifest, file: string): readonly ShapedLayer[] {
  const sizes = { classes: outputsOf(output) }
  const resolved = layers.map((layer) => resolveLayer(normalizeLayer(layer), sizes))
  const shaped = inferShapes(resolved, input.shape)
  if (!shaped.ok) return wrong(file, shaped.error.message, shaped.error.found)
  const last = shaped.value.at(-1)?.output ?? []
  if (last.length !== 1 || last[0] !== outputsOf(output))
    return wrong(file, 'the last layer does not have the outputs that the model should have', `[${last.join(', ')}]`)
  const parameters = parameterCount(shaped.value)
  if (parameters > mostKeptWeights) return wrong(file, 'the layers have too many parameters', `${parameters}`)
  return shaped.value
}

function wrong(file: string, message: string, found: string): never {
  throw new InputError([{ code: 'model/layers', severity: 'error', message: `${file}: ${message}`, found, hint: kind.hint }])
}
