import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { readWithin } from '../base/files.ts'
import { sha256 } from '../base/hash.ts'
import { shownPath } from '../base/paths.ts'
import { openTokenizer } from '../data/tokenizers/index.ts'
import type { Tokenize } from '../data/tokenizers/definition.ts'
import type { ShapedLayer } from '../layers/shapes.ts'
import { checkpointFrom } from '../train/model.ts'
import { mostKeptWeights } from '../train/predictions.ts'
import type { Checkpoint } from '../train/types.ts'
import { readableFormat } from './formats/index.ts'
import { manifestFile, mostManifestBytes, parseManifest, shapedLayers, type ModelManifest } from './manifest.ts'

/** A saved model that was read again. */
export interface OpenModel {
  /** Its folder as the user may see it. */
  readonly folder: string
  readonly manifest: ModelManifest
  readonly layers: readonly ShapedLayer[]
  readonly checkpoint: Checkpoint
  /** Null if no input is a text. */
  readonly tokenize: Tokenize | null
}

/**
 * Finds saved models: the folder of one or its `model.json`, a folder of several, or the folder of a study that has some.
 *
 * @throws InputError if there is none
 */
export async function findModels(path: string): Promise<readonly string[]> {
  if (basename(path) === manifestFile) return [dirname(path)]
  if (await isFile(join(path, manifestFile))) return [path]
  for (const root of [path, join(path, 'models')]) {
    const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name))
    const found: string[] = []
    for (const folder of folders.sort()) if (await isFile(join(folder, manifestFile))) found.push(folder)
    if (found.length > 0) return found
  }
  return refuse('model/none', 'there is no saved model here', {
    found: shownPath(path),
    allowed: `a folder with ${manifestFile}, or the output folder of a run with --save-model`,
    hint: 'save models with tunegate run --save-model',
  })
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

/**
 * Reads one model. Its files must be those whose digests `model.json` has: a file that another study wrote over it would
 * give predictions without an error.
 *
 * @throws InputError that says what is wrong
 */
export async function openModel(folder: string): Promise<OpenModel> {
  const shown = shownPath(folder)
  const name = `${shown}/${manifestFile}`
  const text = await readWithin(join(folder, manifestFile), mostManifestBytes)
  if (text === undefined) return refuse('model/too-large', `${name} is too large`, { allowed: `${mostManifestBytes} bytes` })
  const manifest = parseManifest(text.toString('utf8'), name)
  const layers = shapedLayers(manifest, name)
  const format = readableFormat()
  const content = await contentOf(folder, format.file, manifest)
  const { tokenizer } = manifest.input
  if (tokenizer && 'file' in tokenizer) await contentOf(folder, tokenizer.file, manifest)
  const opened = tokenizer && (await openTokenizer('file' in tokenizer ? join(folder, tokenizer.file) : tokenizer.name))
  return {
    folder: shown,
    manifest,
    layers,
    checkpoint: checkpointOf(layers, () => format.readTensors(content), `${shown}/${format.file}`),
    tokenize: opened?.tokenize ?? null,
  }
}

/** Graph and weights: 4 bytes for each weight, and the nodes. */
const mostFileBytes = 4 * mostKeptWeights + 64 * 2 ** 20

async function contentOf(folder: string, file: string, { files }: ModelManifest): Promise<Buffer> {
  const shown = `${shownPath(folder)}/${file}`
  const content = await readWithin(join(folder, file), mostFileBytes).catch((error: NodeJS.ErrnoException) =>
    refuse('model/unreadable', `${shown} cannot be read`, { found: error.code ?? error.message }),
  )
  if (content === undefined) return refuse('model/too-large', `${shown} is too large`, { allowed: `${mostFileBytes} bytes` })
  const digest = sha256(content)
  if (digest === files[file]) return content
  return refuse('model/changed', `${shown} is not the file that the model was saved with`, {
    found: digest,
    allowed: files[file] ?? `a file that ${manifestFile} lists`,
    hint: 'keep the files of a saved model together and unchanged',
  })
}

function checkpointOf(
  layers: readonly ShapedLayer[],
  read: () => ReturnType<ReturnType<typeof readableFormat>['readTensors']>,
  shown: string,
): Checkpoint {
  const tensors = tensorsOf(read, shown)
  return checkpointFrom(layers, ({ name, shape }) => {
    const found = tensors.get(name)
    const size = shape.reduce((a, b) => a * b, 1)
    if (found?.values.length === size && found.shape.join() === shape.join() && found.values.every(Number.isFinite))
      return found.values
    return refuse('model/tensor', `${shown} does not have the tensor ${name} as its layers need it`, {
      found: found ? `[${found.shape.join(', ')}]` : 'no such tensor',
      allowed: `[${shape.join(', ')}], finite numbers`,
    })
  })
}

function tensorsOf<T>(read: () => T, shown: string): T {
  try {
    return read()
  } catch (error) {
    return refuse('model/format', `${shown} cannot be read`, {
      found: error instanceof Error ? error.message : String(error),
    })
  }
}

function refuse(code: string, message: string, more: { found?: string; allowed?: string; hint?: string }): never {
  throw new InputError([{ code, severity: 'error', message, ...more }])
}
