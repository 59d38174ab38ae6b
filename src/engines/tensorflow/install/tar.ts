import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'

/** An entry of an archive. Links, devices and kinds that nobody knows are `other`. */
export interface TarEntry {
  /** As the archive has it: it may be absolute or lead anywhere. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'other'
  /** May be read once, until the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>
}

/** What an archive may hold at most. */
export interface TarBounds {
  readonly entries: number
  /** Of the unpacked archive, headers included. */
  readonly bytes: number
}

const damaged = 'the archive is damaged'
const blockBytes = 512

/**
 * The entries of a tar archive (ustar, pax, GNU) that is already decompressed, in order. tar-stream reads the format; the
 * guards that it lacks are here: bounds, and the end that an archive must have.
 *
 * @throws Error if the archive is damaged, ends early or exceeds a bound
 */
export async function* readTar(
  unpacked: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  most: TarBounds,
): AsyncGenerator<TarEntry> {
  const tar = extract()
  const source = Readable.from(withEnd(unpacked, most.bytes))
  source.on('error', (error) => tar.destroy(error)).pipe(tar)
  let [entries, total] = [0, 0]
  try {
    for await (const content of tar) {
      const { name, type, size } = content.header
      total += size
      if (++entries > most.entries || total > most.bytes) throw new Error(tooMuch)
      // tar-stream waits forever for the content of such a folder.
      if (type === 'directory' && size > 0) throw new Error(damaged)
      // The parts are those of `source`; the library's types do not say so.
      yield { path: name, kind: kinds.get(type) ?? 'other', content: content as AsyncIterable<Uint8Array> }
      content.resume()
    }
  } finally {
    source.destroy()
  }
}

const tooMuch = 'the archive has more content than an engine has'
const kinds: ReadonlyMap<string, TarEntry['kind']> = new Map([
  ['file', 'file'],
  ['directory', 'folder'],
])

/** tar-stream holds no bound, and takes an archive without its end, a block of zeros, for a whole one. */
async function* withEnd(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<Uint8Array> {
  let [total, end] = [0, Buffer.of()]
  for await (const part of parts) {
    total += part.length
    if (total > mostBytes) throw new Error(tooMuch)
    end = Buffer.concat([end, part.subarray(-blockBytes)]).subarray(-blockBytes)
    yield part
  }
  if (end.length < blockBytes || end.some((byte) => byte !== 0)) throw new Error(damaged)
}

/** A regular file in a package; its path uses `/` and is below the archive's single top folder. */
export interface TarFile {
  readonly path: string
  readonly content: Buffer
}

/** More than the largest package; an archive that unpacks to more is not a pinned one. */
const largestPackage: TarBounds = { entries: 50_000, bytes: 2 ** 29 }

/**
 * The regular files of an npm package (`.tgz`), without the top folder (`package/`). Folders are implied, and links are
 * dropped: npm packs none. Throws if the archive is damaged or a path would leave the folder.
 */
export async function readPackage(archive: Uint8Array): Promise<TarFile[]> {
  const tar = gunzipSync(archive, { maxOutputLength: largestPackage.bytes })
  const files: TarFile[] = []
  for await (const { path, kind, content } of readTar([tar], largestPackage)) {
    if (kind === 'file') files.push({ path: below(path), content: await buffer(content) })
  }
  return files
}

function below(path: string): string {
  const [, ...rest] = path.split('/')
  if (rest.length === 0 || rest.some((part) => part === '' || part === '..' || part === '.') || path.includes('\\')) {
    throw new Error(`the archive has a path that is not allowed: ${path}`)
  }
  return rest.join('/')
}
