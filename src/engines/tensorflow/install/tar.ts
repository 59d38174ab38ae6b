import { gunzipSync } from 'node:zlib'

/** A regular file in an archive; its path uses `/` and is below the archive's single top folder. */
export interface TarFile {
  readonly path: string
  readonly content: Buffer
}

export const block = 512
export const damaged = 'the archive is damaged'
/** More than the largest package; an archive that unpacks to more is not a pinned one. */
const mostBytes = 2 ** 29

/**
 * The regular files of an npm package (`.tgz`: ustar, long paths of pax or GNU), without the top folder (`package/`).
 * Folders are implied, and links are dropped: npm packs none. Throws if the archive is damaged or a path would leave the
 * folder.
 */
export function* readPackage(archive: Uint8Array): Generator<TarFile> {
  const tar = gunzipSync(archive, { maxOutputLength: mostBytes })
  let longPath: string | undefined
  for (let at = 0; at + block <= tar.length; ) {
    const header = readHeader(tar.subarray(at, at + block))
    if (header === 'end') return
    const { size, type, path } = header
    const content = tar.subarray(at + block, at + block + size)
    if (content.length !== size) throw new Error(damaged)
    if (namesNext(type)) longPath = nextName(type, content) ?? longPath
    else {
      if (type === '0' || type === '') yield { path: below(longPath ?? path), content }
      if (type !== 'g') longPath = undefined
    }
    at += block + Math.ceil(size / block) * block
  }
}

export interface TarHeader {
  readonly path: string
  readonly size: number
  /** '0' or nothing: a file, '5': a folder, '1' and '2': links. */
  readonly type: string
}

/** The header of an entry. Throws if the block is not one. */
export function readHeader(header: Buffer): TarHeader | 'end' {
  if (header.every((byte) => byte === 0)) return 'end'
  const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8)
  const sum = Number.parseInt(text(header, 148, 8), 8)
  if (!Number.isSafeInteger(size) || size < 0 || checksum(header) !== sum) throw new Error(damaged)
  return { path: ustarPath(header), size, type: text(header, 156, 1) }
}

/** Whether an entry's content describes the next entry. */
export const namesNext = (type: string): boolean => type === 'L' || type === 'x'

/** The path of the next entry, if it is too long for a header. */
export function nextName(type: string, content: Buffer): string | undefined {
  if (type === 'L') return text(content, 0, content.length)
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1]
}

const text = (bytes: Buffer, from: number, length: number): string => {
  const field = bytes.toString('utf8', from, from + length)
  const end = field.indexOf('\0')
  return end < 0 ? field : field.slice(0, end)
}

function ustarPath(header: Buffer): string {
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : ''
  return prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`
}

/** The sum of the header's bytes, with its own field counted as blanks. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0)
}

function below(path: string): string {
  const [, ...rest] = path.split('/')
  if (rest.length === 0 || rest.some((part) => part === '' || part === '..' || part === '.') || path.includes('\\')) {
    throw new Error(`the archive has a path that is not allowed: ${path}`)
  }
  return rest.join('/')
}
