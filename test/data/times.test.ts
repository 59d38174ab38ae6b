import { describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import { partsByTime } from '../../src/data/times.ts'
import { brief, config, file, plainSplit, problemsOf, smallCsv } from './support.ts'

const days = (at: (row: number) => string, name: string): string =>
  file(name, smallCsv(100, (cells, row) => cells.push(at(row))).replace('a,b,c,y', 'a,b,c,y,date'))
/** Day of a row: every time twice, in an order that is not that of the rows. */
const day = (row: number): number => Math.floor(((row * 37) % 100) / 2)
const iso = (row: number): string => new Date(Date.UTC(2024, 0, 1 + day(row))).toISOString().slice(0, 10)
const split = { ...plainSplit, stratify: true, time: 'date' } as const
const range = (rows: Int32Array): [number, number] => {
  const all = Array.from(rows, day)
  return [Math.min(...all), Math.max(...all)]
}

describe('a split by time', () => {
  it('trains on the earliest rows and tests on the latest', async () => {
    const { splits, features } = await loadDataset(config(days(iso, 'iso.csv'), { split }))
    expect([range(splits.train), range(splits.validation), range(splits.test)]).toEqual([
      [0, 29],
      [30, 39],
      [40, 49],
    ])
    expect(features.some((name) => name.startsWith('date'))).toBe(false)
  })

  it('is the same for numbers, and for times with zones', async () => {
    const expected = (await loadDataset(config(days(iso, 'iso2.csv'), { split }))).splits
    const numbers = await loadDataset(
      config(
        days((row) => String(day(row) / 4 + 0.5), 'numbers.csv'),
        { split },
      ),
    )
    expect(numbers.splits).toEqual(expected)
    const zoned = await loadDataset(
      config(
        days((row) => `${iso(row)}T23:30:00+02:00`, 'zones.csv'),
        { split },
      ),
    )
    expect(zoned.splits).toEqual(expected)
  })

  it('leaves rows out in a gap, which no part has', async () => {
    const { splits } = await loadDataset(config(days(iso, 'gap.csv'), { split: { ...split, gap: 5 } }))
    // Five rows end within a day, so the gap has six.
    expect([range(splits.train), range(splits.validation), range(splits.test)]).toEqual([
      [0, 29],
      [33, 39],
      [43, 49],
    ])
  })

  it('never divides rows of one time', () => {
    const times = Float64Array.from([0, 0, 0, 1, 1, 1, 1, 2, 2, 3])
    expect(partsByTime(times, [0.4, 0.3, 0.3], 0)).toEqual([[0, 1, 2, 3, 4, 5, 6], [], [7, 8, 9]])
    expect(partsByTime(times, [0.3, 0.4, 0.3], 0)).toEqual([
      [0, 1, 2],
      [3, 4, 5, 6],
      [7, 8, 9],
    ])
  })

  it('refuses a text that is no time, and parts without rows', async () => {
    const wrong = days((row) => (row === 3 ? 'May 5' : iso(row)), 'wrong.csv')
    expect(brief(await problemsOf(loadDataset(config(wrong, { split }))))).toEqual(['data/time May 5'])
    const short = days(iso, 'short.csv')
    expect((await problemsOf(loadDataset(config(short, { split: { ...split, gap: 60 } }))))[0]?.code).toBe('data/split')
    const one = {
      ...config(short, { split }),
      inputs: { kind: 'columns', numeric: ['a'], categorical: ['date'], encoding: 'one-hot' },
    } as const
    expect((await problemsOf(loadDataset(one)))[0]).toMatchObject({
      message: '"date" is the column of times and cannot also be an input',
    })
  })
})
