import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { join } from 'node:path'
import type { RawRow } from '../../diagnose/read/raw.ts'
import type { ResultsFormat } from '../definition.ts'
import { bytesOf, flat, jsonIn, refused } from '../read-file.ts'

const file = /^run-.*\.wandb$/

/** An offline run of Weights & Biases: a log, in LevelDB's framing, of messages of the type Record. */
export const wandb: ResultsFormat<'wandb'> = {
  name: 'wandb',
  tool: 'Weights & Biases',
  summary: 'Offline run folders, `offline-run-*`, with their `run-*.wandb` file.',
  fits: ({ names }) => names?.some((name) => file.test(name)) ?? false,
  async read({ path, names }) {
    const log = join(path, names?.find((name) => file.test(name)) ?? '')
    const parameters = new Map<string, string>()
    const rows: RawRow[] = []
    for (const record of recordsIn(await bytesOf(log), log)) {
      for (const [name, value] of settingsOf(record, log)) parameters.set(name, value)
      const cells = historyOf(record, log)
      if (cells.length > 0) rows.push({ line: rows.length + 1, part: 0, cells })
    }
    if (rows.length === 0) throw refused('empty', `the W&B run ${path} has no history`, 'no call of log')
    return [{ source: path, folder: join(path, 'files'), parameters, rows }]
  },
}

const [blockBytes, headerBytes] = [32_768, 7]
const [full, first, middle, last] = [1, 2, 3, 4]

/** The records of a log, put together from their parts. A log that was cut off ends with its last whole record. */
function* recordsIn(bytes: Buffer, log: string): Generator<Buffer> {
  if (bytes.subarray(0, 4).toString('latin1') !== ':W&B') {
    throw refused('wandb', `${log} is not a log of Weights & Biases`, bytes.subarray(0, 4).toString('hex'))
  }
  let parts: Buffer[] = []
  for (let at = headerBytes; at + headerBytes <= bytes.length; ) {
    const room = blockBytes - (at % blockBytes)
    // Too little room for a header: the rest of the block is empty.
    if (room < headerBytes) {
      at += room
      continue
    }
    const [length, kind] = [bytes.readUInt16LE(at + 4), bytes[at + 6]]
    const part = bytes.subarray(at + headerBytes, at + headerBytes + length)
    if (part.length < length || kind === 0) return
    if (kind === full || kind === first) parts = []
    else if (kind !== middle && kind !== last)
      throw refused('wandb', `${log} is damaged`, `a part of kind ${kind} at byte ${at}`)
    parts.push(part)
    if (kind === full || kind === last) yield Buffer.concat(parts)
    at += headerBytes + length
  }
}

/** The fields of a message that hold bytes, in order. */
function fieldsOf(message: Uint8Array, log: string): (readonly [field: number, bytes: Uint8Array])[] {
  const wire = new BinaryReader(message)
  const found: (readonly [number, Uint8Array])[] = []
  try {
    while (wire.pos < wire.len) {
      const [field, type] = wire.tag()
      if (type === WireType.LengthDelimited) found.push([field, wire.bytes()])
      else wire.skip(type)
    }
  } catch (error) {
    throw refused('wandb', `${log} is damaged`, error instanceof Error ? error.message : String(error))
  }
  return found
}

const inside = (message: Uint8Array, field: number, log: string): Uint8Array[] =>
  fieldsOf(message, log).flatMap(([own, bytes]) => (own === field ? [bytes] : []))

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

/** Numbers of fields in the messages of the log. */
const fields = { history: 2, config: 5, run: 17, configOfRun: 4, item: 1, key: 1, nestedKey: 2, value: 16 } as const

/** Keys and JSON values; a nested key is joined with dots. */
function itemsOf(message: Uint8Array, log: string): [string, unknown][] {
  return inside(message, fields.item, log).flatMap((item): [string, unknown][] => {
    const [key] = inside(item, fields.key, log)
    const nested = inside(item, fields.nestedKey, log)
    const [value] = inside(item, fields.value, log)
    if (value === undefined) return []
    const name = key && key.length > 0 ? text(key) : nested.map(text).join('.')
    return name === '' ? [] : [[name, jsonIn(text(value))]]
  })
}

function settingsOf(record: Buffer, log: string): [string, string][] {
  const configs = [
    ...inside(record, fields.config, log),
    ...inside(record, fields.run, log).flatMap((run) => inside(run, fields.configOfRun, log)),
  ]
  return configs.flatMap((config) => itemsOf(config, log)).flatMap(([name, value]) => flat({ [name]: value }))
}

function historyOf(record: Buffer, log: string): [string, string][] {
  return inside(record, fields.history, log)
    .flatMap((history) => itemsOf(history, log))
    .flatMap(([name, value]) => flat({ [name === '_step' ? 'step' : name]: value }))
    .filter(([name]) => !name.startsWith('_'))
}
