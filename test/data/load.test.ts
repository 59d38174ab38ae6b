import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import { moments } from '../../src/data/moments.ts'
import type { DataConfig } from '../../src/data/types.ts'
import { config, cpuTime, digits, file, fixture, plainSplit, rowOf, smallCsv, wine } from './support.ts'
import { patiently } from '../support/slowness.ts'

const image = { kind: 'array', shape: [8, 8, 1], scale: 1 / 16 } as const
const digitsConfig = (more: Partial<DataConfig> = {}) => config(digits, { target: '64', inputs: image, ...more })

interface Fitted {
  readonly mean: number[]
  readonly scale: number[]
  readonly rows: number[]
  readonly transformed: number[][]
}
interface Vectors {
  readonly wine: Fitted
  readonly digits: Fitted
  readonly hard: Fitted & { readonly values: number[][] }
}
const vectors = JSON.parse(readFileSync(fixture('standardized.json'), 'utf8')) as Vectors
const trainRows = JSON.parse(readFileSync(fixture('train-rows.json'), 'utf8')) as { wine: number[]; digits: number[] }

describe('the digits', () => {
  it('become 8 × 8 images with pixels in [0, 1] and ten classes', async () => {
    const data = await loadDataset(digitsConfig())
    expect(data.inputShape).toEqual([8, 8, 1])
    expect(data.inputs.length).toBe(1797 * 64)
    expect(data.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    const raw = gunzipSync(readFileSync(digits))
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number))
    expect(raw.every((cells, row) => data.targets[row] === cells[64])).toBe(true)
    expect(raw.every((cells, row) => rowOf(data, row).every((v, i) => v === (cells[i] ?? NaN) / 16))).toBe(true)
  })

  it('load in less than a tenth of a second', async () => {
    const times: number[] = []
    for (let i = 0; i < 5; i++) times.push(await cpuTime(() => loadDataset(digitsConfig())))
    expect(Math.min(...times)).toBeLessThan(patiently(0.1))
  })

  it('are named by position from either end', async () => {
    const [last, named] = [await loadDataset(digitsConfig({ target: '-1' })), await loadDataset(digitsConfig())]
    expect(last.targets).toEqual(named.targets)
    expect(last.inputs).toEqual(named.inputs)
  })
})

describe('standardization', () => {
  const check = (data: { inputs: Float32Array; features: readonly string[] }, { rows, transformed }: Fitted): void => {
    const found = rows.map((row) => rowOf(data, row))
    transformed.forEach((row, i) => row.forEach((value, j) => expect(found[i]?.[j]).toBeCloseTo(value, 5)))
  }

  it('agrees with scikit-learn on wine, fitted on the training rows', async () => {
    const data = await loadDataset(config(wine, { target: 'class', standardize: true }))
    expect([...data.splits.train]).toEqual(trainRows.wine)
    check(data, vectors.wine)
  })

  it('agrees with scikit-learn on digits, some of whose pixels are constant', async () => {
    const data = await loadDataset(digitsConfig({ standardize: true }))
    expect([...data.splits.train]).toEqual(trainRows.digits)
    check(data, vectors.digits)
    const { scale, transformed } = vectors.digits
    const flat = scale.flatMap((s, i) => (s === 1 && transformed.every((row) => row[i] === 0) ? [i] : []))
    expect(flat.length).toBeGreaterThanOrEqual(3)
    expect(data.notes.join()).toMatch(/inputs constant in the training rows, centered but not scaled: 0, 32, 39/)
  })

  it('agrees with scikit-learn far from zero and on a column constant up to rounding', () => {
    const { values, mean, scale } = vectors.hard
    const rows = Int32Array.from(values.keys())
    mean.forEach((expected, i) => {
      const found = moments((row) => values[row]?.[i] ?? NaN, rows)
      expect(Math.abs(found.mean - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected))
      expect((found.sd === 0 ? 1 : found.sd) / (scale[i] ?? NaN)).toBeCloseTo(1, 9)
    })
  })

  it.each([true, 'robust'] as const)('does not look at validation and test rows: %s', async (standardize) => {
    const before = await loadDataset(config(file('s1.csv', smallCsv(60)), { standardize }))
    const spared = before.splits.test[0] ?? 0
    const changed = smallCsv(60, (cells, row) => {
      if (row === spared) cells[0] = '1e6'
    })
    const after = await loadDataset(config(file('s2.csv', changed), { standardize }))
    const train = before.splits.train[3] ?? 0
    expect(rowOf(after, train)).toEqual(rowOf(before, train))
    expect(rowOf(after, spared)).not.toEqual(rowOf(before, spared))
  })

  it('of regression targets is fitted on train and can be undone', async () => {
    const path = file('r.csv', smallCsv(50))
    const data = await loadDataset(config(path, { target: 'a', task: 'regression', inputs: columns(['b'], []) }))
    const { mean, sd } = data.targetScale?.[0] ?? { mean: NaN, sd: NaN }
    for (let row = 0; row < 50; row++) expect((data.targets[row] ?? NaN) * sd + mean).toBeCloseTo(row * 1.5, 4)
    const train = [...data.splits.train].map((row) => data.targets[row] ?? NaN)
    expect(train.reduce((a, b) => a + b) / train.length).toBeCloseTo(0, 6)
    expect(train.reduce((a, b) => a + b * b, 0) / train.length).toBeCloseTo(1, 6)
    expect(data.notes).toContain('regression: the split is not stratified')
    expect(data.classes).toBeNull()
  })
})

const columns = (numeric: string[], categorical: string[], encoding: 'one-hot' | 'index' = 'one-hot') =>
  ({ kind: 'columns', numeric, categorical, encoding }) as const

describe('inputs', () => {
  const small = (): string => file('small.csv', smallCsv(30))

  it('are the named columns in the order named, categories one-hot in sorted order', async () => {
    const data = await loadDataset(config(small(), { inputs: columns(['b', 'a'], ['c']) }))
    expect(data.features).toEqual(['b', 'a', 'c=blue', 'c=green', 'c=red'])
    expect(rowOf(data, 0)).toEqual([0, 0, 0, 0, 1])
    expect(rowOf(data, 4)).toEqual([28 % 11, 6, 0, 1, 0])
    expect(data.inputShape).toEqual([5])
    expect(data.classes).toEqual(['no', 'yes'])
    const numbered = smallCsv(30, (cells, row) => {
      cells[3] = ['10', '9', '-1'][row % 3] ?? ''
    })
    expect((await loadDataset(config(file('numbered.csv', numbered)))).classes).toEqual(['-1', '9', '10'])
  })

  it('are level numbers with the index encoding', async () => {
    const data = await loadDataset(config(small(), { inputs: columns(['a'], ['c'], 'index') }))
    expect(data.features).toEqual(['a', 'c'])
    expect([rowOf(data, 0)[1], rowOf(data, 1)[1], rowOf(data, 2)[1]]).toEqual([2, 1, 0])
  })

  it('keep the spelling of categories that begin like numbers', async () => {
    const text = smallCsv(40, (cells, row) => {
      cells[1] = row % 4 === 3 ? 'A12' : `00${row % 4}`
    })
    const data = await loadDataset(config(file('spelled.csv', text)))
    expect(data.features.slice(1, 5)).toEqual(['b=000', 'b=001', 'b=002', 'b=A12'])
  })

  it('are decided from the types, constants and identifiers dropped and said', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      [i, `id-${i}`, i % 7, 'same', ['x', 'y'][i % 2], (i * 13) % 5, i % 4 < 2 ? 'p' : 'q'].join(','),
    )
    const path = file('auto.csv', ['row,key,n,k,cat,m,y', ...rows].join('\n'))
    const data = await loadDataset(config(path))
    expect(data.features).toEqual(['n', 'cat=x', 'cat=y', 'm'])
    expect(data.notes).toEqual(['2 identifier columns dropped: row, key', '1 constant column dropped: k'])
  })

  it('never include the target or the group', async () => {
    const group = smallCsv(30, (cells, row) => {
      cells[1] = `${row % 5}`
    })
    const split = { ...plainSplit, groupBy: 'b' }
    const data = await loadDataset(config(file('g.csv', group), { split }))
    expect(data.features).toEqual(['a', 'c=blue', 'c=green', 'c=red'])
  })

  it('keep the width when a level is only outside of the training rows, and say so', async () => {
    const { splits } = await loadDataset(config(file('rare0.csv', smallCsv(60))))
    const marked = smallCsv(60, (cells, row) => {
      if (row === splits.validation[0]) cells[2] = 'violet'
    })
    const again = await loadDataset(config(file('rare2.csv', marked)))
    expect(again.features).toContain('c=violet')
    expect(again.notes).toContain('1 level of "c" not in the training rows: violet')
  })
})

describe('the fingerprint', () => {
  const of = async (more: Partial<DataConfig> = {}): Promise<string> => (await loadDataset(digitsConfig(more))).fingerprint

  it('is 64 hexadecimal digits, the same for the same data elsewhere, however compressed', async () => {
    const copy = file('elsewhere.csv.gz', gzipSync(gunzipSync(readFileSync(digits)), { level: 1 }))
    const fingerprint = await of()
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(await of({ source: copy })).toBe(fingerprint)
    expect(await of({ source: file('plain.csv', gunzipSync(readFileSync(digits))) })).toBe(fingerprint)
  })

  it('differs for other content and for every other setting', async () => {
    const altered = gunzipSync(readFileSync(digits)).toString().replace('13', '12')
    const split = { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 17 }
    const prints = await Promise.all([
      of(),
      of({ source: file('altered.csv', altered) }),
      of({ target: '-1' }),
      of({ header: false }),
      of({ standardize: true }),
      of({ standardize: 'robust' }),
      of({ inputs: { ...image, scale: 1 } }),
      of({ inputs: { ...image, shape: [64] } }),
      of({ split: { ...split, seed: 0 } }),
      of({ split: { ...split, stratify: false } }),
      of({ split: { ...split, test: 0.1 } }),
      of({ split: { ...split, validation: 0.1 } }),
    ])
    expect(new Set(prints).size).toBe(prints.length)
  })
})
