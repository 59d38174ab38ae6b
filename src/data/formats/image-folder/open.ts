import { listed } from '../../../base/lists.ts'
import { noneBad } from '../../cells.ts'
import { isTextWant, type Column, type Want } from '../../column.ts'
import { requireSize } from '../../gauge.ts'
import { partOf } from '../../parts.ts'
import { counted, fail, Problems } from '../../problems.ts'
import type { Source } from '../../source.ts'
import type { OpenTable, Table, TableUse } from '../../table.ts'
import { Texts } from '../../texts.ts'
import type { FolderFile } from '../definition.ts'
import type { Image } from './image.ts'
import { decodeJpeg, isJpeg } from './jpeg.ts'
import { decodePng, isPng } from './png.ts'
import { resized, withChannels } from './resize.ts'

/** Images that are decoded to choose a shape, if the spec gives none. */
const sampled = 50
/** The longest side of images if the spec gives no shape. Larger ones cost much memory and training time. */
const longestSide = 64

type Shape = readonly [height: number, width: number, channels: 1 | 3]
const labelName = 'label'

export function openFolder(files: readonly FolderFile[], source: Source, use: TableUse): OpenTable {
  const labels = labelsOf(files, source)
  const shape = use.shape ? requireShape(use.shape, source) : guessShape(files, source)
  const size = shape[0] * shape[1] * shape[2]
  requireSize(source, files.length, size)
  const names = [...Array.from({ length: size }, (_, i) => String(i)), labelName]
  if (names.length > source.limits.columns) {
    const allowed = `at most ${counted(source.limits.columns, 'value')}`
    fail({ code: 'data/too-many-columns', message: 'the images are too large', found: counted(size, 'value'), allowed })
  }
  let values: Uint8Array | undefined
  return {
    file: source.file,
    names,
    header: true,
    delimiter: null,
    rowShape: shape,
    target: size,
    read: (wants) => tableOf(source, names, labels, (values ??= pixelsOf(files, source, shape)), wants),
  }
}

/** The class of each image: the name of its folder. */
function labelsOf(files: readonly FolderFile[], { file }: Source): string[] {
  const labels = files.map(({ name }) => (name.includes('/') ? name.slice(0, name.indexOf('/')) : null))
  const outside = files.find((_, i) => labels[i] === null)
  if (outside) {
    fail({
      code: 'data/images',
      message: `${file} has images outside of the folder of a class`,
      found: outside.name,
      hint: 'move each image to a folder with the name of its class',
    })
  }
  const classes = [...new Set(labels.filter((label) => label !== null))]
  if (classes.length > 1 && classes.every((label) => partOf(label) === label.toLowerCase())) {
    fail({
      code: 'data/split-files',
      message: `${file} holds the parts of a split, not classes`,
      found: listed(classes),
      hint: `name each in place of source, such as train: ${file}/${classes.find((name) => /^train/i.test(name)) ?? classes[0]}`,
    })
  }
  return labels.map((label) => label ?? '')
}

function requireShape(shape: readonly number[], { file }: Source): Shape {
  const [height = 0, width = 0, channels = 0] = shape
  if (shape.length === 3 && (channels === 1 || channels === 3)) return [height, width, channels]
  return fail({
    code: 'data/shape',
    message: `the images of ${file} cannot have this shape`,
    found: `[${shape.join(', ')}]`,
    allowed: '[height, width, 1] for gray, [height, width, 3] for color',
  })
}

function guessShape(files: readonly FolderFile[], source: Source): Shape {
  const every = Math.max(1, Math.floor(files.length / sampled))
  const some = files.filter((_, i) => i % every === 0).slice(0, sampled)
  const problems = new Problems()
  const found = some.flatMap((one) => decoded(one, source, problems) ?? [])
  problems.throwIfAny()
  const [first] = found
  if (!first) return fail({ code: 'data/empty', message: `${source.file} has no images` })
  const scale = Math.min(1, longestSide / Math.max(first.height, first.width))
  const side = (length: number): number => Math.max(1, Math.round(length * scale))
  return [side(first.height), side(first.width), found.every(isGray) ? 1 : 3]
}

const isGray = ({ channels, values }: Image): boolean =>
  channels === 1 || values.every((value, i) => i % 3 === 0 || value === values[i - 1])

function decoded({ name, bytes }: FolderFile, { file }: Source, problems: Problems): Image | undefined {
  try {
    return decodedAs(bytes)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    problems.add({
      code: 'data/images',
      message: `${file}/${name} is not a readable image`,
      found: error.message.slice(0, 200),
      hint: 'write it again, or remove it',
    })
    return undefined
  }
}

/** Detects the format by content, because many files have the wrong name. */
function decodedAs(bytes: Buffer): Image {
  if (isPng(bytes)) return decodePng(bytes)
  if (isJpeg(bytes)) return decodeJpeg(bytes)
  throw new Error('it begins neither as a PNG nor as a JPEG')
}

/** The values of all images, one after another. */
function pixelsOf(files: readonly FolderFile[], source: Source, [height, width, channels]: Shape): Uint8Array {
  const size = height * width * channels
  const values = new Uint8Array(files.length * size)
  const problems = new Problems()
  files.forEach((one, i) => {
    source.watch.look()
    const image = decoded(one, source, problems)
    if (image) values.set(resized(withChannels(image, channels), height, width).values, i * size)
  })
  problems.throwIfAny()
  return values
}

function tableOf(
  source: Source,
  names: readonly string[],
  labels: readonly string[],
  values: Uint8Array,
  wants: readonly Want[],
): Table {
  const size = names.length - 1
  const texts = new Texts(source)
  const columns = names.map((name, index): Column | null => {
    const want = wants[index] ?? 'skip'
    if (want === 'skip') return null
    const clean = { name, index, bad: [], badCount: noneBad }
    if (index < size && !isTextWant(want)) {
      return {
        ...clean,
        isText: false,
        at: (row) => values[row * size + index] ?? NaN,
        codes: null,
        levels: null,
        texts: [],
      }
    }
    const cells = index < size ? labels.map((_, row) => String(values[row * size + index])) : labels
    return { ...clean, isText: true, at: () => NaN, ...encoded(cells, name, texts) }
  })
  return { file: source.file, rows: labels.length, columns }
}

function encoded(cells: readonly string[], name: string, texts: Texts): Pick<Column, 'codes' | 'levels' | 'texts'> {
  const levels = new Map<string, number>()
  const codes = Int32Array.from(cells, (cell) => {
    const known = levels.get(cell)
    if (known !== undefined) return known
    texts.keep(cell, name)
    levels.set(cell, levels.size)
    return levels.size - 1
  })
  const all = [...levels.keys()]
  return all.length > texts.perColumn ? { codes: null, levels: null, texts: [] } : { codes, levels: all, texts: all }
}
