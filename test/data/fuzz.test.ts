import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { stream } from '../../src/base/random.ts'
import type { Stream } from '../../src/base/random.ts'
import { inspect } from '../../src/data/inspect.ts'
import { loadDataset } from '../../src/data/load.ts'
import { config, digits, file, fixture, smallCsv } from './support.ts'

const lines = Array.from({ length: 20 }, (_, i) => JSON.stringify({ a: i, c: 'category '.repeat(9), y: i % 2 }))
const seeds: Readonly<Record<string, readonly Buffer[]>> = {
  csv: [Buffer.from(smallCsv(30)), gunzipSync(readFileSync(digits)).subarray(0, 3000)],
  tsv: [Buffer.from(smallCsv(30).replaceAll(',', '\t'))],
  'csv.gz': [gzipSync(smallCsv(30))],
  jsonl: [Buffer.from(lines.join('\n'))],
  npy: ['float32', 'int64', 'fortran', 'float16', 'bool', 'text'].map((name) => readFileSync(fixture(`${name}.npy`))),
  json: [Buffer.from(`[${lines.join(',\n')}]`)],
  txt: [Buffer.from(smallCsv(30).replaceAll(',', '  '))],
  parquet: ['none', 'groups', 'v2'].map((name) => readFileSync(fixture(`tables/${name}.parquet`))),
  arrow: ['file.arrow', 'stream.arrows', 'lz4.ipc'].map((name) => readFileSync(fixture(`tables/${name}`))),
  npz: ['images', 'images-fortran'].map((name) => readFileSync(fixture(`${name}.npz`))),
}

/** Bytes that mean something to one parser or another, all of them UTF-8. */
const telling = Buffer.from('",;\t\r\n\0\\[]{}:eE-+.NA?()<>|UO19 ')

/** Any bytes, or only telling ones, which get further. */
function noise(random: Stream): Buffer {
  const byte = random.uniform() < 0.5 ? () => random.integer(256) : () => telling[random.integer(telling.length)] ?? 0
  return Buffer.from(Array.from({ length: random.integer(400) }, byte))
}

/** A valid file with a few bytes changed, or cut short, or with a part of it repeated. */
function damaged(random: Stream, original: Buffer): Buffer {
  const bytes = Buffer.from(original)
  for (let i = random.integer(3); i >= 0; i--) {
    const byte = random.uniform() < 0.5 ? random.integer(256) : (telling[random.integer(telling.length)] ?? 0)
    bytes[random.integer(bytes.length)] = byte
  }
  const cut = random.uniform()
  if (cut < 0.2) return bytes.subarray(0, random.integer(bytes.length))
  return cut < 0.3 ? Buffer.concat([bytes, bytes.subarray(random.integer(bytes.length))]) : bytes
}

/** Reads the file in every way; anything but success or an InputError goes up. */
async function read(path: string): Promise<'read' | 'refused'> {
  const calls = [
    () => loadDataset(config(path)),
    () => loadDataset(config(path, { target: '-1', task: 'regression' })),
    () => inspect(path),
  ]
  let outcome: 'read' | 'refused' = 'refused'
  for (const call of calls) {
    try {
      await call()
      outcome = 'read'
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      expect(error.diagnostics.length).toBeGreaterThan(0)
    }
  }
  return outcome
}

describe.each(Object.keys(seeds))('%s files', (extension) => {
  const path = (): string => `fuzz.${extension}`

  it('of random bytes are read or refused, nothing else', async () => {
    const random = stream(0, 'noise', extension)
    for (let i = 0; i < 80; i++) await read(file(path(), noise(random)))
  })

  it('that are damaged are read or refused, nothing else, and some are either', async () => {
    const random = stream(0, 'damage', extension)
    const outcomes = { read: 0, refused: 0 }
    for (let i = 0; i < 150; i++) {
      const original = seeds[extension]?.[i % (seeds[extension]?.length ?? 1)] ?? Buffer.alloc(1)
      outcomes[await read(file(path(), damaged(random, original)))]++
    }
    expect(outcomes.refused).toBeGreaterThan(5)
    if (extension !== 'csv.gz') expect(outcomes.read).toBeGreaterThan(5)
  })
})

it('deep nesting in JSON lines is refused', async () => {
  const deep = `${'['.repeat(100_000)}1${']'.repeat(100_000)}`
  expect(await read(file('deep.jsonl', `${deep}\n`))).toBe('refused')
  expect(await read(file('deep2.jsonl', `{"a":1,"y":2}\n{"a":${deep},"y":2}\n`))).toBe('refused')
})
