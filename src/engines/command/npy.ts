import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { notThroughLink } from '../../base/files.ts'
import { fromFolder } from '../../base/paths.ts'
import { quoted, TrainerFault } from './protocol/events.ts'

/** Numbers of a .npy file, row by row. */
export interface NpyArray {
  readonly values: Float64Array
  readonly shape: readonly number[]
  /** Whether the file holds whole numbers. */
  readonly whole: boolean
  /** The bytes of the numbers, for a digest. */
  readonly bytes: Buffer
}

const mostBytes = 512 * 1024 * 1024
const magic = '\x93NUMPY'

/** A reader of one number at a byte offset. */
type ReadNumber = (view: DataView, at: number) => number

const kinds: Readonly<Record<string, { readonly size: number; readonly whole: boolean; readonly read: ReadNumber }>> = {
  '<f4': { size: 4, whole: false, read: (view, at) => view.getFloat32(at, true) },
  '<f8': { size: 8, whole: false, read: (view, at) => view.getFloat64(at, true) },
  '<i8': { size: 8, whole: true, read: (view, at) => Number(view.getBigInt64(at, true)) },
  '<i4': { size: 4, whole: true, read: (view, at) => view.getInt32(at, true) },
  '<i2': { size: 2, whole: true, read: (view, at) => view.getInt16(at, true) },
  '|i1': { size: 1, whole: true, read: (view, at) => view.getInt8(at) },
  '|u1': { size: 1, whole: true, read: (view, at) => view.getUint8(at) },
}

/** A path that a script reported, inside of its output folder. Throws a `TrainerFault` for any other. */
export function insideOutput(outputDir: string, path: string): string {
  if (path.includes('\0') || fromFolder(path, outputDir) === null) {
    throw new TrainerFault('predictions', `the script reported ${quoted(path)}, which is outside of output_dir`)
  }
  return resolve(outputDir, path)
}

/** Reads a .npy file that a script wrote to its output folder. Throws a `TrainerFault` if it is missing or malformed. */
export async function readNpy(outputDir: string, path: string): Promise<NpyArray> {
  const wrong = (why: string): TrainerFault => new TrainerFault('predictions', `the file ${quoted(path)} ${why}`)
  const bytes = await bytesOf(insideOutput(outputDir, path), wrong)
  if (bytes.subarray(0, 6).toString('latin1') !== magic) throw wrong('is not a .npy file')
  const long = (bytes[6] ?? 1) > 1
  const start = (long ? 12 : 10) + (long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8))
  const header = bytes.subarray(long ? 12 : 10, Math.min(start, 65_536)).toString('latin1')
  const kind = /'descr':\s*'([^']{1,20})'/.exec(header)?.[1] ?? ''
  const form = kinds[kind.replace(/^=/, '<').replace(/^<([iu]1)$/, '|$1')]
  if (!form) throw wrong(`holds numbers of the type ${quoted(kind)}; write float32, float64 or integers`)
  if (/'fortran_order':\s*True/.test(header)) throw wrong('is in Fortran order; write it in C order')
  const dimensions = /'shape':\s*\(([^)]{0,100})\)/.exec(header)?.[1] ?? ''
  const shape = dimensions.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]))
  const count = shape.reduce((product, n) => product * n, 1)
  const data = bytes.subarray(start)
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0) || data.byteLength < count * form.size) {
    throw wrong(`has the shape (${dimensions.trim()}), and ${Math.max(0, data.byteLength)} bytes of numbers`)
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const values = Float64Array.from({ length: count }, (_, i) => form.read(view, i * form.size))
  return { values, shape, whole: form.whole, bytes: data.subarray(0, count * form.size) }
}

/** A link or a device is not read: the script may have put it there. */
async function bytesOf(path: string, wrong: (why: string) => TrainerFault): Promise<Buffer> {
  const file = await open(path, notThroughLink(constants.O_RDONLY)).catch((error: NodeJS.ErrnoException) => {
    throw wrong(error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code ?? ''})`)
  })
  try {
    const { size } = await file.stat()
    if (size > mostBytes) throw wrong(`has ${Math.ceil(size / 2 ** 20)} MiB, more than ${mostBytes / 2 ** 20} MiB`)
    const bytes = await file.readFile()
    if (bytes.byteLength < 12) throw wrong('is too short for a .npy file')
    return bytes
  } finally {
    await file.close()
  }
}
