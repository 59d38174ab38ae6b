import { describe, expect, it } from 'vitest'
import { assignParts, inspectParts } from '../../src/cli/commands/init-data.ts'
import { baseRows } from '../../src/data/base-rows.ts'
import { changedRows } from '../../src/data/changed-rows.ts'
import { checkData } from '../../src/data/check.ts'
import { loadDataset } from '../../src/data/load.ts'
import { LIMITS } from '../../src/data/source.ts'
import type { DataConfig } from '../../src/data/types.ts'
import { brief, config, file, plainSplit, problemsOf, rowOf, smallCsv } from './support.ts'

const [head = '', ...lines] = smallCsv(100).trim().split('\n')
const table = (rows: readonly string[], header = head): string => `${[header, ...rows].join('\n')}\n`

/** Rows 0–59, 60–79 and 80–99 in three files. */
function three(
  name: string,
  more: Partial<DataConfig> = {},
  change: (row: string, i: number) => string = (row) => row,
): DataConfig {
  const rows = lines.map(change)
  const source = file(`${name}-train.csv`, table(rows.slice(0, 60)))
  const files = {
    validation: file(`${name}-validation.csv`, table(rows.slice(60, 80))),
    test: file(`${name}-test.csv`, table(rows.slice(80))),
  }
  return config(source, { files, standardize: true, ...more })
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe('data that are split already', () => {
  it('keep the rows of each file in its part, and fit on the training rows', async () => {
    const data = await loadDataset(three('keep'))
    expect([...data.splits.train]).toEqual(range(0, 60))
    expect([...data.splits.validation]).toEqual(range(60, 80))
    expect([...data.splits.test]).toEqual(range(80, 100))
    const fitted = range(0, 60).map((row) => rowOf(data, row)[0] ?? NaN)
    expect(fitted.reduce((a, b) => a + b) / 60).toBeCloseTo(0, 6)
    expect(data.features).toEqual(['a', 'b', 'c=blue', 'c=green', 'c=red'])
  })

  it('draw the parts without a file from the training file', async () => {
    const { files, ...rest } = three('draw')
    const data = await loadDataset({ ...rest, files: { test: files?.test ?? '' } })
    expect([...data.splits.test]).toEqual(range(60, 80))
    expect(data.splits.validation.length).toBe(12)
    expect([...data.splits.train, ...data.splits.validation].sort((a, b) => a - b)).toEqual(range(0, 60))
  })

  it('may be in several formats', async () => {
    const own = three('mixed')
    const json = lines.slice(80).map((line) => {
      const [a, b, c, y] = line.split(',')
      return JSON.stringify({ a: Number(a), b: Number(b), c, y })
    })
    const mixed = await loadDataset({ ...own, files: { ...own.files, test: file('mixed-test.jsonl', json.join('\n')) } })
    expect(mixed.inputs).toEqual((await loadDataset(own)).inputs)
  })

  it('have a fingerprint of their content and parts, not of their paths', async () => {
    const one = await loadDataset(three('one'))
    const other = await loadDataset(three('other'))
    expect(other.fingerprint).toBe(one.fingerprint)
    const own = three('swapped')
    const swapped = { ...own, files: { validation: own.files?.test ?? '', test: own.files?.validation ?? '' } }
    expect((await loadDataset(swapped)).fingerprint).not.toBe(one.fingerprint)
  })

  it('must have the same columns, be complete in each file, and fit the limits together', async () => {
    const own = three('broken')
    const withTest = (name: string, text: string): DataConfig => ({
      ...own,
      files: { ...own.files, test: file(name, text) },
    })
    const other = await problemsOf(loadDataset(withTest('broken-a.csv', table(lines.slice(80), 'a,d,c,y'))))
    expect(other[0]).toMatchObject({ code: 'data/different-columns', found: 'd', allowed: 'b' })
    const gap = await problemsOf(loadDataset(withTest('broken-b.csv', table([',1,red,yes', ...lines.slice(81)]))))
    expect(brief(gap)).toEqual(['data/missing 2:1 nothing'])
    expect(gap[0]?.at?.file).toMatch(/broken-b\.csv$/)
    const bytes = Buffer.byteLength(table(lines.slice(0, 60))) + 100
    expect((await problemsOf(loadDataset(own, { ...LIMITS, bytes })))[0]?.code).toBe('data/too-large')
  })

  it('are checked across files: copies, groups, and classes that training lacks', async () => {
    const copied = await loadDataset(three('copied', {}, (row, i) => (i === 90 ? (lines[3] ?? row) : row)))
    expect(checkData(copied, ['duplicates'])[0]?.message).toMatch(/2 rows with inputs that also occur in another part/)
    const split = { ...plainSplit, groupBy: 'c' }
    const inputs = { kind: 'columns', numeric: ['a', 'b'], categorical: [], encoding: 'one-hot' } as const
    const torn = await loadDataset(three('torn', { split, inputs }))
    expect(
      checkData(torn, ['groups'])
        .map((f) => f.message)
        .join(),
    ).toMatch(/c/)
    const late = await loadDataset(three('late', {}, (row, i) => (i > 95 ? row.replace(/(yes|no)$/, 'maybe') : row)))
    expect(
      checkData(late, ['strata'])
        .map((f) => f.message)
        .join(),
    ).toMatch(/maybe/)
  })

  it('are compared with those of a base, part by part', async () => {
    const base = three('base')
    const edited = three('edited', {}, (row, i) =>
      i === 85 ? row.replace(/^[^,]*/, '7.25') : i === 4 ? row.replace(/^[^,]*/, '3.5') : row,
    )
    const own = await loadDataset(edited)
    expect(await changedRows(base, edited, own.splits)).toMatchObject({
      parts: [
        { part: 'validation', edited: 0, moved: 0, growth: 0 },
        { part: 'test', edited: 1, moved: 0, growth: 0 },
      ],
      training: { edited: 1 },
    })
    const joined = await baseRows(base, edited, own)
    expect(joined.splits.train.length).toBe(60)
    const before = await loadDataset(base)
    // The base keeps its own training rows, and is measured on those of the change.
    expect(rowOf(joined, 4)).toEqual(rowOf(before, 4))
    expect(rowOf(joined, 85)).not.toEqual(rowOf(before, 85))
  })
})

describe('init on several files', () => {
  it('knows the parts by name, or three by their order', () => {
    expect(assignParts(['d/test.csv', 'd/train.csv', 'd/dev.csv'])).toEqual({
      source: 'd/train.csv',
      files: { validation: 'd/dev.csv', test: 'd/test.csv' },
    })
    expect(assignParts(['a.csv', 'b.csv', 'c.csv'])).toEqual({
      source: 'a.csv',
      files: { validation: 'b.csv', test: 'c.csv' },
    })
    expect(assignParts(['train/x.csv', 'test/x.csv'])).toEqual({ source: 'train/x.csv', files: { test: 'test/x.csv' } })
    expect(() => assignParts(['a.csv', 'b.csv'])).toThrow(/not clear which file/)
    expect(() => assignParts(['train-1.csv', 'train-2.csv'])).toThrow(/not clear which file/)
  })

  it('counts rows and gaps of all of them', async () => {
    const { source, files } = three('init', {}, (row, i) => (i === 70 || i === 90 ? row.replace(/^[^,]*/, '') : row))
    const found = await inspectParts({ source, files: files ?? {} })
    expect(found).toMatchObject({ trainRows: 60, testRows: 20, summary: { rows: 100 } })
    expect(found.summary.columns[0]).toMatchObject({ name: 'a', missing: 2 })
  })
})
