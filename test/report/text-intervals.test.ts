import { describe, expect, it } from 'vitest'
import type { GateVerdict } from '../../src/records/verdict.ts'
import { buildReport } from '../../src/report/build.ts'
import { textIntervals } from '../../src/report/text-intervals.ts'
import { fakeStudy } from '../support/study.ts'

const { gates } = buildReport(fakeStudy().input).verdict
const regression = gates.find((g) => g.rule.gate === 'regression') as GateVerdict
const lineOf = (value: number, lower: number, upper: number, limit: number): string => {
  const estimate = { what: 'drop', value, lower, upper, level: 0.9 }
  return textIntervals([{ ...regression, estimate, limit }]).split('\n')[0] ?? ''
}

describe('intervals in letters', () => {
  it('stand in the order of their numbers', () => {
    const inside = lineOf(-0.01, -0.02, 0.005, 0.02)
    expect(inside).toMatch(/^regression test accuracy {2}··━+●━+0━+·+┃·· {2}−0\.01 \(−0\.02 to 0\.005\), limit 0\.02$/)
    expect(lineOf(0.03, 0.01, 0.05, 0.02)).toMatch(/ ··0·+━+┃━+●━+·· /)
  })

  it('are 41 columns wide whatever the numbers are', () => {
    const all: [number, number, number, number][] = [
      [0, 0, 0, 0],
      [1e-9, -1e9, 1e9, 0],
      [5, 5, 5, 1],
    ]
    for (const numbers of all) {
      const axis = /accuracy {2}(\S+) {2}/.exec(lineOf(...numbers))?.[1] ?? ''
      expect([...axis]).toHaveLength(41)
      expect(axis).toContain('●')
    }
  })

  it('are one line a gate and one to read them by, or nothing', () => {
    expect(textIntervals(gates).split('\n')).toHaveLength(gates.filter((g) => g.estimate).length + 1)
    expect(textIntervals(gates.map((g) => ({ ...g, estimate: null })))).toBe('')
  })
})
