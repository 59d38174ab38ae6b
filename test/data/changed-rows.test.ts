import { describe, expect, it } from 'vitest'
import { changedRows, type ChangedPart } from '../../src/data/changed-rows.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { DataConfig } from '../../src/data/types.ts'
import { bySegment, configOf, edit, header, relabel, rows, split, write } from './versions.ts'

interface Other {
  readonly config?: Partial<DataConfig>
  readonly name?: string
  readonly head?: string
}

async function compare(lines: readonly string[], { config, name = 'own.csv', head = header }: Other = {}) {
  const base = configOf(write('base.csv', rows), config)
  const own = { ...base, source: write(name, lines, head) }
  return changedRows(base, own, (await loadDataset(own)).splits)
}

async function partsOf(...input: Parameters<typeof compare>): Promise<Record<string, Omit<ChangedPart, 'part' | 'rows'>>> {
  const found = await compare(...input)
  if ('notCompared' in found) throw new Error(found.notCompared)
  return Object.fromEntries(found.parts.map(({ part, rows: _, ...rest }) => [part, rest]))
}

const none = { edited: 0, moved: 0, relabelled: 0, growth: 0 }
const splitsOf = async (more: Partial<DataConfig> = {}) =>
  (await loadDataset(configOf(write('base.csv', rows), more))).splits
const swapTwo = async (): Promise<string[]> => {
  const { test } = await splitsOf()
  const yes = [...test].find((i) => rows[i]?.endsWith('yes')) ?? -1
  const no = [...test].find((i) => rows[i]?.endsWith('no')) ?? -1
  return edit([yes, no], relabel)
}

describe('attack 14: rows that are measured', () => {
  it('are counted where inputs are edited, part by part', async () => {
    const { test, validation } = await splitsOf()
    const edited = edit([...test.slice(0, 3), ...validation.slice(0, 2)], (row) => `9${row}`)
    expect(await partsOf(edited)).toEqual({ validation: { ...none, edited: 2 }, test: { ...none, edited: 3 } })
  })

  it('are counted apart where only the target differs', async () => {
    const { test, train } = await splitsOf()
    const edited = edit([...test.slice(0, 4), ...train.slice(0, 20)], (row) => `1${row}`)
    // Regression: the split does not depend on the target, so a label moves nothing.
    const config = { task: 'regression', target: 'b', split: { ...split, stratify: false } } as const
    const { test: rest } = await splitsOf(config)
    const relabelled = edit(rest.slice(0, 5), (row) => row.replace(/,\d+,w/, ',555,w'))
    expect((await partsOf(relabelled, { config }))['test']).toEqual({ ...none, edited: 5, relabelled: 5 })
    expect((await partsOf(edited))['test']).toEqual({ ...none, edited: 4 })
  })

  it('are counted where one class is swapped for another, whatever the split makes of it', async () => {
    expect((await partsOf(await swapTwo()))['test']).toMatchObject({ edited: 2, relabelled: 2 })
  })

  it('are counted as moved where another number of rows draws another split', async () => {
    const { test, validation } = await partsOf([...rows, '1,2,w1,yes', '3,4,w1,yes', '5,6,w1,no', '7,8,w1,no', '9,9,w1,no'])
    expect(test?.moved).toBeGreaterThan(3)
    expect(test?.growth).toBe(1)
    expect(validation?.growth).toBe(1)
  })

  it('are none where the file is another and the rows are not: training rows, order of columns, spelling of numbers, compression', async () => {
    const { train } = await splitsOf()
    expect(await partsOf(edit(train.slice(0, 30), (row) => `8${row}`))).toEqual({ validation: none, test: none })
    expect(await partsOf(rows.map((row) => row.replace(/^(\d+),/, '$1.0,')))).toEqual({ validation: none, test: none })
    expect(await partsOf(rows, { name: 'own.csv.gz' })).toEqual({ validation: none, test: none })
    const turned = rows.map((row) => row.split(',').toReversed().join(','))
    expect(await partsOf(turned, { head: 'y,word,b,a' })).toEqual({ validation: none, test: none })
    expect(
      await partsOf(
        rows.map((row) => `${row},1`),
        { head: `${header},extra` },
      ),
    ).toEqual({ validation: none, test: none })
  })

  it('are all relabelled where another column becomes the target by its position', async () => {
    const more = rows.map((row, i) => `${row},${i % 2 === 0 ? 'left' : 'right'}`)
    const { test } = await partsOf(more, { head: `${header},side`, config: { target: '-1' } })
    expect(test).toEqual({ ...none, edited: 20, relabelled: 20 })
  })

  it('are counted where a group is called otherwise', async () => {
    const config = { split: { ...split, groupBy: 'word', validation: 0.3, test: 0.3 } }
    const { test } = await splitsOf(config)
    const [first = -1] = test
    const word = rows[first]?.split(',')[2] ?? ''
    const found = await partsOf(
      rows.map((row) => row.replace(`,${word},`, ',other,')),
      { config },
    )
    expect(found['test']?.edited).toBeGreaterThan(0)
  })

  it('are counted where texts are too many to be categories', async () => {
    // Free text of which the spec makes no input; it is left out of the model, and is part of a row all the same.
    const long = Array.from({ length: 12_000 }, (_, i) => `${i % 83},text${i},${i % 2 === 0 ? 'yes' : 'no'}`)
    const base = configOf(write('base.csv', long, 'a,word,y'))
    const { splits } = await loadDataset(base)
    const chosen = new Set(splits.test.slice(0, 6))
    const own = {
      ...base,
      source: write(
        'own.csv',
        long.map((row, i) => (chosen.has(i) ? row.replace('text', 'other') : row)),
        'a,word,y',
      ),
    }
    expect(await changedRows(base, own, splits)).toMatchObject({
      parts: [
        { part: 'validation', edited: 0 },
        { part: 'test', edited: 6 },
      ],
    })
  })

  it('are not compared where the change has no such column, and the column is named', async () => {
    expect(await compare(rows, { head: 'a,c,word,y' })).toEqual({ notCompared: 'the data of the change has no column "b"' })
  })
})

describe('segments of the measured rows', () => {
  it('are part of a row: another segment is counted apart from another label', async () => {
    const { test } = await splitsOf(bySegment)
    const at = test.slice(0, 3)
    const moved = edit(at, (row) => row.replace(/,w\d,/, ',w0,'))
    const others = at.filter((i) => !rows[i]?.includes(',w0,')).length
    expect(others).toBeGreaterThan(0)
    const { test: part, validation } = await partsOf(moved, { config: bySegment })
    expect(part).toEqual({ ...none, edited: others, resegmented: others })
    expect(validation).toEqual(none)
  })

  it('are named if no row is left in them', async () => {
    const { test } = await splitsOf(bySegment)
    const one = edit(rows.keys(), (row) => row.replace(',w6,', ',w1,'))
    const found = await partsOf(one, { config: bySegment })
    const count = [...test].filter((i) => rows[i]?.includes(',w6,')).length
    expect(count).toBeGreaterThan(0)
    expect(found['test']).toEqual({
      ...none,
      edited: count,
      resegmented: count,
      lostSegments: [{ column: 'word', level: 'w6' }],
    })
  })

  it('cannot be compared without their column', async () => {
    const without = rows.map((row) => row.replace(/,w\d/, ''))
    const base = configOf(write('base.csv', rows), bySegment)
    const { segments: _, ...rest } = base
    const own = { ...rest, source: write('own.csv', without, 'a,b,y') }
    expect(await changedRows(base, own, (await loadDataset(own)).splits)).toEqual({
      notCompared: 'the data of the change has no column "word"',
    })
  })
})
