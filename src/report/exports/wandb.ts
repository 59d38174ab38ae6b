import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { sha256 } from '../../base/hash.ts'
import { printable } from '../../base/printable.ts'
import type { ExportDefinition, ExportFile, ExportSource } from './definition.ts'
import { exportedRuns, leversOf, startOf, studyTags, type Checksum, type ExportedRun } from './exported.ts'
import { message, text, varint, type Write } from '../../base/protobuf.ts'

/** What the tool stores for one run. */
interface Logged {
  readonly id: string
  readonly name: string
  readonly group: string
  readonly jobType: string
  readonly notes: string
  readonly tags: readonly string[]
  readonly started: number
  readonly config: Readonly<Record<string, unknown>>
  /** Rows by step, ascending. */
  readonly history: readonly (readonly [step: number, row: Readonly<Record<string, number>>])[]
  readonly summary: Readonly<Record<string, unknown>>
  readonly exitCode: number
}

/**
 * Offline run folders of Weights & Biases (`wandb sync FOLDER/offline-run-*`): one per run, and one for the study with
 * verdict, chosen levers and lineage. A `.wandb` file is a log, in LevelDB's framing, of messages of the type Record.
 */
export const wandb: ExportDefinition = {
  name: 'wandb',
  summary: 'Weights & Biases: offline runs with levers as config and curves as history, and one run for the study',
  next: 'wandb sync %/offline-run-*',
  write,
}

async function* write(source: ExportSource): AsyncGenerator<ExportFile> {
  // Other commands do without its tables, which take time to compute.
  const { default: crc32 } = await import('crc-32')
  const project = source.report.study.name
  const file = (run: Logged): ExportFile => logged(project, run, (bytes) => crc32.buf(bytes))
  for await (const run of exportedRuns(source)) yield file(loggedRun(run, project))
  yield file(loggedStudy(source))
}

function loggedRun(run: ExportedRun, group: string): Logged {
  return {
    id: run.id.slice(0, 16),
    name: run.name,
    group,
    jobType: run.tags['tunegate.stage'] ?? '',
    notes: '',
    started: run.started,
    tags: [run.tags['tunegate.stage'] ?? '', run.tags['tunegate.status'] ?? ''],
    config: { ...Object.fromEntries(run.levers), seed: run.seed, ...run.tags },
    history: rowsOf(run),
    summary: run.best,
    exitCode: run.complete ? 0 : 1,
  }
}

function loggedStudy({ report }: ExportSource): Logged {
  return {
    id: sha256(`study ${report.study.fingerprints.plan}`).slice(0, 16),
    name: report.study.name,
    group: report.study.name,
    jobType: 'study',
    started: startOf(report),
    notes: printable(`${report.verdict.status}: ${report.verdict.sentence}`, 1000),
    tags: ['study', report.verdict.status],
    config: Object.fromEntries(leversOf(report.levers.chosen)),
    history: [],
    summary: { ...studyTags(report), lineage: report.lineage },
    exitCode: 0,
  }
}

function rowsOf({ series }: ExportedRun): Logged['history'] {
  const rows = new Map<number, Record<string, number>>()
  for (const { name, points } of series) {
    for (const [step, value] of points) {
      const row = rows.get(step) ?? {}
      row[name] = value
      rows.set(step, row)
    }
  }
  return [...rows].sort(([a], [b]) => a - b)
}

function logged(project: string, run: Logged, checksum: Checksum): ExportFile {
  const time = new Date(run.started).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '_')
  const writes: Write[] = [
    (w) => message(w, 21, (header) => message(header, 1, (v) => text(text(v, 1, '0.21.4'), 2, '0.9.0'))),
    (w) => message(w, 17, (record) => runRecord(record, project, run)),
    ...run.history.map(
      ([step, row]): Write =>
        (w) =>
          message(w, 2, (record) => historyRecord(record, step, row, run.started)),
    ),
    (w) => message(w, 3, (record) => items(record, 1, 16, run.summary)),
    (w) => message(w, 18, (record) => record.tag(1, varint).int32(run.exitCode)),
  ]
  const records = writes.map((write, i) => {
    const writer = new BinaryWriter().tag(1, varint).int64(i)
    write(writer)
    return writer.finish()
  })
  return { path: `offline-run-${time}-${run.id}/run-${run.id}.wandb`, content: framed(records, checksum) }
}

function runRecord(writer: BinaryWriter, project: string, run: Logged): void {
  text(text(writer, 1, run.id), 3, project)
  message(writer, 4, (config) => items(config, 1, 16, run.config))
  text(text(text(text(writer, 6, run.group), 7, run.jobType), 8, run.name), 9, run.notes)
  for (const tag of run.tags) text(writer, 10, tag)
  message(writer, 17, (time) => time.tag(1, varint).int64(Math.floor(run.started / 1000)))
}

/** Key and JSON value of each entry, in repeated messages of one shape, which configs, summaries and rows share. */
function items(writer: BinaryWriter, field: number, valueField: number, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    message(writer, field, (item) => text(text(item, 1, key), valueField, JSON.stringify(value)))
  }
}

function historyRecord(writer: BinaryWriter, step: number, row: Readonly<Record<string, number>>, started: number): void {
  items(writer, 1, 16, { ...row, _step: step, _timestamp: started / 1000 })
  message(writer, 2, (s) => s.tag(1, varint).int64(step))
}

const blockBytes = 32768
const headerBytes = 7
const [full, first, middle, last] = [1, 2, 3, 4]

/** Records in blocks of 32 KiB, each part after checksum, length and kind. The file begins with the tool's own mark. */
function framed(records: readonly Uint8Array[], checksum: Checksum): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0)]
  let at = headerBytes
  const write = (bytes: Uint8Array): void => {
    parts.push(bytes)
    at += bytes.length
  }
  for (const record of records) {
    for (let done = 0, more = true; more; ) {
      // Too little room for a header: the rest of the block stays empty.
      if (blockBytes - (at % blockBytes) < headerBytes) write(new Uint8Array(blockBytes - (at % blockBytes)))
      const room = blockBytes - (at % blockBytes) - headerBytes
      const part = record.subarray(done, done + room)
      more = done + part.length < record.length
      write(chunk(done === 0 ? (more ? first : full) : more ? middle : last, part, checksum))
      done += part.length
    }
  }
  return Buffer.concat(parts)
}

function chunk(kind: number, data: Uint8Array, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(headerBytes + data.length)
  bytes[6] = kind
  bytes.set(data, headerBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, checksum(bytes.subarray(6)) >>> 0, true)
  view.setUint16(4, data.length, true)
  return bytes
}
