import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../bench/quality/results.ts'
import { gapTable, harmTable, meanTable, pairedTable, type Judged } from '../../../bench/quality/tables.ts'
import { someLevers } from '../../support/levers.ts'

const spread = (center: number): number[] => [center - 0.1, center, center + 0.1]
const cell = (over: Partial<Cell>, center: number): Cell => ({
  set: 'a',
  arm: 'tunegate',
  start: 'init',
  root: 1,
  steps: 150,
  levers: someLevers,
  moved: 'learningRate 0.001 → 0.1',
  final: { test: spread(center), validation: [], share: [], failed: 0 },
  ...over,
})
const judged = (name: string, check: boolean, tunegate: number, search: number): Judged => ({
  set: { name, kind: 'tabular', task: 'classification', use: 'rules', ...(check ? { check } : {}) },
  objective: 'nll',
  oracle: { levers: someLevers, final: { test: spread(1), validation: [], share: [], failed: 0 }, steps: 1 },
  budgets: { 1: 100 },
  cells: [
    cell({ arm: 'declared', root: 0, steps: 0 }, 1.2),
    cell({ arm: 'declared', root: 0, steps: 0, start: 'low' }, 2),
    cell({}, tunegate),
    cell({ start: 'low' }, tunegate),
    cell({ arm: 'random' }, search),
  ],
})
const all = [judged('a', false, 1.1, 1.3), judged('b', false, 1.3, 1.3), judged('wine', true, 90, 1)]
const arms = ['declared', 'tunegate', 'random']

describe('the tables of the benchmark', () => {
  it('show the gaps, and the steps in those that are allowed', () => {
    expect(gapTable(all.slice(0, 1), arms, ['init', 'low']).rows).toEqual([
      ['a', 'init', '2.00', '1.00', '3.00', '×1.50'],
      // A search has no start: it is compared with every one.
      ['a', 'low', '10.0', '1.00', '3.00', '×1.50'],
    ])
  })
  it('leave a data set that is only a check out of the means', () => {
    expect(meanTable(all, arms, ['init']).rows).toEqual([
      ['init', '2.00 ± 0.00 (2.00)', '2.00 ± 1.00 (2.00)', '3.00 ± 0.00 (3.00)'],
    ])
  })
  it('compare arms paired by data set', () => {
    expect(pairedTable(all, arms, ['init']).rows).toEqual([['init', '0.00 ± 1.00 (1, 1)', '1.00 ± 1.00 (1, 0)']])
  })
  it('name a study that did harm, a check as well', () => {
    const { rows } = harmTable(all, ['init', 'low'])
    expect(rows.map((row) => [row[0], row[1], row[6]])).toEqual([
      ['wine', 'init', 'worse'],
      ['wine', 'low', 'worse'],
    ])
    expect(harmTable(all.slice(0, 1), ['init']).rows[0]?.[0]).toBe('none')
  })
})
