/** Levels of structures and lists. Parquet's own have eight. */
const mostDepth = 16
/**
 * Bytes of a value at this depth, such as a column's statistic. Values of the whole file, such as pandas' schema, may be
 * longer.
 */
const [mostDeepBytes, deep] = [4096, 5]
const mostVarint = 10

/**
 * Rejects a structure in Thrift's compact protocol that would take the parser much memory or time: lists that claim more
 * items than bytes are left, deep nesting, and long numbers. Values are not checked.
 *
 * @returns the offset after the structure
 * @throws Error with the reason
 */
export function requireSoundStruct(bytes: Uint8Array, start: number): number {
  return new Walker(bytes, start).struct(1)
}

/** Types of the compact protocol, as a field and as an item of a list. */
const [stop, yes, no, byte, double, binary, list, struct] = [0, 1, 2, 3, 7, 8, 9, 12]
const numbers: readonly number[] = [4, 5, 6]

class Walker {
  private at: number
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes
    this.at = start
  }

  struct(depth: number): number {
    if (depth > mostDepth) throw new Error('its metadata are nested too deeply')
    for (;;) {
      const head = this.byte()
      const type = head & 15
      if (type === stop) return this.at
      if (head >> 4 === 0) this.varint()
      if (type !== yes && type !== no) this.value(type, depth)
    }
  }

  private value(type: number, depth: number): void {
    if (type === yes || type === no || type === byte) this.skip(1)
    else if (numbers.includes(type)) this.varint()
    else if (type === double) this.skip(8)
    else if (type === binary) this.binary(depth)
    else if (type === list) this.list(depth)
    else if (type === struct) this.struct(depth + 1)
    else throw new Error(`its metadata have a value of the unknown type ${type}`)
  }

  private binary(depth: number): void {
    const length = this.varint()
    if (depth >= deep && length > mostDeepBytes) throw new Error(`its metadata have a value of ${length} bytes`)
    this.skip(length)
  }

  private list(depth: number): void {
    if (depth > mostDepth) throw new Error('its metadata are nested too deeply')
    const head = this.byte()
    const size = head >> 4 === 15 ? this.varint() : head >> 4
    if (size > this.bytes.length - this.at) throw new Error(`its metadata claim a list of ${size} items`)
    for (let i = 0; i < size; i++) this.value(head & 15, depth + 1)
  }

  private byte(): number {
    const found = this.bytes[this.at++]
    if (found === undefined) throw new Error('its metadata are cut short')
    return found
  }

  private varint(): number {
    let value = 0
    for (let i = 0; i < mostVarint; i++) {
      const next = this.byte()
      value += (next & 127) * 2 ** (7 * i)
      if (next < 128) return value
    }
    throw new Error('its metadata have a number that is too long')
  }

  private skip(length: number): void {
    if (length > this.bytes.length - this.at) throw new Error('its metadata are cut short')
    this.at += length
  }
}
