import { beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../../../src/base/random.ts'
import { checkData } from '../../../src/data/check.ts'
import { columnsOf } from '../../../src/data/checks/methods/columns.ts'
import { loadDataset } from '../../../src/data/load.ts'
import { splitRows } from '../../../src/data/splits.ts'
import type { Dataset } from '../../../src/data/types.ts'
import { config, cpuTime, digits, file, wine } from '../support.ts'
import { patiently } from '../../support/slowness.ts'

/** Columns of numbers from `value`, labels drawn at random, split at random; all by `seed`. */
function table(
  rows: number,
  width: number,
  seed: number,
  value: (normal: number, row: number, column: number) => number,
): Dataset {
  const random = stream(seed, 'table')
  const features = Array.from({ length: width }, (_, i) => `f${i}`)
  const inputs = Float32Array.from({ length: rows * width }, (_, i) =>
    value(random.normal(), Math.floor(i / width), i % width),
  )
  const targets = Float32Array.from({ length: rows }, () => random.integer(2))
  return {
    inputs,
    features,
    inputShape: [width],
    targets,
    task: 'classification',
    classes: ['a', 'b'],
    targetScale: null,
    notes: [],
    keys: [],
    fitted: [],
    wholeNumbers: [],
    segments: [],
    fingerprint: '',
    splits: randomSplit(rows, seed),
    folds: [],
    rowsVary: true,
  }
}

const randomSplit = (rows: number, seed: number) =>
  splitRows({
    rows,
    split: { validation: 0.2, test: 0.2, stratify: false, groupBy: null, seed },
    classes: null,
    groups: null,
  })

let wines: Dataset
let numerals: Dataset
beforeAll(async () => {
  wines = await loadDataset(config(wine, { target: 'class', standardize: true }))
  numerals = await loadDataset(config(digits, { target: '-1', inputs: { kind: 'array', shape: [8, 8, 1], scale: 1 / 16 } }))
})

/** The data set with its values changed in place. */
function changed(data: Dataset, change: (inputs: Float32Array, width: number) => void): Dataset {
  const inputs = data.inputs.slice()
  change(inputs, data.features.length)
  return { ...data, inputs }
}

describe('leakage', () => {
  it('names the column that carries the label, and how sure it is', () => {
    const leaky = changed(wines, (inputs, width) => {
      wines.targets.forEach((label, row) => {
        inputs[row * width + 4] = 10 - label * 3
      })
    })
    expect(checkData(leaky, ['leakage'])).toMatchObject([
      { check: 'leakage', message: expect.stringMatching(/magnesium \(1\.00\);/) as string },
    ])
  })

  it('sees a leak in a category and in a regression', async () => {
    const random = stream(5, 'leak')
    const lines = Array.from({ length: 200 }, () => {
      const y = random.integer(3)
      return `${random.normal()},${['red', 'green', 'blue'][y]},${y},${y * 2 + random.normal() / 10}`
    })
    const source = file('leak.csv', ['a,colour,y,price', ...lines, ''].join('\n'))
    const message = (data: Dataset) => checkData(data, ['leakage'])[0]?.message
    expect(message(await loadDataset(config(source)))).toMatch(/: colour \(1\.00\), price \(1\.00\);/)
    const price = await loadDataset(config(source, { target: 'price', task: 'regression', standardize: true }))
    expect(message(price)).toMatch(/: (colour|y) \(0\.\d\d\), (colour|y) /)
  })

  it('does not judge a table of one column or of few rows', () => {
    const copy = (rows: number, width: number): Dataset => {
      const data = table(rows, width, 1, (normal) => normal)
      return changed(data, (inputs) =>
        data.targets.forEach((label, row) => {
          inputs[row * width] = label
        }),
      )
    }
    expect(checkData(copy(200, 2), ['leakage'])).toHaveLength(1)
    expect(checkData(copy(200, 1), ['leakage'])).toEqual([])
    expect(checkData(copy(40, 2), ['leakage'])).toEqual([])
  })
})

describe('near duplicates', () => {
  it('finds pictures copied with a little noise from training to test, and only those', () => {
    const random = stream(3, 'noise')
    const { train, test } = numerals.splits
    const copied = changed(numerals, (inputs, width) => {
      for (let i = 0; i < 12; i++) {
        const [from, to] = [(train[i * 7] ?? 0) * width, (test[i * 5] ?? 0) * width]
        for (let j = 0; j < width; j++) inputs[to + j] = (inputs[from + j] ?? 0) + 0.01 * random.normal()
      }
    })
    const planted = Array.from({ length: 12 }, (_, i) => test[i * 5])
    expect(checkData(copied, ['duplicates'])).toMatchObject([{ check: 'duplicates', rows: planted }])
  })

  it("finds repeated measurements in a table, whatever the columns' units", () => {
    const data = table(600, 10, 2, (normal, _, column) => normal * 10 ** (column - 5))
    const { train, validation } = data.splits
    const copied = changed(data, (inputs, width) => {
      for (let j = 0; j < width; j++)
        inputs[(validation[9] ?? 0) * width + j] = 1.001 * (inputs[(train[4] ?? 0) * width + j] ?? 0)
    })
    expect(checkData(data, ['duplicates'])).toEqual([])
    expect(checkData(copied, ['duplicates'])).toMatchObject([{ rows: [validation[9]] }])
  })
})

describe('drift', () => {
  it('names inputs that are shifted, spread or recoded in one part', () => {
    const shifted = changed(wines, (inputs, width) => {
      for (const row of wines.splits.test) inputs[row * width + 2] = (inputs[row * width + 2] ?? 0) + 1.5
    })
    expect(checkData(shifted, ['drift'])[0]?.message).toMatch(
      /^1 input distributed differently between training and test rows: ash \(Kolmogorov–Smirnov's D 0\.\d\d, limit 0\.2\);/,
    )
    const data = table(2000, 3, 4, (normal) => normal)
    const spread = changed(data, (inputs) => {
      for (const row of data.splits.validation) inputs[row * 3]! *= 2
    })
    expect(checkData(spread, ['drift'])[0]?.message).toMatch(/training and validation rows: f0 \(PSI/)
  })

  it('sees a file in order of its labels split by position', () => {
    const order = Int32Array.from(wines.targets.keys())
    const splits = { train: order.subarray(0, 100), validation: order.subarray(100, 140), test: order.subarray(140) }
    const messages = checkData({ ...wines, splits }, ['drift']).map(({ message }) => message)
    expect(messages[0]).toMatch(/^the label differs between training and validation rows: Cramér's V 0\.\d\d, limit 0\.15;/)
    expect(messages).toHaveLength(4)
  })

  it('is silent about a difference that is certain and small', () => {
    const data = table(20_000, 2, 6, (normal) => normal)
    const nudged = changed(data, (inputs) => {
      for (const row of data.splits.test) inputs[row * 2]! += 0.15
    })
    expect(checkData(nudged, ['drift'])).toEqual([])
  })
})

describe('identifiers', () => {
  const numbered = (number: (row: number) => number): Dataset =>
    table(300, 3, 7, (normal, row, column) => (column === 1 ? number(row) : normal))

  it.each([
    ['row numbers', (row: number) => row + 1],
    ['standardized ones', (row: number) => Math.fround((row - 149.5) / 86.6)],
    ['shuffled ones', (row: number) => (row * 7 + 3) % 300],
    ['numbers with gaps', (row: number) => 5000 + 3 * row + (row % 2)],
  ])('finds %s', (_, number) => {
    expect(checkData(numbered(number), ['identifier'])).toMatchObject([
      { message: expect.stringMatching(/: f1$/) as string },
    ])
  })

  it.each([
    ['sorted measurements', (row: number) => Math.sqrt(row + 1)],
    ['an ordered category', (row: number) => Math.floor(row / 2)],
    ['whole numbers that repeat', (row: number) => (row * 7) % 299],
  ])('leaves %s', (_, number) => {
    expect(checkData(numbered(number), ['identifier'])).toEqual([])
  })

  it('finds a name that was encoded as a category', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `${(i * i) % 17},p${i % 50},${i % 2}`)
    const inputs = { kind: 'columns', numeric: ['a'], categorical: ['name'], encoding: 'one-hot' } as const
    const data = await loadDataset(config(file('names.csv', ['a,name,y', ...lines, ''].join('\n')), { inputs }))
    expect(columnsOf(data)).toEqual([
      { name: 'a', first: 0, width: 1 },
      { name: 'name', first: 1, width: 50 },
    ])
    expect(checkData(data, ['identifier'])).toMatchObject([{ message: expect.stringMatching(/: name$/) as string }])
  })
})

describe('strata', () => {
  it('names a class that a part of the split lacks, its rows, and what follows', () => {
    const { train, validation, test } = wines.splits
    const own = [...wines.targets.keys()].filter((row) => wines.targets[row] === 2)
    const without = (rows: Int32Array): Int32Array => rows.filter((row) => wines.targets[row] !== 2)
    const untested = { ...wines, splits: { train, validation, test: without(test) } }
    expect(checkData(untested, ['strata'])).toEqual([
      {
        check: 'strata',
        message: expect.stringMatching(
          /^1 class without a test row: "class_2"; the score on test rows does not measure it; rows 131, 132, .* and 40 more$/,
        ) as string,
        rows: own,
      },
    ])
    const unlearned = { ...wines, splits: { train: without(train), validation, test } }
    expect(checkData(unlearned, ['strata'])).toMatchObject([
      { message: expect.stringMatching(/it cannot be learned; rows 131, /) as string },
    ])
  })

  it('is silent on a stratified split, without test rows, and in a regression', () => {
    expect(checkData(wines, ['strata'])).toEqual([])
    expect(checkData({ ...wines, splits: { ...wines.splits, test: new Int32Array() } }, ['strata'])).toEqual([])
    expect(checkData({ ...wines, task: 'regression', classes: null }, ['strata'])).toEqual([])
  })
})

// What a person sees is any of them, so all are counted together; exact copies aside, which are facts.
describe('false alarms on fresh random splits', () => {
  const alarms = (times: number, make: (seed: number) => Dataset): number =>
    Array.from({ length: times }, (_, seed) =>
      checkData(make(seed), ['leakage', 'duplicates', 'groups', 'drift', 'identifier']),
    ).filter((found) => found.length > 0).length

  it('are at most 1 in 100 on wine and none on the digits', () => {
    expect(alarms(200, (seed) => ({ ...wines, splits: randomSplit(wines.targets.length, seed) }))).toBeLessThanOrEqual(2)
    expect(alarms(10, (seed) => ({ ...numerals, splits: randomSplit(numerals.targets.length, seed) }))).toBe(0)
  })

  it.each([1, 2, 3, 5, 12])('are rare among %i columns, even or with a long tail', (width) => {
    expect(alarms(25, (seed) => table(300, width, seed, (normal) => normal))).toBeLessThanOrEqual(1)
    expect(alarms(25, (seed) => table(300, width, seed, (normal) => Math.exp(2 * normal)))).toBeLessThanOrEqual(1)
  })
})

describe('cost', () => {
  it('stays small on the digits and on 20,000 × 100', async () => {
    expect(await cpuTime(() => checkData(numerals))).toBeLessThan(patiently(0.3))
    const big = table(20_000, 100, 1, (normal) => normal)
    expect(await cpuTime(() => expect(checkData(big)).toEqual([]))).toBeLessThan(patiently(3))
  })
})
