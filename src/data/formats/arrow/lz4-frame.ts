const magic = 0x184d2204

/**
 * Unpacks an LZ4 frame, as Arrow packs buffers by default. Blocks may refer to what lies before them. The checksum of the
 * content is checked if the frame has one. Format: github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md.
 *
 * @param length bytes of the content
 * @throws Error if the frame is damaged, or has another length
 */
export function unpackLz4Frame(packed: Uint8Array, length: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (packed.length < 7 || view.getUint32(0, true) !== magic) throw new Error('an LZ4 frame does not begin as one')
  const flags = packed[4] ?? 0
  if (flags >> 6 !== 1) throw new Error('an LZ4 frame has an unknown version')
  const [hasBlockChecksums, hasSize, hasChecksum, hasDictionary] = [16, 8, 4, 1].map((bit) => (flags & bit) !== 0)
  if (hasDictionary) throw new Error('an LZ4 frame needs a dictionary')
  const output = new Uint8Array(length)
  let written = 0
  let at = hasSize ? 15 : 7
  for (;;) {
    const size = view.getUint32(at, true)
    at += 4
    if (size === 0) break
    const isPacked = size < 2 ** 31
    const end = at + (isPacked ? size : size - 2 ** 31)
    if (end > packed.length) throw new Error('an LZ4 frame is cut short')
    const block = packed.subarray(at, end)
    written = isPacked ? unpackBlock(block, output, written) : copyBlock(block, output, written)
    at = end + (hasBlockChecksums ? 4 : 0)
  }
  if (written !== length) throw new Error(`an LZ4 frame holds ${written} bytes and states ${length}`)
  if (hasChecksum && view.getUint32(at, true) !== xxHash32(output))
    throw new Error('an LZ4 frame does not have its checksum')
  return output
}

function copyBlock(block: Uint8Array, output: Uint8Array, start: number): number {
  if (start + block.length > output.length) throw new Error('an LZ4 frame is longer than stated')
  output.set(block, start)
  return start + block.length
}

/** Literals and copies of what lies before, in turns. Returns where the output ends. */
function unpackBlock(block: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0
  let to = start
  const more = (length: number): number => {
    let sum = length
    for (let byte = length === 15 ? 255 : 0; byte === 255; ) {
      byte = block[at++] ?? damaged()
      sum += byte
    }
    return sum
  }
  for (;;) {
    const token = block[at++] ?? damaged()
    const literals = more(token >> 4)
    if (at + literals > block.length || to + literals > output.length) damaged()
    output.set(block.subarray(at, at + literals), to)
    at += literals
    to += literals
    if (at === block.length) return to
    const offset = (block[at] ?? 0) | ((block[at + 1] ?? damaged()) << 8)
    at += 2
    const end = to + 4 + more(token & 15)
    if (offset === 0 || offset > to || end > output.length) damaged()
    // What is copied may reach into what is being written.
    for (; to < end; to++) output[to] = output[to - offset] ?? 0
  }
}

function damaged(): never {
  throw new Error('an LZ4 block is damaged')
}

const [prime1, prime2, prime3, prime4, prime5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const

const turned = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))
const round = (lane: number, word: number): number => Math.imul(turned((lane + Math.imul(word, prime2)) | 0, 13), prime1)

/** xxHash with 32 bits and the seed 0, by its specification (github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). */
export function xxHash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { length } = bytes
  let at = 0
  let hash: number = prime5
  if (length >= 16) {
    const lanes: [number, number, number, number] = [(prime1 + prime2) | 0, prime2 | 0, 0, -prime1 | 0]
    for (; at + 16 <= length; at += 16) {
      lanes[0] = round(lanes[0], view.getUint32(at, true))
      lanes[1] = round(lanes[1], view.getUint32(at + 4, true))
      lanes[2] = round(lanes[2], view.getUint32(at + 8, true))
      lanes[3] = round(lanes[3], view.getUint32(at + 12, true))
    }
    hash = turned(lanes[0], 1) + turned(lanes[1], 7) + turned(lanes[2], 12) + turned(lanes[3], 18)
  }
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4) {
    hash = Math.imul(turned((hash + Math.imul(view.getUint32(at, true), prime3)) | 0, 17), prime4)
  }
  for (; at < length; at++) hash = Math.imul(turned((hash + Math.imul(bytes[at] ?? 0, prime5)) | 0, 11), prime1)
  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}
