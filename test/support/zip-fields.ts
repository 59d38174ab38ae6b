import crc32 from 'crc-32'

/** Where a field of an entry begins in its record of the directory. */
const fields = { flags: 8, method: 10, crc: 16, packed: 20, size: 24, offset: 42, name: 46 } as const

/** The offset of a field of this entry in a zip archive's directory. */
export function fieldOf(archive: Buffer, name: string, field: keyof typeof fields): number {
  const record = archive.lastIndexOf(name) - fields.name
  if (archive.readUInt32LE(record) !== 0x02014b50) throw new Error(`${name} is not in the directory`)
  return record + fields[field]
}

/** A copy of an archive, changed. */
export function altered(archive: Buffer, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(archive)
  change(copy)
  return copy
}

/** A zip archive of one stored entry that states its sizes, its offset and its number of entries in the 8 bytes of zip64. */
export function zip64(name: string, content: Buffer, entries = 1): Buffer {
  const sum = crc32.buf(content) >>> 0
  const local = record(30, { 0: 0x04034b50, 14: sum, 18: content.length, 22: content.length }, { 26: name.length })
  const extra = Buffer.concat([Buffer.of(1, 0, 24, 0), long(content.length), long(content.length), long(0)])
  const all = 0xffff_ffff
  const entry = record(46, { 0: 0x02014b50, 16: sum, 20: all, 24: all, 42: all }, { 28: name.length, 30: extra.length })
  const directory = Buffer.concat([entry, Buffer.from(name), extra])
  const start = local.length + name.length + content.length
  const end64 = Buffer.concat([
    record(24, { 0: 0x06064b50, 4: 44 }, {}),
    ...[entries, entries, directory.length, start].map(long),
  ])
  const locator = Buffer.concat([record(8, { 0: 0x07064b50 }, {}), long(start + directory.length), record(4, { 0: 1 }, {})])
  const end = record(22, { 0: 0x06054b50, 12: all, 16: all }, { 8: 0xffff, 10: 0xffff })
  return Buffer.concat([local, Buffer.from(name), content, directory, end64, locator, end])
}

type Numbers = Readonly<Record<number, number>>

function record(length: number, fourBytes: Numbers, twoBytes: Numbers): Buffer {
  const bytes = Buffer.alloc(length)
  for (const [at, value] of Object.entries(fourBytes)) bytes.writeUInt32LE(value, Number(at))
  for (const [at, value] of Object.entries(twoBytes)) bytes.writeUInt16LE(value, Number(at))
  return bytes
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
