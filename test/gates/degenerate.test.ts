import { describe, expect, it } from 'vitest'
import { judge } from '../../src/gates/judge.ts'
import { judgeInLooks } from '../../src/gates/sequential.ts'
import type { MetricName } from '../../src/records/metrics.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import { evidence, seedsWith } from './evidence.ts'

const common = { split: 'test', onInconclusive: 'fail' } as const
const of = (metric: MetricName) => ({ ...common, metric })
const rules: readonly AnyGateRule[] = [
  { ...of('rmse'), gate: 'regression', margin: 0.01, paired: false },
  { ...of('rmse'), gate: 'regression', margin: 0.01, paired: true },
  { ...of('rmse'), gate: 'threshold', min: null, max: 1 },
  { ...of('rmse'), gate: 'threshold', min: 1, max: null },
  { ...of('rmse'), gate: 'seed-variance', maxStd: 1 },
  { ...of('rmse'), gate: 'seed-variance', maxRatio: 2 },
]

/** Values of a metric over seeds, and whether no gate may make a pass of them, or none that looks at this side alone. */
const sides: readonly { readonly name: string; readonly values: readonly number[]; readonly never: boolean | 'alone' }[] = [
  { name: 'nothing', values: [], never: true },
  { name: 'one seed', values: [0.9], never: true },
  { name: 'NaN', values: [0.9, NaN, 0.8, 0.9, 0.85], never: true },
  { name: 'infinity', values: [0.9, 0.8, Infinity, 0.9, 0.85], never: true },
  { name: 'minus infinity', values: [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity], never: true },
  // One side with spread is enough for an interval of the difference.
  { name: 'three equal ones', values: [0.9, 0.9, 0.9], never: 'alone' },
  { name: 'equal', values: [0.9, 0.9, 0.9, 0.9, 0.9, 0.9], never: false },
  { name: 'huge', values: [1e308, 0.9e308, 1.1e308, 1e308, 0.8e308], never: false },
  { name: 'huge of both signs', values: [1.7e308, -1.7e308, 1e308, -1e308, 0], never: false },
  { name: 'tiny', values: [1e-308, 3e-308, 2e-308, 4e-308, 1e-308], never: false },
  { name: 'the smallest that there are', values: [5e-324, 0, 1e-323, 0, 5e-324], never: false },
  { name: 'plain', values: [0.91, 0.94, 0.92, 0.93, 0.9], never: false },
]

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(numbersOf)
}

describe.each(sides)('a candidate of $name', ({ values, never }) => {
  it.each(sides)('against a baseline of $name: no crash, no number that is none, no pass that was not earned', (other) => {
    const shown = evidence(seedsWith('rmse', values), seedsWith('rmse', other.values, 'baseline'))
    for (const rule of rules) {
      const [gate] = judge([rule], shown).gates
      const { verdict } = judgeInLooks([rule], shown, [3, 5])
      for (const found of [gate, ...verdict.gates]) {
        if (!found) throw new Error('no verdict')
        const what = `${rule.gate}: ${JSON.stringify(found)}`
        for (const n of numbersOf(found)) expect(Number.isFinite(n), what).toBe(true)
        expect(found.sentence, what).toMatch(/\w+ \w+ \w+/)
        expect(`${found.sentence} ${found.remedy ?? ''} ${found.notes.join(' ')}`, what).not.toMatch(
          /NaN|undefined|\[object/,
        )
        const compares = rule.gate === 'regression' || 'maxRatio' in rule
        if (never === true || (compares ? other.never === true : never)) expect(found.status, what).not.toBe('pass')
        if (found.status === 'inconclusive') expect(found.remedy, what).toMatch(/\w+ \w+/)
      }
    }
  })
})
