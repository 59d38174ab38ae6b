import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { fenced, markdown } from '../escape.ts'
import { lineageLines } from '../lineage.ts'
import type { ExportDefinition, ExportFile, ExportSource } from './definition.ts'
import { exportedRuns, leversOf, startOf, type ExportedRun, type Lever, type Checksum } from './exported.ts'
import { fixed32, fixed64, lengthDelimited, message, text, varint, type Write } from '../../base/protobuf.ts'

/**
 * A log directory for TensorBoard (`tensorboard --logdir FOLDER`): one event file per run, with its curves under Scalars and
 * its levers and last metrics under HParams, and `study` with verdict, chosen levers and lineage under Text. Formats:
 * TFRecord framing, and the messages Event, Summary and HParamsPluginData of TensorFlow and TensorBoard.
 */
export const tensorboard: ExportDefinition = {
  name: 'tensorboard',
  summary: 'TensorBoard: curves under Scalars, levers under HParams, verdict and lineage under Text',
  next: 'tensorboard --logdir %',
  write,
}

async function* write(source: ExportSource): AsyncGenerator<ExportFile> {
  // Other commands do without its tables, which take time to compute.
  const { default: crc32c } = await import('crc-32/crc32c.js')
  const file = filesWith((bytes) => crc32c.buf(bytes))
  for await (const run of exportedRuns(source)) yield file(run.slug, run.started, runEvents(run))
  yield file('study', startOf(source.report), studyEvents(source))
}

/** The reader finds event files by `tfevents` in their names, and orders them by the number after it. */
const filesWith =
  (checksum: Checksum) =>
  (folder: string, started: number, events: readonly Uint8Array[]): ExportFile => ({
    path: `${folder}/events.out.tfevents.${Math.floor(started / 1000)}.tunegate`,
    content: Buffer.concat(events.map((one) => framed(one, checksum))),
  })

function runEvents(run: ExportedRun): Uint8Array[] {
  const [from, to] = [run.started / 1000, run.ended / 1000]
  const scalars = run.series.flatMap(({ name, points }) =>
    points.map(([step, value]) => event(from, step, (w) => scalar(w, name, value))),
  )
  const bests = Object.entries(run.best).map(([name, value]) => event(to, 0, (w) => scalar(w, name, value)))
  return [
    version(from),
    event(from, 0, (w) =>
      hparams(w, '_hparams_/session_start_info', (d) => sessionStart(d, [...run.levers, ['seed', run.seed]], from)),
    ),
    ...scalars,
    ...bests,
    event(to, 0, (w) => hparams(w, '_hparams_/session_end_info', (d) => sessionEnd(d, run.complete, to))),
  ]
}

function studyEvents({ report }: ExportSource): Uint8Array[] {
  const at = startOf(report) / 1000
  const texts = {
    verdict: `**${report.verdict.status}**: ${markdown(report.verdict.sentence, 1000)}`,
    lineage: fenced(lineageLines(report.lineage).trimEnd().split('\n'), 'json'),
    levers: leversOf(report.levers.chosen)
      .map(([name, value]) => `- ${name}: ${value}`)
      .join('\n'),
  }
  return [version(at), ...Object.entries(texts).map(([tag, value]) => event(at, 0, (w) => textValue(w, tag, value)))]
}

function event(seconds: number, step: number, value: Write): Uint8Array {
  const writer = new BinaryWriter().tag(1, fixed64).double(seconds).tag(2, varint).int64(step)
  return message(writer, 5, (summary) => message(summary, 1, value)).finish()
}

const version = (seconds: number): Uint8Array =>
  text(new BinaryWriter().tag(1, fixed64).double(seconds), 3, 'brain.Event:2').finish()

const scalar = (writer: BinaryWriter, tag: string, value: number): BinaryWriter =>
  text(writer, 1, tag).tag(2, fixed32).float(value)

/** SummaryMetadata.plugin_data: its name and its content. */
const plugin = (writer: BinaryWriter, name: string, content: Uint8Array): BinaryWriter =>
  message(writer, 9, (metadata) =>
    message(metadata, 1, (data) => text(data, 1, name).tag(2, lengthDelimited).bytes(content)),
  )

function textValue(writer: BinaryWriter, tag: string, value: string): void {
  text(writer, 1, `${tag}/text_summary`)
  plugin(writer, 'text', new Uint8Array())
  const stringType = 7
  message(writer, 8, (tensor) => {
    tensor.tag(1, varint).int32(stringType)
    message(tensor, 2, (shape) => message(shape, 2, (size) => size.tag(1, varint).int64(1)))
    text(tensor, 8, value)
  })
}

function hparams(writer: BinaryWriter, tag: string, content: Write): void {
  const data = new BinaryWriter()
  content(data)
  text(writer, 1, tag)
  plugin(writer, 'hparams', data.finish())
}

/** SessionStartInfo: levers as a map of google.protobuf.Value. */
function sessionStart(writer: BinaryWriter, levers: readonly (Lever | readonly ['seed', number])[], seconds: number): void {
  message(writer, 3, (info) => {
    for (const [name, value] of levers) {
      if (value === null) continue
      message(info, 1, (entry) => {
        text(entry, 1, name)
        message(entry, 2, (v) => {
          if (typeof value === 'number') v.tag(2, fixed64).double(value)
          else if (typeof value === 'boolean') v.tag(4, varint).bool(value)
          else text(v, 3, value)
        })
      })
    }
    info.tag(5, fixed64).double(seconds)
  })
}

const sessionEnd = (writer: BinaryWriter, complete: boolean, seconds: number): BinaryWriter =>
  message(writer, 4, (info) => {
    const [success, failure] = [1, 2]
    info
      .tag(1, varint)
      .int32(complete ? success : failure)
      .tag(2, fixed64)
      .double(seconds)
  })

/** One TFRecord: length, its masked checksum, data, their masked checksum; all little-endian. */
function framed(data: Uint8Array, checksum: Checksum): Uint8Array {
  const record = new Uint8Array(data.length + 16)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, masked(checksum(record.subarray(0, 8))), true)
  record.set(data, 12)
  view.setUint32(12 + data.length, masked(checksum(data)), true)
  return record
}

/** CRC-32C, rotated and shifted as TFRecord requires: without that, a checksum of data that contain checksums is weak. */
function masked(signed: number): number {
  const crc = signed >>> 0
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
