import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { checkData } from '../../src/data/check.ts'
import { loadDataset } from '../../src/data/load.ts'
import { LIMITS, type Limits } from '../../src/data/source.ts'
import { Watch } from '../../src/data/watch.ts'
import { config, cpuTime, file, npy, problemsOf, smallCsv } from './support.ts'
import { patiently } from '../support/slowness.ts'

const csv = smallCsv(60)
const rows = csv
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','))
const jsonl = rows.map(([a, b, c, y]) => JSON.stringify({ a: Number(a), b: Number(b), c, y })).join('\n')
let files = 0
const name = (extension: string): string => `bounds-${files++}.${extension}`

const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i >> 2) % 2)
const table = npy('|u1', [60, 4], bytes(240))
const npz = zipSync({ 'x.npy': npy('|u1', [60, 3], bytes(180)), 'y.npy': npy('|u1', [60], bytes(60)) })

/** Sixty rows of four columns in every format. */
const formats: readonly (readonly [extension: string, content: Uint8Array | string, target: string])[] = [
  ['csv', csv, 'y'],
  ['tsv', csv.replaceAll(',', '\t'), 'y'],
  ['jsonl', jsonl, 'y'],
  ['npy', table, '-1'],
  ['npz', npz, 'y'],
  ['csv.gz', gzipSync(csv), 'y'],
  ['jsonl.gz', gzipSync(jsonl), 'y'],
  ['npy.gz', gzipSync(table), '-1'],
]

async function code(
  extension: string,
  content: Uint8Array | string,
  target: string,
  limits: Partial<Limits>,
): Promise<string | undefined> {
  const path = file(name(extension), content)
  try {
    await loadDataset(config(path, { target }), { ...LIMITS, ...limits })
    return undefined
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const [first] = error.diagnostics
    expect(first?.found, first?.code).toBeTruthy()
    expect(first?.allowed, first?.code).toBeTruthy()
    return first?.code
  }
}

describe('attack 18: a data file', () => {
  it.each(formats)('.%s has no more rows, cells and memory than the limits allow', async (extension, content, target) => {
    expect(await code(extension, content, target, {})).toBeUndefined()
    expect(await code(extension, content, target, { rows: 60, cells: 240 })).toBeUndefined()
    expect(await code(extension, content, target, { rows: 59 })).toBe('data/too-many-rows')
    expect(await code(extension, content, target, { cells: 239 })).toBe('data/too-many-cells')
  })

  it('is refused by the bytes that its rows would take, before they are taken', async () => {
    const tall = `a,y\n${'1,0\n2,1\n'.repeat(5000)}`
    expect(await code('csv', tall, 'y', { memory: 500_000 })).toBe('data/memory')
    expect(await code('csv', tall, 'y', { memory: 5_000_000 })).toBeUndefined()
    expect(await code('npy', npy('|u1', [10_000, 2], bytes(20_000)), '-1', { memory: 500_000 })).toBe('data/memory')
    expect(await code('csv.gz', gzipSync(tall), 'y', { memory: 50_000 })).toBe('data/too-large')
  })

  it.each(['\n', '\r'])('is refused while it is inflated, at the line that is one too many (%j)', async (end) => {
    const bomb = gzipSync(`a,y${end}${`1,0${end}2,1${end}`.repeat(2_000_000)}`)
    expect(bomb.length).toBeLessThan(100_000)
    const path = file(name('csv.gz'), bomb)
    const took = await cpuTime(() =>
      problemsOf(loadDataset(config(path), { ...LIMITS, lines: 100_000 })).then((found) => {
        expect(found).toMatchObject([{ code: 'data/too-many-lines', allowed: 'at most 100,000 lines' }])
      }),
    )
    expect(took).toBeLessThan(patiently(2))
  })

  it('is refused where nearly all of its texts are different, however few columns or rows it has', async () => {
    const texts = ['a,b,n,y', ...rows.map((_, i) => `t${i % 30},u${i % 30},${i * 1.5},${i % 2}`)].join('\n')
    expect(await code('csv', texts, 'y', {})).toBeUndefined()
    expect(await code('csv', texts, 'y', { texts: 50 })).toBe('data/too-many-texts')
    expect(await code('csv', texts, 'y', { characters: 100 })).toBe('data/too-many-texts')
    // What a column lets go once it is no category is not counted any more.
    expect(await code('csv', texts, 'y', { texts: 40, levels: 20 })).toBeUndefined()
  })

  it('has no line of JSON with more values than columns may be, and none that is nested deep', async () => {
    expect(await code('jsonl', `[${'1,'.repeat(500)}1]\n`, '-1', { columns: 100 })).toBe('data/json')
    expect(await problemsOf(loadDataset(config(file(name('jsonl'), `${'['.repeat(1e6)}\n`))))).toMatchObject([
      { code: 'data/json', message: 'the line is nested too deeply' },
    ])
  })

  it('with a first line of millions of delimiters is refused before it is cut at them', async () => {
    const line = ','.repeat(10_000_000)
    const path = file('wide.csv', `${line}\n1,2\n`)
    const cut = await cpuTime(() => expect(line.split(',')).toHaveLength(10_000_001))
    const took = await cpuTime(() =>
      problemsOf(loadDataset(config(path))).then((found) => {
        expect(found).toMatchObject([{ code: 'data/too-many-columns', allowed: 'at most 65,536 columns' }])
      }),
    )
    expect(took).toBeLessThan(cut)
  })

  it('of very many columns is checked on fewer rows, so that no check takes minutes', async () => {
    const names = Array.from({ length: 6000 }, (_, i) => `c${i}`)
    const lines = Array.from({ length: 400 }, (_, row) =>
      [...names.map((_, i) => (row * 7 + i * 13) % 97), row % 2].join(','),
    )
    const dataset = await loadDataset(config(file('columns.csv', [[...names, 'y'].join(','), ...lines].join('\n'))))
    expect(await cpuTime(() => checkData(dataset, ['groups']))).toBeLessThan(patiently(20))
  })

  it('has no .npy of booleans or of texts that become an object each, and no header without end', async () => {
    const wide = npy('<U4', [40], new Uint8Array(160))
    expect(await problemsOf(loadDataset(config(file(name('npy'), wide))))).toMatchObject([{ code: 'data/npy', found: 'U4' }])
    expect(
      await problemsOf(loadDataset(config(file(name('npy'), npy('|b1', [20_000_001], new Uint8Array(20_000_001)))))),
    ).toMatchObject([{ code: 'data/too-many-cells', allowed: 'at most 20,000,000 cells' }])
    const long = Buffer.from(table)
    long.writeUInt16LE(60_000, 8)
    expect(await problemsOf(loadDataset(config(file(name('npy'), long))))).toMatchObject([
      { code: 'data/npy', found: '60000 bytes', allowed: 'at most 10000 bytes' },
    ])
  })

  it('is refused once reading it has used up the budget of minutes, and the error says what took the time', async () => {
    let now = 0
    const clock = (): number => (now += 1000)
    const path = file('slow.csv', `a,y\n${'1,0\n2,1\n'.repeat(100_000)}`)
    expect(await problemsOf(loadDataset(config(path), LIMITS, new Watch(0.5, clock)))).toMatchObject([
      {
        code: 'data/time',
        message: 'reading and checking the data used up the budget of minutes, so nothing was trained',
        found: expect.stringMatching(/^reading .*slow\.csv: \d+ s$/),
        allowed: '0.5 minutes',
      },
    ])
  })

  it('is refused once its checks have used up the budget', async () => {
    const dataset = await loadDataset(config(file('checked.csv', csv)))
    let now = 0
    const watch = new Watch(1, () => (now += 20_000))
    expect(() => checkData(dataset, undefined, [], watch)).toThrow(/the budget of minutes[\s\S]*the check leakage/)
  })

  it('of twenty million cells is within the limits', () => {
    expect(LIMITS.rows).toBeGreaterThanOrEqual(10_000_000)
    expect(LIMITS.cells).toBeGreaterThanOrEqual(20_000_000)
    expect(LIMITS.lines).toBeGreaterThanOrEqual(LIMITS.rows + 1)
  })
})

it('rows that an attacker makes alike cost no more to compare than others', async () => {
  const signs = Array.from({ length: 40_000 }, (_, i) =>
    [...Array.from({ length: 15 }, (_, bit) => ((i >> bit) & 1 ? 1 : -1)), i >> 15, i % 2].join(','),
  )
  const dataset = await loadDataset(config(file('signs.csv', signs.join('\n')), { target: '-1', standardize: false }))
  expect(await cpuTime(() => checkData(dataset, ['constant']))).toBeLessThan(patiently(5))
  expect(checkData(dataset, ['duplicates']).filter(({ message }) => message.includes('also occur in'))).toEqual([])
})

it('a small .npy.gz is read', async () => {
  const found = await loadDataset(config(file(name('npy.gz'), gzipSync(npy('|u1', [60, 3], bytes(180)))), { target: '-1' }))
  expect(found.targets.length).toBe(60)
})
