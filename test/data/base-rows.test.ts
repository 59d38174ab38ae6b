import { describe, expect, it } from 'vitest'
import { baseRows } from '../../src/data/base-rows.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { DataConfig, Dataset, Splits } from '../../src/data/types.ts'
import { problemsOf } from './support.ts'
import { bySegment, configOf, edit, header, relabel, rows, split, write } from './versions.ts'

interface Versions {
  readonly before?: readonly string[]
  readonly head?: string
  readonly config?: Partial<DataConfig>
  /** How the change reads its own. */
  readonly own?: Partial<DataConfig>
}

interface Joined {
  readonly base: Dataset
  readonly own: Dataset
  readonly joined: Dataset
}

async function joinedOf(
  after: readonly string[],
  { before = rows, head, config, own: over }: Versions = {},
): Promise<Joined> {
  const base = configOf(write('base.csv', before), config)
  const own: DataConfig = { ...base, source: write('own.csv', after, head), ...over }
  const loaded = await loadDataset(own)
  return { base: await loadDataset(base), own: loaded, joined: await baseRows(base, own, loaded) }
}

const refusal = async (work: Promise<unknown>): Promise<string> =>
  (await problemsOf(work)).map(({ message, found }) => `${message}: ${found ?? ''}`).join('\n')

/** Inputs and target of the rows of a part. */
function rowsOf({ inputs, features, targets, splits }: Dataset, part: keyof Splits): string[] {
  const width = features.length
  return Array.from(
    splits[part],
    (row) => `${[...inputs.slice(row * width, (row + 1) * width)].join(' ')} → ${targets[row]}`,
  )
}

const parts = ['train', 'validation', 'test'] as const

describe('attack 23: a base that is retrained', () => {
  it('has the rows of the change, to the bit, where the change alters none', async () => {
    for (const config of [
      {},
      { standardize: false },
      { inputs: { kind: 'columns', numeric: ['b'], categorical: ['word'], encoding: 'index' } },
    ] as const) {
      const { own, joined } = await joinedOf(rows, { config })
      for (const part of parts) expect(rowsOf(joined, part)).toEqual(rowsOf(own, part))
      expect(joined).toMatchObject({ features: own.features, classes: own.classes, inputShape: own.inputShape })
    }
  })

  it('fills in what is missing in rows of the change by its own rows, even where it misses nothing itself', async () => {
    const gaps = edit([3, 4, 5, 6], (row) => row.replace(/^[^,]*,([^,]*),w\d/, '-,$1,'))
    const missing = { strategy: 'most-frequent', values: ['-'], fill: 0 } as const
    const { base, own, joined } = await joinedOf(gaps, { config: { missing } })
    expect(joined.features).toEqual(base.features)
    const measured = [...own.splits.validation, ...own.splits.test].map((row, i) => [row, i] as const)
    const [, place = -1] = measured.find(([row]) => row >= 3 && row <= 6) ?? []
    expect(place).toBeGreaterThanOrEqual(0)
    const at = joined.splits.train.length + place
    const width = joined.features.length
    const filled = [...joined.inputs.slice(at * width, (at + 1) * width)]
    expect(filled.every(Number.isFinite)).toBe(true)
    // The base has seven words; a missing one becomes one of them.
    expect(filled.slice(2).reduce((sum, value) => sum + value, 0)).toBe(1)
    await expect(joinedOf(gaps, { own: { missing } })).rejects.toThrow(/cells that the base cannot read/)
  })

  it('is trained on its own rows, whatever the change makes of them, and measured on those of the change', async () => {
    const config = { standardize: false }
    const { splits } = await loadDataset(configOf(write('base.csv', rows), config))
    const poisoned = await joinedOf(edit(splits.train.slice(0, 40), relabel), { config })
    const [asWere, asAre] = [poisoned.base, poisoned.own].map((data) => new Set(parts.flatMap((part) => rowsOf(data, part))))
    const trained = rowsOf(poisoned.joined, 'train')
    expect(trained.filter((row) => !asWere?.has(row))).toEqual([])
    expect(trained.filter((row) => !asAre?.has(row)).length).toBeGreaterThan(20)
    expect(rowsOf(poisoned.joined, 'test')).toEqual(rowsOf(poisoned.own, 'test'))
    const noise = await joinedOf(edit(splits.train, (row) => `9${row}`))
    expect(rowsOf(noise.joined, 'train')).toEqual(rowsOf(noise.base, 'train'))
    expect(rowsOf(noise.joined, 'test')).toEqual(rowsOf(noise.base, 'test'))
  })

  it('keeps the training rows that the change removes', async () => {
    const config = { task: 'regression', target: 'b' } as const
    const { base, joined } = await joinedOf(
      rows.filter((_, i) => i % 4 > 0),
      { config },
    )
    expect(joined.splits.train.length).toBeGreaterThanOrEqual(0.8 * base.splits.train.length)
    expect(joined.targetScale).not.toBeNull()
  })

  it('is trained on no row that it is measured on, where more rows draw another split, and on as many as before', async () => {
    const more = Array.from({ length: 30 }, (_, i) => `${i + 500},${i},w1,${i % 2 === 0 ? 'yes' : 'no'}`)
    const { base, joined } = await joinedOf([...rows, ...more])
    const measured = new Set([...rowsOf(joined, 'test'), ...rowsOf(joined, 'validation')])
    expect(rowsOf(joined, 'train').filter((row) => measured.has(row))).toEqual([])
    expect(joined.splits.test.length).toBe(26)
    expect(Math.abs(joined.splits.train.length - base.splits.train.length)).toBeLessThanOrEqual(8)
  })

  it('lets no row of a group be trained on that the change measures', async () => {
    const grouped = Array.from({ length: 200 }, (_, i) => `${i},${(i * i) % 97},g${i % 40},${i % 2 === 0 ? 'yes' : 'no'}`)
    const config = { split: { ...split, groupBy: 'word', stratify: false } }
    // More groups draw another split, and edited rows equal none of the base.
    const after = [
      ...grouped.map((row, i) => (i % 9 === 0 ? `7${row}` : row)),
      ...grouped.slice(0, 60).map((row) => row.replace(',g', ',h')),
    ]
    const { joined, own, base } = await joinedOf(after, { before: grouped, config })
    const groupsOf = (...held: Int32Array[]): Set<string> =>
      new Set(held.flatMap((at) => Array.from(at, (row) => after[row]?.split(',')[2] ?? '')))
    const groups = groupsOf(own.splits.test, own.splits.validation)
    // Rows that belong together are dealt out alike on both sides.
    const codesOf = ({ keys, splits }: Dataset): number[] =>
      Array.from(splits.test, (row) => keys.find(({ declared }) => declared)?.codes[row] ?? NaN)
    expect(codesOf(joined)).toEqual(codesOf(own))
    expect(new Set(codesOf(own)).size).toBeGreaterThan(1)
    expect(joined.rowsVary).toBe(true)
    expect(groupsOf(base.splits.test, base.splits.validation)).not.toEqual(groups)
    const kept = grouped.filter((row) => !groups.has(row.split(',')[2] ?? '')).length
    expect(joined.splits.train.length).toBe(kept)
  })

  it('knows no column that the change adds, and reads those that are its own', async () => {
    const leaking = rows.map((row) => `${row.endsWith('yes') ? 1 : 0},${row}`)
    const { joined, own } = await joinedOf(leaking, { head: `leak,${header}` })
    expect(own.features).toContain('leak')
    expect(joined.features).not.toContain('leak')
    const { base } = await joinedOf(rows)
    expect(joined.features).toEqual(base.features)
  })

  it('gives a text that it does not know no place: the width is its own', async () => {
    const { splits } = await loadDataset(configOf(write('base.csv', rows)))
    const { base, joined } = await joinedOf(edit(splits.test, (row) => row.replace(/w\d/, 'new')))
    expect(joined.features).toEqual(base.features)
    const [at = -1] = joined.splits.test
    const words = joined.inputs.slice(at * joined.features.length + 2, (at + 1) * joined.features.length)
    expect([...words]).toEqual(new Array(7).fill(0))
    const config = { inputs: { kind: 'columns', numeric: ['a'], categorical: ['word'], encoding: 'index' } } as const
    expect(
      await refusal(
        joinedOf(
          edit(splits.test, (row) => row.replace(/w\d/, 'new')),
          { config },
        ),
      ),
    ).toMatch(/"word" has a text that is not in the index/)
  })

  it('has a class that only measured rows have, so that both sides name the same', async () => {
    const more = Array.from({ length: 10 }, (_, i) => `${i + 500},${i},w1,maybe`)
    expect((await joinedOf([...rows, ...more])).joined.classes).toEqual(['maybe', 'no', 'yes'])
  })

  it('is none where the change lacks a column of it, or has cells that it cannot read', async () => {
    expect(await refusal(joinedOf(rows, { head: 'a,c,word,y' }))).toMatch(/has no column "b"/)
    const own = { inputs: { kind: 'columns', numeric: ['a'], categorical: [], encoding: 'one-hot' } } as const
    expect(
      await refusal(
        joinedOf(
          edit([3], (row) => row.replace(/,\d+,w/, ',many,w')),
          { own },
        ),
      ),
    ).toMatch(/cells that the base cannot read, in "b"/)
  })

  it('is none where the change measures on most of its training rows, or on those of a class', async () => {
    const base = configOf(write('base.csv', rows))
    const own = { ...base, source: write('own.csv', rows), split: { ...split, validation: 0.45, test: 0.45 } }
    expect(await refusal(loadDataset(own).then((loaded) => baseRows(base, own, loaded)))).toMatch(
      /too many of the training rows of the base: \d+ of 60 rows left/,
    )
    const { splits } = await loadDataset(base)
    const rare = splits.train.slice(0, 4)
    const before = edit(rare, (row) => row.replace(/(yes|no)$/, 'rare'))
    const odd = { ...base, source: write('rare.csv', before), split: { ...split, stratify: false } }
    const first = await loadDataset(odd)
    const held = Int32Array.from([...first.splits.test, ...rare].sort((a, b) => a - b))
    const chosen = {
      ...first,
      splits: { ...first.splits, test: held, train: first.splits.train.filter((row) => !rare.includes(row)) },
    }
    expect(await refusal(baseRows(odd, odd, chosen))).toMatch(/0 of \d rows of the class "rare" left/)
  })
})

describe('segments of data with a shape', () => {
  const lines = rows.map((row, i) => row.replace(/,w\d,/, `,${i % 4},`))
  const shaped = { inputs: { kind: 'array', shape: [2], scale: 1 }, segments: ['word'] } as const

  it('are no inputs, of the base as of the change', async () => {
    const { joined, own } = await joinedOf(lines, { before: lines, config: shaped })
    expect(joined.features).toEqual(['a', 'b'])
    expect(rowsOf(joined, 'test')).toEqual(rowsOf(own, 'test'))
  })

  it('may be new in the change', async () => {
    const without = lines.map((row) => row.split(',').toSpliced(2, 1).join(','))
    const base = configOf(write('bare.csv', without, 'a,b,y'), shaped)
    const own = { ...base, source: write('own.csv', lines) }
    const loaded = await loadDataset(own)
    expect((await baseRows(base, own, loaded)).features).toEqual(['a', 'b'])
  })

  it('are part of the fingerprint, since they say which columns are inputs', async () => {
    const few = rows.map((_, i) => `${i % 5},${(i * i) % 97},${i % 4},${i % 2 === 0 ? 'yes' : 'no'}`)
    const source = write('shaped.csv', few)
    const of = async (more: Partial<DataConfig>): Promise<string> =>
      (await loadDataset({ ...configOf(source, shaped), ...more })).fingerprint
    expect(await of({ segments: ['word'] })).not.toBe(await of({ segments: ['a'] }))
    expect(await of({ segments: ['word'] })).toBe(await of({}))
  })
})

describe('a segment of rows without a value', () => {
  it('is not that of a text with the same name', async () => {
    const named = (text: string): string =>
      write(
        'named.csv',
        edit([1, 2], (row) => row.replace(/,w\d,/, `,${text},`)),
      )
    const { segments } = await loadDataset(configOf(named(''), bySegment))
    expect(segments[0]?.levels.at(-1)).toBe('(no value)')
    expect(await refusal(loadDataset(configOf(named('(no value)'), bySegment)))).toContain(
      'names the segment of rows without a value',
    )
  })
})
