import { describe, expect, it, test } from 'vitest'
import { readUndecided } from '../../src/data/column-type.ts'
import { encodeInputs } from '../../src/data/encode.ts'
import { selectInputs } from '../../src/data/inputs.ts'
import { inspect } from '../../src/data/inspect.ts'
import { loadDataset, openData } from '../../src/data/load.ts'
import type { MissingStrategy } from '../../src/data/missing.ts'
import { readSource } from '../../src/data/read-source.ts'
import { LIMITS } from '../../src/data/source.ts'
import type { DataConfig } from '../../src/data/types.ts'
import fixture from './fixtures/prepared.json' with { type: 'json' }
import { brief, config, file, npy, problemsOf, rowOf, smallCsv } from './support.ts'

const columns = { kind: 'columns', numeric: ['age', 'kids'], categorical: ['city'], encoding: 'one-hot' } as const
const missing = (strategy: MissingStrategy, values: readonly string[] = [], fill = -1.5) => ({ strategy, values, fill })

/** Inputs of the fixture's table, fitted on its training rows. */
async function encoded(more: Partial<DataConfig>) {
  const lines = fixture.csv.trim().split('\n')
  const csv = [`${lines[0] ?? ''},y`, ...lines.slice(1).map((line, row) => `${line},${row % 2}`)].join('\n')
  const own = config(file('prepared.csv', csv), { inputs: columns, ...more })
  const openedData = await openData(own, await readSource(own.source))
  const { opened, roles } = openedData
  const table = readUndecided(opened, roles.wants, roles.undecided)
  const { inputs } = selectInputs(own, table, openedData)
  const fitted = new Set(fixture.fit)
  const rest = [...Array(table.rows).keys()].filter((row) => !fitted.has(row))
  const splits = { train: Int32Array.from(fixture.fit), validation: Int32Array.from(rest), test: new Int32Array() }
  const { values, features, notes } = encodeInputs(own, table.rows, inputs, splits, LIMITS)
  return { rows: Array.from({ length: table.rows }, (_, row) => rowOf({ inputs: values, features }, row)), features, notes }
}

function expectRows(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(found.length).toBe(expected.length)
  found.forEach((row, i) => row.forEach((value, j) => expect(value, `row ${i}`).toBeCloseTo(expected[i]?.[j] ?? NaN, 5)))
}

describe('missing values are filled in as by scikit-learn, fitted on the training rows', () => {
  test.each(fixture.missing.map((one) => [one.strategy as MissingStrategy, one] as const))(
    '%s',
    async (strategy, expected) => {
      const { rows, features } = await encoded({ standardize: true, missing: missing(strategy) })
      const cities = expected.categories.map((name) => `city=${name === '~missing' ? '(missing)' : name}`)
      if (strategy !== 'indicator') {
        expect(features).toEqual(['age', 'kids', ...cities])
        return expectRows(rows, expected.rows)
      }
      expect(features).toEqual(['age', 'age=(missing)', 'kids', 'kids=(missing)', ...cities])
      const order = [0, expected.rows[0]!.length - 2, 1, expected.rows[0]!.length - 1, ...cities.map((_, i) => 2 + i)]
      expectRows(
        rows,
        expected.rows.map((row) => order.map((i) => row[i] ?? NaN)),
      )
    },
  )

  it('is no matter in a column that names the rows, which is left out', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7 ? `user-${i}` : ''},${(i * 7) % 11},${i % 2}`)
    const own = config(file('named.csv', ['who,age,y', ...rows].join('\n')), { inputs: { kind: 'auto' } })
    const { features, notes } = await loadDataset(own)
    expect(features).toEqual(['age'])
    expect(notes.join()).toContain('1 identifier column dropped: who')
  })

  it('says what was filled in, and with what', async () => {
    const { notes } = await encoded({ standardize: true, missing: missing('median') })
    expect(notes.join()).toMatch(/missing values filled in 3 columns: age \(\d+, median [\d.]+\), kids \(\d+, median \d/)
    expect(notes.join()).toMatch(/city \(\d+, most frequent Bern\)/)
  })
})

describe('rare categories are merged as by scikit-learn', () => {
  test.each(fixture.rare.map((one) => [one.minRows, one] as const))('fewer than %i rows', async (minRows, expected) => {
    const { rows, features } = await encoded({ missing: missing('most-frequent'), categories: { minRows } })
    const names = expected.categories.map((name) => `city=${name === 'infrequent_sklearn' ? '(other)' : name}`)
    expect(features).toEqual(['age', 'kids', ...names])
    expectRows(
      rows.map((row) => row.slice(2)),
      expected.rows,
    )
  })

  /** Category `new` is in validation rows alone, `rare` in two training rows. */
  async function withNew(more: Partial<DataConfig>) {
    const plain = await loadDataset(config(file('new0.csv', smallCsv(60))))
    const [first, second] = plain.splits.train
    const path = file(
      'new.csv',
      smallCsv(60, (cells, row) => {
        if (row === plain.splits.validation[0]) cells[2] = 'new'
        if (row === first || row === second) cells[2] = 'rare'
      }),
    )
    const inputs = { kind: 'columns', numeric: [], categorical: ['c'], encoding: 'one-hot', ...more.inputs } as const
    const data = await loadDataset(config(path, { ...more, inputs }))
    return { data, unseen: rowOf(data, data.splits.validation[0] ?? -1) }
  }

  it('takes a category that the training rows lack for the merged one, or for none if nothing is merged', async () => {
    const merged = await withNew({ categories: { minRows: 3 } })
    expect(merged.data.features).toEqual(['c=blue', 'c=green', 'c=red', 'c=(other)'])
    expect(merged.unseen).toEqual([0, 0, 0, 1])
    expect(merged.data.notes.join()).toMatch(/1 level merged, each with fewer than 3 training rows of "c"/)
    const single = await withNew({ categories: { minRows: 1 } })
    expect(single.data.features).toEqual(['c=blue', 'c=green', 'c=rare', 'c=red'])
    expect(single.unseen).toEqual([0, 0, 0, 0])
  })

  it('has an index for a new category', async () => {
    const inputs = { kind: 'columns', numeric: [], categorical: ['c'], encoding: 'index' } as const
    const { unseen } = await withNew({ categories: { minRows: 1 }, inputs })
    expect(unseen).toEqual([4])
  })
})

describe('what counts as missing', () => {
  const gappy = (): string =>
    file(
      'gappy.csv',
      smallCsv(60, (cells, row) => {
        if (row % 7 === 0) cells[0] = '-'
        if (row % 9 === 0) cells[1] = '-999'
        if (row % 11 === 0) cells[2] = ['', 'NA', '"NA"'][row % 3] ?? ''
      }),
    )
  const inputs = { kind: 'columns', numeric: ['a', 'b'], categorical: ['c'], encoding: 'one-hot' } as const

  it('includes the words and numbers of the spec', async () => {
    const data = await loadDataset(config(gappy(), { inputs, missing: missing('indicator', ['-', '-999']) }))
    expect(data.features).toEqual([
      'a',
      'a=(missing)',
      'b',
      'b=(missing)',
      'c=NA',
      'c=blue',
      'c=green',
      'c=red',
      'c=(missing)',
    ])
    const gaps = (feature: number): number[] => [...Array(60).keys()].filter((row) => rowOf(data, row)[feature] === 1)
    expect(gaps(1)).toEqual([...Array(60).keys()].filter((row) => row % 7 === 0))
    expect(gaps(3)).toEqual([...Array(60).keys()].filter((row) => row % 9 === 0))
    // In quotes, beside cells without, NA is a text.
    expect([gaps(4), gaps(8)]).toEqual([
      [11, 44],
      [0, 22, 33, 55],
    ])
  })

  it('is an error without the key, at its place, with the key as the hint', async () => {
    const path = file(
      'gap.csv',
      smallCsv(40, (cells, row) => row === 3 && (cells[0] = '')),
    )
    const found = await problemsOf(loadDataset(config(path)))
    expect(brief(found)).toEqual(['data/missing 5:1 nothing'])
    expect(found[0]?.hint).toMatch(/data\.missing/)
  })

  it('never includes a target', async () => {
    const path = file(
      'target.csv',
      smallCsv(40, (cells, row) => row === 3 && (cells[3] = '')),
    )
    expect(brief(await problemsOf(loadDataset(config(path, { missing: missing('median') }))))).toEqual([
      'data/missing 5:4 nothing',
    ])
  })

  it('includes NaN in arrays', async () => {
    const values = Float64Array.from({ length: 90 }, (_, i) => (i === 4 ? NaN : i % 3 === 2 ? i % 2 : i * i))
    const path = file('gaps.npy', npy('<f8', [30, 3], new Uint8Array(values.buffer)))
    const own = config(path, { target: '2', missing: missing('constant', [], 7) })
    const data = await loadDataset(own)
    expect(rowOf(data, 1)).toEqual([9, 7])
    expect(brief(await problemsOf(loadDataset(config(path, { target: '2' }))))).toEqual(['data/not-finite 2:2 NaN'])
  })

  it('leaves the fitted values alone in other rows than those of training', async () => {
    const path = (change: string): string =>
      file(
        `leak-${change}.csv`,
        smallCsv(60, (cells, row) => {
          if (row % 5 === 0) cells[0] = ''
          if (row === 33) cells[0] = change
        }),
      )
    const [one, other] = [path('1'), path('1e6')]
    const load = (source: string) => loadDataset(config(source, { inputs, missing: missing('median') }))
    const [before, after] = [await load(one), await load(other)]
    expect([...before.splits.train]).not.toContain(33)
    expect(rowOf(after, 0)).toEqual(rowOf(before, 0))
  })

  it('is told to init', async () => {
    const found = await inspect(gappy())
    expect(found.missingWords).toEqual(['-'])
    const { type, missing: count } = found.columns[0] ?? {}
    expect([type, count]).toEqual(['numeric', 9])
  })
})
