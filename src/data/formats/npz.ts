import { listed } from '../../base/lists.ts'
import { InputError, didYouMean } from '../../base/diagnostics.ts'
import type { ZipEntry } from '../../base/zip.ts'
import { tooLarge } from '../gauge.ts'
import { fail } from '../problems.ts'
import type { Source } from '../source.ts'
import type { OpenTable, TableUse } from '../table.ts'
import { openBlocks, type Block } from './arrays.ts'
import type { FormatDefinition } from './definition.ts'
import { parseNpy } from './npy.ts'

const INPUT_NAMES = ['x', 'X', 'inputs', 'x_train', 'X_train', 'data', 'features', 'images']
const TARGET_NAMES = ['y', 'Y', 'target', 'targets', 'label', 'labels', 'y_train']

/**
 * The target names an array with one value per row, or a matrix of several targets; several targets and the group name an array
 * of one value each. The inputs are the only other array, or the one with a usual name.
 */
export const npz: FormatDefinition = {
  name: 'npz',
  endings: ['npz'],
  summary:
    'An archive of NumPy arrays. The target names an array of one value a row, or of the shape (rows, k) for k labels or ' +
    'numbers, called `y.0`, `y.1` and so on. The inputs are the other array, or the one called `x`, `inputs`, `data`, ' +
    '`features` or `images`.',
  isText: false,
  namesArrays: true,
  open,
}

async function open(source: Source, use: TableUse): Promise<OpenTable> {
  const entries = await entriesOf(source)
  const names = [...entries.keys()]
  const guessed = names.find((name) => TARGET_NAMES.includes(name)) ?? null
  const wanted = use.targets ?? [use.target ?? guessed]
  const targets = wanted.flatMap((name) => (name === null ? [] : [member(source, names, name)]))
  const group = use.groupBy === null ? null : member(source, names, use.groupBy)
  const taken = [...new Set([...targets, ...(group === null ? [] : [group])])]
  const input = inputArray(
    source,
    names.filter((name) => !taken.includes(name)),
  )
  const used = [input, ...taken].flatMap((name) => entries.get(name) ?? [])
  requireRoom(source, used)
  const blocks: Block[] = []
  for (const entry of used) {
    const name = arrayOf(entry)
    const array = parseNpy(`${source.file} (${name})`, await contentOf(source, entry), source.limits)
    blocks.push({ name: name === input ? null : name, array })
  }
  const [{ array }] = blocks as [Block, ...Block[]] // there is always an input
  const [first, ...others] = blocks.slice(1)
  const isOne = targets.length === 1 && first?.array.rowShape.length === 1 && first.array.rows === array.rows
  requireVectors(source, isOne ? others : blocks.slice(1), array.rows)
  const width = isOne ? first.array.size : 1
  const opened = openBlocks(source, blocks, array.rowShape, targets.length === 1 ? array.size : null)
  return { ...opened, ...(width > 1 && { targetWidth: width }) }
}

function member(source: Source, names: readonly string[], name: string): string {
  if (names.includes(name)) return name
  const meant = didYouMean(name, names)
  return fail({
    code: 'data/no-array',
    message: `${source.file} has no array with this name`,
    found: name,
    allowed: listed(names),
    ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }),
  })
}

function inputArray(source: Source, names: readonly string[]): string {
  const known = names.filter((name) => INPUT_NAMES.includes(name))
  const [only] = names.length === 1 ? names : known
  if (only !== undefined && (names.length === 1 || known.length === 1)) return only
  return fail({
    code: 'data/no-array',
    message: `it is not clear which array of ${source.file} holds the inputs`,
    found: names.length === 0 ? 'no array except the target' : listed(names),
    allowed: 'one array besides the target, or one named x',
  })
}

function requireVectors(source: Source, blocks: readonly Block[], rows: number): void {
  for (const { name, array } of blocks) {
    if (array.rows === rows && array.size === 1) continue
    fail({
      code: 'data/npz',
      message: `the array "${name}" of ${source.file} does not have one value for each row of the inputs`,
      found: `shape (${[array.rows, ...array.rowShape].join(', ')})`,
      allowed: `shape (${rows})`,
      ...(array.size > 1 && array.rows === rows ? { hint: 'a target is one value a row, or a matrix (rows, targets)' } : {}),
    })
  }
}

/** An archive that claims more entries than this is rejected before its directory is read. */
const MOST_ENTRIES = 1000
const SUFFIX = '.npy'

const arrayOf = ({ name }: ZipEntry): string => name.slice(0, -SUFFIX.length)

/** The arrays in an npz by their names, without ".npy", in the archive's order. */
async function entriesOf(source: Source): Promise<ReadonlyMap<string, ZipEntry>> {
  // Its libraries take time to load, and few data are archives.
  const { zipEntries } = await import('../../base/zip.ts')
  const entries = await readable(source, () => zipEntries(source.bytes, MOST_ENTRIES))
  const arrays = entries.filter(({ name }) => name.endsWith(SUFFIX))
  if (arrays.length === 0) fail({ code: 'data/npz', message: `${source.file} holds no arrays` })
  return new Map(arrays.map((entry) => [arrayOf(entry), entry]))
}

/** The unpacked size is limited before anything is unpacked. */
function requireRoom({ file, limits }: Source, entries: readonly ZipEntry[]): void {
  const most = Math.min(limits.bytes, limits.memory)
  let total = 0
  for (const { name, bytes } of entries) {
    total += bytes
    if (total > most) tooLarge(file, `${name} brings it to ${total} bytes`, { bytes: most })
  }
}

/** The array's .npy bytes. */
async function contentOf(source: Source, entry: ZipEntry): Promise<Uint8Array> {
  return readable(source, async () => {
    const content = Buffer.alloc(entry.bytes)
    let at = 0
    for await (const part of entry.content()) {
      at += part.copy(content, at)
      source.watch.look()
    }
    return content
  })
}

/** Reports what the archive's reader throws as a problem of the file. */
async function readable<T>(source: Source, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error
    return fail({ code: 'data/npz', message: `${source.file} is not a readable archive of arrays`, found: error.message })
  }
}
