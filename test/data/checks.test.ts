import { describe, expect, it } from 'vitest'
import { checkData } from '../../src/data/check.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { Dataset } from '../../src/data/types.ts'
import { config, cpuTime, digits, wine } from './support.ts'
import { patiently } from '../support/slowness.ts'

function dataset(rows: readonly (readonly number[])[], targets: readonly number[], more: Partial<Dataset> = {}): Dataset {
  const features = (rows[0] ?? []).map((_, i) => `f${i}`)
  return {
    inputs: Float32Array.from(rows.flat()),
    inputShape: [features.length],
    features,
    targets: Float32Array.from(targets),
    task: 'classification',
    classes: [...new Set(targets)].map(String),
    targetScale: null,
    fingerprint: '',
    notes: [],
    keys: [],
    folds: [],
    rowsVary: true,
    fitted: [],
    wholeNumbers: [],
    segments: [],
    splits: {
      train: Int32Array.from(targets.keys()).filter((i) => i % 3 === 0),
      validation: Int32Array.from(targets.keys()).filter((i) => i % 3 === 1),
      test: Int32Array.from(targets.keys()).filter((i) => i % 3 === 2),
    },
    ...more,
  }
}

const even = [0, 1, 0, 1, 0, 1]

describe('the data checks', () => {
  it('find nothing in wine and only the three empty pixels of the digits', async () => {
    expect(checkData(await loadDataset(config(wine, { target: 'class', standardize: true })))).toEqual([])
    const inputs = { kind: 'array', shape: [8, 8, 1], scale: 1 / 16 } as const
    expect(checkData(await loadDataset(config(digits, { target: '-1', inputs })))).toEqual([
      { check: 'constant', message: '3 inputs with the same value in all rows: 0, 32, 39' },
    ])
  })

  it('find rows that are in two parts, not those that are twice in one', () => {
    const data = dataset(
      [
        [1, 2],
        [3, 4],
        [1, 2],
        [1, 2],
        [5, 6],
        [7, 8],
      ],
      even,
    )
    expect(checkData(data)).toMatchObject([{ check: 'duplicates', rows: [0, 2, 3] }])
    expect(checkData(data)[0]?.message).toMatch(/^3 rows .*1 of them in validation or test; rows 1, 3, 4$/)
    expect(
      checkData(
        dataset(
          [
            [1, 2],
            [3, 4],
            [5, 5],
            [1, 2],
            [3, 4],
            [7, 8],
          ],
          even,
        ),
      ),
    ).toEqual([])
  })

  it('count every copy planted across parts of real data', async () => {
    const data = await loadDataset(config(wine, { target: 'class' }))
    const inputs = data.inputs.slice()
    const [from, to] = [data.splits.train, data.splits.test]
    for (let i = 0; i < 5; i++) inputs.copyWithin((to[i] ?? 0) * 13, (from[i] ?? 0) * 13, (from[i] ?? 0) * 13 + 13)
    const planted = [...from.subarray(0, 5), ...to.subarray(0, 5)].sort((a, b) => a - b)
    expect(checkData({ ...data, inputs })).toMatchObject([{ check: 'duplicates', rows: planted }])
  })

  it('find imbalance below 1 to 10', () => {
    const rows = Array.from({ length: 111 }, (_, i) => [i, i * i])
    const targets = (small: number): number[] => rows.map((_, i) => (i < small ? 1 : 0))
    expect(checkData(dataset(rows, targets(10)), ['imbalance'])[0]?.message).toMatch(/"0" has 101 rows|"1" has 101 rows/)
    expect(checkData(dataset(rows, targets(11)), ['imbalance'])).toEqual([])
    expect(checkData(dataset(rows, targets(3), { classes: null, task: 'regression' }), ['imbalance'])).toEqual([])
  })

  it('stay quick on tens of thousands of rows of whole numbers', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => [i % 16, (i >> 4) % 16, (i >> 8) % 16, i >> 12])
    const data = dataset(
      rows,
      rows.map((_, i) => i % 2),
    )
    expect(await cpuTime(() => expect(checkData(data)).toEqual([]))).toBeLessThan(patiently(1))
  })
})
