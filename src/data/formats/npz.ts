import { unzipSync } from 'fflate'
import type { UnzipFileInfo } from 'fflate'
import { didYouMean } from '../../base/diagnostics.ts'
import { tooLarge } from '../gauge.ts'
import { fail, listed } from '../problems.ts'
import type { Source } from '../source.ts'
import type { OpenTable, TableUse } from '../table.ts'
import { openBlocks, type Block } from './arrays.ts'
import type { FormatDefinition } from './definition.ts'
import { parseNpy } from './npy.ts'

const INPUT_NAMES = ['x', 'X', 'inputs', 'x_train', 'X_train', 'data', 'features', 'images']
const TARGET_NAMES = ['y', 'Y', 'target', 'targets', 'label', 'labels', 'y_train']

/**
 * The target (and the group) names an array with one value per row. The inputs are the only other array, or the one with a
 * usual name.
 */
export const npz: FormatDefinition = {
  name: 'npz',
  endings: ['npz'],
  summary:
    'An archive of NumPy arrays. The target names an array of one value a row, and the inputs are the other array, or the ' +
    'one called `x`, `inputs`, `data`, `features` or `images`.',
  isText: false,
  open,
}

function open(source: Source, use: TableUse): OpenTable {
  const names = listArrays(source)
  const guessed = names.find((name) => TARGET_NAMES.includes(name)) ?? null
  const target = use.target === null ? guessed : member(source, names, use.target)
  const group = use.groupBy === null ? null : member(source, names, use.groupBy)
  const taken = [target, group].filter((name) => name !== null)
  const input = inputArray(
    source,
    names.filter((name) => !taken.includes(name)),
  )
  const arrays = readArrays(source, [input, ...taken])
  const blocks = [input, ...taken].map((name) => {
    const array = parseNpy(`${source.file} (${name})`, arrays.get(name) ?? new Uint8Array(0), source.limits)
    return { name: name === input ? null : name, array }
  })
  const [{ array }] = blocks as [Block, ...Block[]] // there is always an input
  requireVectors(source, blocks.slice(1), array.rows)
  return openBlocks(source, blocks, array.rowShape, target === null ? null : array.size)
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
      ...(array.size > 1 ? { hint: 'for one-hot classes, save y.argmax(axis=1)' } : {}),
    })
  }
}

/** An archive that claims more entries than this is rejected before its directory is read to the end. */
const MOST_ENTRIES = 1000
const SUFFIX = '.npy'

/** Names of the arrays in an npz, without ".npy", in the archive's order. */
function listArrays(source: Source): string[] {
  const names: string[] = []
  unzip(source, ({ name }) => {
    if (name.endsWith(SUFFIX)) names.push(name.slice(0, -SUFFIX.length))
    return false
  })
  if (names.length === 0) fail({ code: 'data/npz', message: `${source.file} holds no arrays` })
  return names
}

/** The named arrays' .npy bytes. Their inflated size is limited before anything is inflated. */
function readArrays(source: Source, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  let total = 0
  const files = unzip(source, ({ name, originalSize }) => {
    if (!name.endsWith(SUFFIX) || !names.includes(name.slice(0, -SUFFIX.length))) return false
    total += originalSize
    if (total > source.limits.bytes) tooLarge(source.file, `${name} brings it to ${total} bytes`, source.limits)
    return true
  })
  return new Map(files.map(([name, bytes]) => [name.slice(0, -SUFFIX.length), bytes]))
}

function unzip(source: Source, wanted: (entry: UnzipFileInfo) => boolean): [string, Uint8Array][] {
  let entries = 0
  const filter = (entry: UnzipFileInfo): boolean => {
    if (++entries > MOST_ENTRIES) broken(source, `more than ${MOST_ENTRIES} entries`)
    return wanted(entry)
  }
  try {
    return Object.entries(unzipSync(source.bytes, { filter }))
  } catch (error) {
    // The library's own errors carry a number. A torn archive also makes it read outside its arrays.
    if (error instanceof RangeError || error instanceof TypeError || (error instanceof Error && 'code' in error)) {
      return broken(source, error.message)
    }
    throw error
  }
}

function broken(source: Source, found: string): never {
  return fail({ code: 'data/npz', message: `${source.file} is not a readable archive of arrays`, found })
}
