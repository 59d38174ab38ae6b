import { open, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import crc32 from 'crc-32'
import { RandomAccessReader, fromBufferPromise, fromRandomAccessReaderPromise, type Entry, type ZipFile } from 'yauzl'
import { readAt } from './files.ts'

/** A file inside a zip archive. */
export interface ZipEntry {
  readonly name: string
  /** Unpacked. */
  readonly bytes: number
  /**
   * The unpacked content, piece by piece: entries may be larger than memory. The last step throws if the content does not
   * have the size and the CRC-32 that the archive's directory states.
   */
  readonly content: () => AsyncIterable<Buffer>
}

export interface Zip {
  /** In the order of the archive's directory. No two have the same name. */
  readonly entries: readonly ZipEntry[]
  readonly close: () => Promise<void>
}

/**
 * Opens a zip archive, with or without zip64. yauzl reads the format; it rejects names that lead outside of a folder. The
 * guards that it lacks are here: the number of entries, duplicate names, sizes that no compressor reaches, and checksums.
 *
 * @param mostEntries an archive that claims more is rejected before its directory is read
 * @throws Error if the file is not a zip archive or breaks one of these rules
 */
export async function openZip(path: string, mostEntries: number): Promise<Zip> {
  const file = await open(path, 'r')
  const close = (): Promise<void> => file.close()
  try {
    const { size } = await file.stat()
    return { entries: await entriesOf(await fromRandomAccessReaderPromise(new FileReader(file), size), mostEntries), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The entries of a zip archive in memory. The rules are those of `openZip`. */
export async function zipEntries(archive: Buffer, mostEntries: number): Promise<readonly ZipEntry[]> {
  return entriesOf(await fromBufferPromise(archive), mostEntries)
}

async function entriesOf(zip: ZipFile, most: number): Promise<readonly ZipEntry[]> {
  zip.autoClose = false
  if (zip.entryCount > most) throw new Error(`the archive has more than ${most} entries`)
  const entries = new Map<string, ZipEntry>()
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName
    if (entries.has(name)) throw new Error(`the archive has two entries named ${name}`)
    requirePossible(entry)
    entries.set(name, { name, bytes: entry.uncompressedSize, content: () => contentOf(zip, entry) })
  }
  return [...entries.values()]
}

/** Deflate describes at most 258 bytes with 2 bits. */
const mostRatio = 1032

/** Rejects a size that the packed bytes cannot unpack to, so that a reader may allocate what the directory states. */
function requirePossible({ fileName, compressedSize, uncompressedSize }: Entry): void {
  if (uncompressedSize <= compressedSize * mostRatio) return
  throw new Error(`${fileName} claims ${uncompressedSize} bytes, which ${compressedSize} packed bytes cannot hold`)
}

async function* contentOf(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0
  // yauzl counts the bytes: too many or too few end in an error.
  for await (const part of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    sum = crc32.buf(part, sum)
    yield part
  }
  if (sum >>> 0 !== entry.crc32) throw new Error(`${entry.fileName} does not have the checksum that the archive states`)
}

/**
 * Hands yauzl the bytes of a file. Its own reader passes offsets to `fs.read` unchecked, and an offset that `fs.read`
 * refuses, which zip64 can state, would end the process.
 */
class FileReader extends RandomAccessReader {
  readonly #file: FileHandle

  constructor(file: FileHandle) {
    super()
    this.#file = file
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, bytesRead?: number) => void,
  ): void {
    readAt(this.#file, length, position).then(
      (bytes) => done(null, bytes.copy(buffer, offset)),
      (error: Error) => done(error),
    )
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(pieces(this.#file, start, end))
  }
}

const pieceBytes = 2 ** 18

async function* pieces(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += pieceBytes) yield await readAt(file, Math.min(pieceBytes, end - at), at)
}
