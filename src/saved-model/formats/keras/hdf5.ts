/** An array of a file, by its place: `layers/dense/vars/0`. */
export interface Hdf5Array {
  readonly path: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

type Tree = Map<string, Tree | Hdf5Array>

const undefinedAddress = 0xffff_ffff_ffff_ffffn
const superblockBytes = 96

/**
 * A file in the Hierarchical Data Format, version 5, with groups and arrays of 32-bit floats and nothing else: no
 * compression, no attributes, no times. Groups hold their links in their headers, as files of library version 1.8 and later
 * do. See "HDF5 File Format Specification Version 3.0", https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html;
 * names in comments are its names.
 */
export function hdf5Bytes(arrays: readonly Hdf5Array[]): Uint8Array {
  const parts: Buffer[] = []
  let end = superblockBytes
  /** Appends a part, and returns where it begins. Every part begins at a multiple of 8 bytes. */
  const place = (part: Buffer): number => {
    const at = end
    parts.push(part, Buffer.alloc(padding(part.length)))
    end += part.length + padding(part.length)
    return at
  }
  const headerOf = (node: Tree | Hdf5Array): number => {
    if (!(node instanceof Map)) return place(objectHeader(arrayMessages(node, place(littleEndian(node.values)))))
    const links = [...node].map(([name, child]) => link(name, headerOf(child)))
    return place(objectHeader([linkInfo, groupInfo, ...links]))
  }
  const root = headerOf(treeOf(arrays))
  return Buffer.concat([superblock(root, end), ...parts])
}

function treeOf(arrays: readonly Hdf5Array[]): Tree {
  const root: Tree = new Map()
  for (const array of arrays) {
    const folders = array.path.split('/')
    const name = folders.pop() ?? ''
    let at = root
    for (const folder of folders) {
      const next = at.get(folder) ?? new Map()
      if (!(next instanceof Map)) throw new Error(`${array.path}: ${folder} is an array`)
      at.set(folder, next)
      at = next
    }
    at.set(name, array)
  }
  return root
}

interface Message {
  readonly type: number
  readonly data: Buffer
}

const padding = (length: number): number => (8 - (length % 8)) % 8

/** Superblock, version 0, with the symbol table entry of the root group. */
function superblock(root: number, end: number): Buffer {
  const bytes = Buffer.alloc(superblockBytes)
  bytes.write('\x89HDF\r\n\x1a\n', 0, 'latin1')
  // Addresses and lengths take 8 bytes each. The limits of group nodes must be there, although the file has no such node.
  bytes.writeUInt8(8, 13)
  bytes.writeUInt8(8, 14)
  bytes.writeUInt16LE(4, 16)
  bytes.writeUInt16LE(16, 18)
  // Base address 0, free space, end of file, driver information.
  bytes.writeBigUInt64LE(undefinedAddress, 32)
  bytes.writeBigUInt64LE(BigInt(end), 40)
  bytes.writeBigUInt64LE(undefinedAddress, 48)
  // Link name offset 0, then the address of the object header.
  bytes.writeBigUInt64LE(BigInt(root), 64)
  return bytes
}

/** Version 1 object header: a prefix of 12 bytes and 4 of padding, then the messages. */
function objectHeader(messages: readonly Message[]): Buffer {
  const encoded = messages.map(({ type, data }) => {
    const head = Buffer.alloc(8)
    const size = data.length + padding(data.length)
    head.writeUInt16LE(type, 0)
    head.writeUInt16LE(size, 2)
    return Buffer.concat([head, data, Buffer.alloc(padding(data.length))])
  })
  const body = Buffer.concat(encoded)
  const prefix = Buffer.alloc(16)
  prefix.writeUInt8(1, 0)
  prefix.writeUInt16LE(messages.length, 2)
  prefix.writeUInt32LE(1, 4)
  prefix.writeUInt32LE(body.length, 8)
  return Buffer.concat([prefix, body])
}

/** Link Info, version 0: no fractal heap and no index, so that links are messages. */
const linkInfo: Message = { type: 0x02, data: Buffer.concat([Buffer.alloc(2), Buffer.alloc(16, 0xff)]) }
/** Group Info, version 0. */
const groupInfo: Message = { type: 0x0a, data: Buffer.alloc(2) }

/** Link, version 1: a hard link with a name of at most 255 bytes. */
function link(name: string, address: number): Message {
  const text = Buffer.from(name)
  const target = Buffer.alloc(8)
  target.writeBigUInt64LE(BigInt(address))
  return { type: 0x06, data: Buffer.concat([Buffer.from([1, 0, text.length]), text, target]) }
}

function arrayMessages({ shape, values }: Hdf5Array, address: number): Message[] {
  const dataspace = Buffer.alloc(8 + 8 * shape.length)
  dataspace.writeUInt8(1, 0)
  dataspace.writeUInt8(shape.length, 1)
  shape.forEach((size, i) => dataspace.writeBigUInt64LE(BigInt(size), 8 + 8 * i))
  // Version 3, contiguous: address and size.
  const layout = Buffer.alloc(18)
  layout.writeUInt8(3, 0)
  layout.writeUInt8(1, 1)
  layout.writeBigUInt64LE(BigInt(address), 2)
  layout.writeBigUInt64LE(BigInt(values.byteLength), 10)
  return [
    { type: 0x01, data: dataspace },
    { type: 0x03, data: float32 },
    // Fill Value, version 2: allocated late, written if set, not set.
    { type: 0x05, data: Buffer.from([2, 2, 2, 0]) },
    { type: 0x08, data: layout },
  ]
}

/**
 * Datatype: version 1 of class 1, floats. The mantissa has an implied first bit, the sign is bit 31, and of 32 bits the
 * exponent is 8 from bit 23 on, the mantissa 23 from bit 0 on; the bias is 127.
 */
const float32 = Buffer.from([0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0])

function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.byteLength)
  values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i))
  return bytes
}
