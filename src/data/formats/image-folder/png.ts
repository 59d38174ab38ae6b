import { inflateSync } from 'node:zlib'
import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png'
import { mostPixels, type Image } from './image.ts'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Chunks that the pixels depend on. Others may hold compressed texts and profiles of any size. */
const needed: readonly string[] = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']
/** Values of a pixel, by color type. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

export const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(signature)

/**
 * Decodes a PNG. The library inflates whatever the file holds, so the size is checked first.
 *
 * @throws Error with the reason
 */
export function decodePng(bytes: Buffer): Image {
  const chunks = chunksOf(bytes)
  const header = chunks.find(({ type }) => type === 'IHDR')?.content
  if (header?.length !== 13) throw new Error('it has no header')
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  if (width * height === 0 || width * height > mostPixels) throw new Error(`it states ${width} × ${height} pixels`)
  const bits = (channelsOf[header[9] ?? -1] ?? 4) * (header[8] ?? 16)
  const packed = Buffer.concat(chunks.flatMap(({ type, content }) => (type === 'IDAT' ? [content] : [])))
  // Interlaced images have seven times as many rows, each with a byte before it, and partly filled bytes at their ends.
  inflateSync(packed, { maxOutputLength: height * (Math.ceil((width * bits) / 8) + 1) + 32 * (width + height) })
  return imageOf(decode(Buffer.concat([signature, ...chunks.map(({ whole }) => whole)]), { checkCrc: true }))
}

interface Chunk {
  readonly type: string
  readonly content: Buffer
  readonly whole: Buffer
}

/** The needed chunks, up to the end. */
function chunksOf(bytes: Buffer): Chunk[] {
  if (!isPng(bytes)) throw new Error('it does not begin as a PNG')
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (at + 12 + length > bytes.length) throw new Error('it is cut short')
    if (needed.includes(type)) {
      chunks.push({ type, content: bytes.subarray(at + 8, at + 8 + length), whole: bytes.subarray(at, at + 12 + length) })
    }
    if (type === 'IEND') return chunks
    at += 12 + length
  }
  throw new Error('it is cut short')
}

function imageOf(png: DecodedPng): Image {
  const { width, height } = png
  if (png.palette) {
    const values = convertIndexedToRgb(png)
    return colored(width, height, values, values.length / (width * height))
  }
  const values = png.depth < 8 ? unpacked(png) : png.depth === 16 ? Uint8Array.from(png.data, (v) => v >> 8) : png.data
  return colored(width, height, values, png.channels)
}

/** Drops the alpha channel. */
function colored(width: number, height: number, values: ArrayLike<number>, channels: number): Image {
  const kept = channels >= 3 ? 3 : 1
  const pixels = width * height
  if (values.length < pixels * channels) throw new Error('it has too few pixels')
  const own = new Uint8Array(pixels * kept)
  for (let i = 0; i < pixels; i++) for (let c = 0; c < kept; c++) own[i * kept + c] = values[i * channels + c] ?? 0
  return { width, height, channels: kept, values: own }
}

/** Expands gray values of fewer than 8 bits, several to a byte, to the range 0 to 255. */
function unpacked({ width, height, depth, data }: DecodedPng): Uint8Array {
  const stride = Math.ceil((width * depth) / 8)
  const most = 2 ** depth - 1
  const values = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth
      const byte = data[y * stride + (bit >> 3)] ?? 0
      values[y * width + x] = (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most
    }
  }
  return values
}
