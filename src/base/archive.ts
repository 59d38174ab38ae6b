import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
// Accessed by name, because Node 20, which loads this in tests, has no Zstandard functions.
import * as zlib from 'node:zlib'
import { extract } from 'tar-stream'
import { writeAt } from './files.ts'

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

const tooMuch = 'the archive has more content than expected'
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

/** Writes the content of an entry to a new file. Throws if there is one already. */
export async function writeNewFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx')
  try {
    let at = 0
    for await (const part of content) {
      await writeAt(file, part, at)
      at += part.length
    }
  } finally {
    await file.close()
  }
}

/** Gzip or Zstandard: the first bytes show which compressor made it. Throws if neither did. */
export async function decompressed(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Buffer>> {
  const iterator = bytes[Symbol.asyncIterator]()
  const first = await iterator.next()
  const head = Buffer.from(first.done ? Buffer.of() : first.value)
  const unpacker =
    head.length < 4
      ? undefined
      : head.readUInt32LE(0) === 0xfd2fb528
        ? zlib.createZstdDecompress()
        : head.readUInt16BE(0) === 0x1f8b
          ? zlib.createGunzip()
          : undefined
  if (!unpacker) throw new Error('it is not an archive')
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield head
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  // A failure of either is thrown to the reader of the end.
  pipeline(Readable.from(source()), unpacker).catch(() => {})
  return unpacker
}
