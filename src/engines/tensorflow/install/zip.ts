import { open, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { readAt } from '../../../base/files.ts'

/** A file inside a zip archive. */
export interface ZipEntry {
  readonly name: string
  /** Unpacked. */
  readonly bytes: number
  readonly packedBytes: number
  /** 0 stored, 8 deflated. */
  readonly method: number
  /** Where its local header begins. */
  readonly offset: number
}

export interface Zip {
  readonly entries: readonly ZipEntry[]
  /** The unpacked content of one entry, piece by piece: entries may be larger than memory. */
  readonly stream: (entry: ZipEntry) => Promise<AsyncIterable<Buffer>>
  readonly close: () => Promise<void>
}

const signature = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 } as const
const endBytes = 22
/** The comment after the end record is at most 64 KiB. */
const mostComment = 65_535

/** Opens a zip archive (APPNOTE 6.3, without zip64 and encryption). Throws if the file is not one. */
export async function openZip(path: string): Promise<Zip> {
  const file = await open(path, 'r')
  try {
    const entries = await readDirectory(file)
    return { entries, stream: (entry) => streamOf(file, entry), close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readDirectory(file: FileHandle): Promise<ZipEntry[]> {
  const { size } = await file.stat()
  const tail = await readAt(file, Math.min(size, endBytes + mostComment), Math.max(0, size - endBytes - mostComment))
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || end + endBytes > tail.length) throw new Error('not a zip archive: its end record is missing')
  const [count, bytes, offset] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (offset === 0xffff_ffff || count === 0xffff) throw new Error('zip64 archives are not supported')
  const directory = await readAt(file, bytes, offset)
  const entries: ZipEntry[] = []
  for (let at = 0; at < bytes; ) {
    if (directory.readUInt32LE(at) !== signature.entry) throw new Error('not a zip archive: its directory is damaged')
    const lengths = [28, 30, 32].map((field) => directory.readUInt16LE(at + field))
    const [name = 0, extra = 0, comment = 0] = lengths
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + name),
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    })
    at += 46 + name + extra + comment
  }
  return entries
}

async function streamOf(file: FileHandle, entry: ZipEntry): Promise<AsyncIterable<Buffer>> {
  const header = await readAt(file, 30, entry.offset)
  if (header.readUInt32LE(0) !== signature.local) throw new Error(`not a zip archive: ${entry.name} is not at its offset`)
  // The local header repeats the name, and its extra field may differ in length from the directory's.
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  const packed = Readable.from(pieces(file, start, entry.packedBytes))
  if (entry.method === 0) return packed
  if (entry.method !== 8) throw new Error(`${entry.name} uses compression method ${entry.method}, which is not supported`)
  const inflate = createInflateRaw({ chunkSize: pieceBytes })
  packed.on('error', (error) => inflate.destroy(error))
  return packed.pipe(inflate)
}

const pieceBytes = 2 ** 20

async function* pieces(file: FileHandle, start: number, length: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; done += pieceBytes) {
    yield await readAt(file, Math.min(pieceBytes, length - done), start + done)
  }
}
