/** Fields of all tables that are checked; a table of a data set has no more. */
const mostTables = 1_000_000
const mostDepth = 64

/** What a message holds, and where its body lies. */
interface Parts {
  readonly start: number
  readonly bodyStart: number
  readonly bodyLength: number
}

/**
 * Checks the metadata of an Arrow file or stream before a library reads it: every vector, table and buffer that it names
 * must lie inside of it. A library allocates what a vector states. Format: arrow.apache.org/docs/format/Columnar.html.
 */
export class ArrowCheck {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly mostRows: number
  private tables = 0

  constructor(bytes: Uint8Array, mostRows: number) {
    this.bytes = bytes
    this.mostRows = mostRows
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /**
   * The messages of a file: its schema, all dictionaries and all batches of rows. Writers may store dictionaries behind the
   * rows that need them, and polars stores the schema in the footer alone. Throws an Error if one of them is not sound.
   */
  file(): Uint8Array[] {
    const end = this.view.byteLength - 10
    const size = this.view.getInt32(end, true)
    if (size <= 0 || size > end - 8) throw new Error(`it states ${size} bytes of metadata`)
    const footer = this.table(end - size)
    const schema = this.child(footer, 6)
    if (schema === undefined) throw new Error('it has no schema')
    this.schema(schema)
    const [dictionaries, batches] = [8, 10].map((slot) => this.vector(footer, slot, 24).map((at) => this.long(at)))
    const starts = [...(dictionaries ?? []).sort((a, b) => a - b), ...(batches ?? [])]
    const first = schemaMessage(this.bytes.subarray(end - size, end), schema - (end - size))
    return [first, ...starts.map((start) => this.bytes.subarray(start, this.message(start, true)))]
  }

  /** The messages of a stream. Throws an Error if they are not sound. */
  stream(): Uint8Array[] {
    for (let at = 0; at + 4 <= this.view.byteLength; ) {
      const next = this.message(at, false)
      if (next === undefined) break
      at = next
    }
    return [this.bytes]
  }

  /** Checks a message; returns where the next one begins, or undefined at the end of a stream. */
  private message(at: number, expected: boolean): number | undefined {
    const isLong = this.view.getInt32(at, true) === -1
    const size = this.view.getInt32(isLong ? at + 4 : at, true)
    const start = at + (isLong ? 8 : 4)
    if (size === 0 && !expected) return undefined
    if (size <= 0 || start + size > this.view.byteLength) throw new Error('a message is cut short')
    const message = this.table(start)
    const lengthAt = this.slot(message, 10)
    const bodyLength = lengthAt === undefined ? 0 : this.long(lengthAt)
    const parts = { start, bodyStart: start + size, bodyLength }
    if (bodyLength < 0 || parts.bodyStart + bodyLength > this.view.byteLength) throw new Error('a message is cut short')
    this.header(message, parts)
    return parts.bodyStart + bodyLength
  }

  private header(message: number, parts: Parts): void {
    const kindAt = this.slot(message, 6)
    const header = this.child(message, 8)
    if (kindAt === undefined || header === undefined) throw new Error('a message has no content')
    const kind = this.view.getUint8(kindAt)
    if (kind === 1) this.schema(header)
    else if (kind === 2) {
      const data = this.child(header, 6)
      if (data !== undefined) this.batch(data, parts)
    } else if (kind === 3) this.batch(header, parts)
    else throw new Error(`a message is of kind ${kind}, which is not a table`)
  }

  private schema(at: number): void {
    const endianness = this.slot(at, 4)
    if (endianness !== undefined && this.view.getInt16(endianness, true) !== 0) throw new Error('its numbers are big-endian')
    for (const field of this.vector(at, 6, 4)) this.field(this.follow(field), 0)
    this.pairs(at, 8)
  }

  private field(at: number, depth: number): void {
    if (depth > mostDepth) throw new Error('its columns are nested too deeply')
    this.checkTable(at)
    this.text(at, 4)
    const kind = this.slot(at, 8)
    const type = this.child(at, 10)
    const [union, timestamp] = [14, 10]
    if (kind !== undefined && type !== undefined) {
      const number = this.view.getUint8(kind)
      if (number === union) this.vector(type, 6, 4)
      if (number === timestamp) this.text(type, 6)
    }
    this.child(at, 12)
    for (const child of this.vector(at, 14, 4)) this.field(this.follow(child), depth + 1)
    this.pairs(at, 16)
  }

  /** Buffers lie inside of the body, and no column has fewer rows than none. */
  private batch(at: number, { bodyLength }: Parts): void {
    for (const node of this.vector(at, 6, 16)) {
      const [length, nulls] = [this.long(node), this.long(node + 8)]
      if (length < 0 || length > this.mostRows || nulls < 0 || nulls > length)
        throw new Error('a column has an impossible length')
    }
    for (const buffer of this.vector(at, 8, 16)) {
      const [offset, length] = [this.long(buffer), this.long(buffer + 8)]
      if (offset < 0 || length < 0 || offset + length > bodyLength) throw new Error('a buffer lies outside of its message')
    }
    this.child(at, 10)
    for (const count of this.vector(at, 12, 8)) {
      if (this.long(count) < 0 || this.long(count) > mostTables)
        throw new Error('a column has an impossible number of buffers')
    }
  }

  /** Pairs of texts, such as what pandas notes about a table. */
  private pairs(table: number, slot: number): void {
    for (const at of this.vector(table, slot, 4)) {
      const pair = this.checkTable(this.follow(at))
      this.text(pair, 4)
      this.text(pair, 6)
    }
  }

  private text(table: number, slot: number): void {
    this.vector(table, slot, 1)
  }

  /** The offsets of the elements of a vector; none if it is absent. */
  private vector(table: number, slot: number, stride: number): number[] {
    const at = this.slot(table, slot)
    if (at === undefined) return []
    const start = this.follow(at)
    const count = this.view.getUint32(start, true)
    if (start + 4 + count * stride > this.view.byteLength) throw new Error('a list in its metadata is cut short')
    if (stride === 1) return []
    this.tables += count
    if (this.tables > mostTables) throw new Error('its metadata has too many parts')
    return Array.from({ length: count }, (_, i) => start + 4 + i * stride)
  }

  /** A table that another one refers to. */
  private child(table: number, slot: number): number | undefined {
    const at = this.slot(table, slot)
    return at === undefined ? undefined : this.checkTable(this.follow(at))
  }

  private table(root: number): number {
    return this.checkTable(this.follow(root))
  }

  private checkTable(at: number): number {
    const fields = at - this.view.getInt32(at, true)
    this.view.getUint16(fields, true)
    return at
  }

  /** Where a field of a table lies; undefined if it is absent. */
  private slot(table: number, slot: number): number | undefined {
    const fields = table - this.view.getInt32(table, true)
    if (slot >= this.view.getUint16(fields, true)) return undefined
    const offset = this.view.getUint16(fields + slot, true)
    return offset === 0 ? undefined : table + offset
  }

  private follow(at: number): number {
    return at + this.view.getUint32(at, true)
  }

  private long(at: number): number {
    return Number(this.view.getBigInt64(at, true))
  }
}

/** The schema of a footer as a message: a small table that refers to it, and then the footer itself. */
function schemaMessage(footer: Uint8Array, schema: number): Uint8Array {
  const [prefix, table, version5, schemaKind] = [40, 24, 4, 1]
  const message = new Uint8Array(prefix + Math.ceil(footer.length / 8) * 8)
  message.set(footer, prefix)
  const view = new DataView(message.buffer)
  view.setInt32(0, -1, true)
  view.setInt32(4, message.length - 8, true)
  view.setUint32(8, table - 8, true)
  // Where the fields of the table lie: version, kind and content; there is no body.
  ;[12, 12, 8, 10, 4, 0].forEach((value, i) => view.setUint16(12 + 2 * i, value, true))
  view.setInt32(table, table - 12, true)
  view.setUint32(table + 4, prefix + schema - (table + 4), true)
  view.setInt16(table + 8, version5, true)
  view.setUint8(table + 10, schemaKind)
  return message
}
