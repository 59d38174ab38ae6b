import { describe, expect, it } from 'vitest'
import { apportion, splitRows } from '../../src/data/splits.ts'
import type { SplitRequest } from '../../src/data/splits.ts'
import { InputError } from '../../src/base/diagnostics.ts'
import type { Splits } from '../../src/data/types.ts'

const base = { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 17 } as const
const request = (rows: number, more: Partial<SplitRequest> = {}): SplitRequest => ({
  rows,
  split: base,
  classes: null,
  groups: null,
  ...more,
})
const parts = ({ train, validation, test }: Splits): number[][] => [[...train], [...validation], [...test]]

/** Every row is in exactly one part, and each part ascends. */
function expectPartition(rows: number, splits: Splits): void {
  const all = parts(splits)
  expect(all.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i))
  for (const part of all) expect(part).toEqual([...part].sort((a, b) => a - b))
}

describe('largest remainder', () => {
  it.each([
    // total, fractions, counts worked out by hand
    [1797, [0.6, 0.2, 0.2], [1078, 360, 359]],
    [10, [0.7, 0.2, 0.1], [7, 2, 1]],
    [3, [0.6, 0.2, 0.2], [1, 1, 1]],
    [4, [0.6, 0.2, 0.2], [2, 1, 1]],
    [2, [0.8, 0.2, 0], [1, 1, 0]],
    [30, [1 - 0.1 - 0.2, 0.1, 0.2], [21, 3, 6]],
    [10, [1 - 0.9, 0.9, 0], [1, 9, 0]],
    [5, [1, 0, 0], [5, 0, 0]],
    [0, [0.6, 0.2, 0.2], [0, 0, 0]],
  ] as const)('divides %i by %j into %j', (total, fractions, counts) => {
    expect(apportion(total, fractions)).toEqual(counts)
  })

  it('does not round many classes the same way', () => {
    const carry: [number, number, number] = [0, 0, 0]
    const sums = [0, 0, 0]
    for (let i = 0; i < 100; i++) {
      apportion(7, [0.6, 0.2, 0.2], carry).forEach((n, part) => {
        sums[part] = (sums[part] ?? 0) + n
      })
    }
    // Quotas of 420, 140 and 140; alone, each class of 7 would give 4, 2, 1: 400, 200 and 100.
    expect(sums).toEqual([420, 140, 140])
    expect(apportion(7, [0.6, 0.2, 0.2])).toEqual([4, 2, 1])
  })
})

describe('random splits', () => {
  it('partition the rows, differ by seed, and seed 0 is a seed', () => {
    const prints = [0, 1, 17].map((seed) => {
      const splits = splitRows(request(100, { split: { ...base, seed } }))
      expectPartition(100, splits)
      expect(parts(splits).map((p) => p.length)).toEqual([60, 20, 20])
      expect(parts(splitRows(request(100, { split: { ...base, seed } })))).toEqual(parts(splits))
      return JSON.stringify(parts(splits))
    })
    expect(new Set(prints).size).toBe(3)
  })

  it('give every row the same chance of every part', () => {
    const inTest = new Array<number>(20).fill(0)
    for (let seed = 0; seed < 2000; seed++) {
      for (const row of splitRows(request(20, { split: { ...base, seed } })).test) inTest[row] = (inTest[row] ?? 0) + 1
    }
    // Binomial(2000, 0.2): SD 17.9; five SD either way is beyond chance for 20 rows.
    for (const n of inTest) expect(Math.abs(n - 400)).toBeLessThan(90)
  })

  it('leave the test rows as they are when the validation fraction changes', () => {
    const [a, b] = [0.1, 0.3].map((validation) => splitRows(request(200, { split: { ...base, validation } })))
    expect(a?.test).toEqual(b?.test)
    expect(a?.validation).not.toEqual(b?.validation)
  })

  it('take a million rows', () => {
    expect(splitRows(request(1_000_000)).test.length).toBe(200_000)
  })

  it('may have no test or validation part', () => {
    const splits = splitRows(request(10, { split: { ...base, validation: 0, test: 0.3 } }))
    expect(parts(splits).map((p) => p.length)).toEqual([7, 0, 3])
  })

  it.each([
    [2, 0.2, 0.2],
    [10, 0.5, 0.5],
    [10, -0.1, 0.2],
    [10, NaN, 0.2],
  ])('of %i rows with %d and %d are refused', (rows, validation, test) => {
    expect(() => splitRows(request(rows, { split: { ...base, validation, test } }))).toThrow(InputError)
  })
})

describe('stratified splits', () => {
  const classes = Int32Array.from({ length: 403 }, (_, i) => (i % 100 === 7 ? 2 : i % 5 === 0 ? 1 : 0))
  const share = (rows: readonly number[], code: number): number => rows.filter((row) => classes[row] === code).length

  it('keep the proportions of every class to within one row', () => {
    const splits = splitRows(request(403, { classes }))
    expectPartition(403, splits)
    const all = parts(splits)
    for (const code of [0, 1, 2]) {
      const total = share(all.flat(), code)
      ;[0.6, 0.2, 0.2].forEach((f, i) => expect(Math.abs(share(all[i] ?? [], code) - f * total)).toBeLessThanOrEqual(1))
    }
    const totals = all.map((p) => p.length)
    ;[0.6, 0.2, 0.2].forEach((f, i) => expect(Math.abs((totals[i] ?? 0) - f * 403)).toBeLessThan(1))
  })

  it('give the smallest class, of four rows, to every part', () => {
    for (let seed = 0; seed < 50; seed++) {
      const small = Int32Array.from({ length: 60 }, (_, i) => (i % 15 === 0 ? 1 : 0))
      const splits = splitRows(request(60, { classes: small, split: { ...base, seed } }))
      for (const part of parts(splits)) expect(part.some((row) => small[row] === 1)).toBe(true)
    }
  })
})

describe('grouped splits', () => {
  const groups = Int32Array.from({ length: 1000 }, (_, i) => Math.floor((i * i) / 12_500))
  const partOf = (splits: Splits): Map<number, number> =>
    new Map(parts(splits).flatMap((rows, part) => rows.map((row) => [row, part] as const)))

  it('keep every group whole, near the fractions, for every seed', () => {
    const prints = new Set<string>()
    for (let seed = 0; seed < 30; seed++) {
      const splits = splitRows(request(1000, { groups, split: { ...base, seed } }))
      expectPartition(1000, splits)
      const part = partOf(splits)
      for (let row = 1; row < 1000; row++) if (groups[row] === groups[row - 1]) expect(part.get(row)).toBe(part.get(row - 1))
      const sizes = parts(splits).map((p) => p.length)
      ;[600, 200, 200].forEach((wanted, i) => expect(Math.abs((sizes[i] ?? 0) - wanted)).toBeLessThan(40))
      prints.add(JSON.stringify(parts(splits)))
    }
    expect(prints.size).toBe(30)
  })

  it('balance the classes as far as whole groups allow', () => {
    // 60 groups of 10 rows; 20 of them hold class 1 only.
    const byTen = Int32Array.from({ length: 600 }, (_, i) => Math.floor(i / 10))
    const classes = Int32Array.from(byTen, (g) => (g % 3 === 0 ? 1 : 0))
    for (let seed = 0; seed < 20; seed++) {
      const splits = splitRows(request(600, { groups: byTen, classes, split: { ...base, seed } }))
      expect(parts(splits).map((p) => p.filter((row) => classes[row] === 1).length)).toEqual([120, 40, 40])
    }
  })

  it('are refused where there are fewer groups than parts', () => {
    const two = Int32Array.from({ length: 100 }, (_, i) => i % 2)
    expect(() => splitRows(request(100, { groups: two }))).toThrow(/leaves the test part empty/)
  })
})
