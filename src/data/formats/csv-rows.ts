import type { ColumnBuilder, Want } from '../column.ts'
import { Gauge } from '../gauge.ts'
import { counted, Problems } from '../problems.ts'
import type { Source } from '../source.ts'
import { builders, finish, type Table } from '../table.ts'
import { CsvScan } from './csv-scan.ts'

/** What is known of delimited text before its rows are read. */
export interface Layout {
  readonly delimiter: string
  readonly header: boolean
  readonly names: readonly string[]
  /** The first record as written. */
  readonly first: readonly string[]
  /** Lines of the file before those that are read. */
  readonly linesBefore: number
}

/** Reads all rows. Undefined if the text breaks the rules of quoting, or has a record that is too long. */
export function readRecords(source: Source, layout: Layout, wants: readonly Want[]): Table | undefined {
  const { header, names, linesBefore } = layout
  const columns = builders(source, names, wants)
  const cells = [...columns.keys()].filter((cell) => columns[cell])
  const gauge = new Gauge(source, cells.length)
  const problems = new Problems()
  const scan = new CsvScan(source.bytes, layout.delimiter, source.limits.record)
  const repeated = header ? new RepeatedHeader(source.file, layout.first) : null
  let rows = 0
  if (header) scan.next()
  while (scan.next()) {
    gauge.row(scan.count)
    const line = linesBefore + scan.line
    if (repeated?.sees(scan, line)) continue
    if (scan.count === names.length) {
      rows++
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i] ?? 0
        const builder = columns[cell]
        if (builder) take(builder, source.bytes, scan, cell, line)
      }
    } else problems.add(ragged(source.file, line, scan.count, names.length))
  }
  if (scan.odd) return undefined
  repeated?.report(problems)
  problems.throwIfAny()
  return finish(source.file, rows, columns)
}

function take(builder: ColumnBuilder, bytes: Buffer, scan: CsvScan, cell: number, line: number): void {
  const value = scan.value(cell)
  if (builder.takesNumbers && !Number.isNaN(value)) builder.plainNumber(value)
  else if (scan.isPlain(cell)) builder.bytes(bytes, scan.start(cell), scan.end(cell), line, scan.isLiteral(cell))
  else builder.text(scan.text(cell), line, scan.isLiteral(cell))
}

function ragged(file: string, line: number, found: number, allowed: number) {
  return {
    code: 'data/ragged',
    message: `the row has ${counted(found, 'cell')} where the first has ${allowed}`,
    at: { file, line, column: Math.min(found, allowed) + 1 },
    found: String(found),
    allowed: String(allowed),
    hint: found === 1 ? 'remove lines that are not rows' : 'quote cells that contain the delimiter',
  }
}

/** Counts the rows that repeat the header, which happens when files are joined with their headers. */
class RepeatedHeader {
  private count = 0
  private line = 0
  private readonly file: string
  private readonly first: readonly string[]
  /** Of the first name, which most rows rule out. */
  private readonly bytes: Buffer

  constructor(file: string, first: readonly string[]) {
    this.file = file
    this.first = first
    this.bytes = Buffer.from(first[0] ?? '')
  }

  sees(scan: CsvScan, line: number): boolean {
    if (scan.isPlain(0) && scan.end(0) - scan.start(0) !== this.bytes.length) return false
    for (let cell = 0; cell < scan.count; cell++) if (scan.text(cell) !== this.first[cell]) return false
    if (this.count++ === 0) this.line = line
    return true
  }

  report(problems: Problems): void {
    if (this.count === 0) return
    problems.add({
      code: 'data/repeated-header',
      message: `${counted(this.count, 'row')} ${this.count === 1 ? 'repeats' : 'repeat'} the header`,
      at: { file: this.file, line: this.line, column: 1 },
      hint: 'remove the headers of all files but the first when you join files',
    })
  }
}
