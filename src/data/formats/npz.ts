import { unzipSync } from 'fflate'
import type { UnzipFileInfo } from 'fflate'
import { fail } from '../problems.ts'
import { tooLarge } from '../source.ts'
import type { Source } from '../source.ts'

/** An archive that claims more entries than this is refused before its directory is walked to the end. */
const MOST_ENTRIES = 1000
const SUFFIX = '.npy'

/** Names of the arrays in an npz, without ".npy", in the archive's order. */
export function listArrays(source: Source): string[] {
  const names: string[] = []
  unzip(source, ({ name }) => {
    if (name.endsWith(SUFFIX)) names.push(name.slice(0, -SUFFIX.length))
    return false
  })
  if (names.length === 0) fail({ code: 'data/npz', message: `${source.file} holds no arrays` })
  return names
}

/** The named arrays' .npy bytes. What they inflate to is limited before anything is inflated. */
export function readArrays(source: Source, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
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
    // The library's own errors carry a number; a torn archive also makes it read outside of its arrays.
    if (error instanceof RangeError || error instanceof TypeError || (error instanceof Error && 'code' in error)) {
      return broken(source, error.message)
    }
    throw error
  }
}

function broken(source: Source, found: string): never {
  return fail({ code: 'data/npz', message: `${source.file} is not an archive of arrays that can be read`, found })
}
