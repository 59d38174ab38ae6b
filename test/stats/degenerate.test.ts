import { describe, expect, it } from 'vitest'
import { blockNoise } from '../../src/stats/blocks.ts'
import {
  differenceInterval,
  interquartileMeanInterval,
  pairedT,
  sigmaInterval,
  sigmaRatioInterval,
  tInterval,
  welch,
} from '../../src/stats/intervals.ts'
import { beatsNoise, beatsNoisePaired } from '../../src/stats/noise.ts'
import { seedsNeeded } from '../../src/stats/power.ts'
import { superiority } from '../../src/stats/superiority.ts'
import { brownForsythe, holm, mannWhitney, signFlip } from '../../src/stats/tests.ts'

/** What a metric of seeds can be when something is wrong; `usable` where a statistic may still make sense of it. */
export const awkward: readonly { readonly name: string; readonly values: readonly number[]; readonly usable: boolean }[] = [
  { name: 'nothing', values: [], usable: false },
  { name: 'one seed', values: [0.9], usable: false },
  { name: 'NaN', values: [0.9, NaN, 0.8], usable: false },
  { name: 'only NaN', values: [NaN, NaN, NaN], usable: false },
  { name: 'infinity', values: [0.9, Infinity, 0.8], usable: false },
  { name: 'minus infinity', values: [0.9, 0.8, -Infinity], usable: false },
  { name: 'both infinities', values: [Infinity, -Infinity, 1], usable: false },
  { name: 'equal', values: [0.9, 0.9, 0.9], usable: true },
  { name: 'equal zeros', values: [0, 0, 0], usable: true },
  { name: 'zeros of both signs', values: [0, -0, 0], usable: true },
  { name: 'equal but for rounding', values: [0.1 + 0.2, 0.3, 0.3], usable: true },
  { name: 'equal and huge', values: [1e308, 1e308, 1e308], usable: true },
  { name: 'huge', values: [1e308, 0.9e308, 1.1e308], usable: true },
  { name: 'huge of both signs', values: [1.7e308, -1.7e308, 1e308], usable: true },
  { name: 'tiny', values: [1e-308, 3e-308, 2e-308], usable: true },
  { name: 'the smallest that there are', values: [5e-324, 0, 1e-323], usable: true },
  { name: 'huge and tiny', values: [1e308, 1e-308, 0.5], usable: true },
  { name: 'plain', values: [0.91, 0.94, 0.92], usable: true },
]

/** Every number in a result, however deep; a reader of it never meets one that is not finite. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(numbersOf)
}

type Result = { readonly kind: string; readonly reason?: string }

function explained(result: Result, what: string): void {
  if (result.kind === 'undefined') expect(result.reason, what).toMatch(/\w+ \w+ \w+/)
  else for (const n of numbersOf(result)) expect(Number.isFinite(n), `${what}: ${JSON.stringify(result)}`).toBe(true)
  expect(JSON.stringify(result.reason ?? ''), what).not.toMatch(/undefined|\[object/)
}

const ofOne: Readonly<Record<string, (x: readonly number[]) => Result>> = {
  't interval': (x) => tInterval(x),
  'interval of σ': (x) => sigmaInterval(x),
  'interval of the interquartile mean': (x) => interquartileMeanInterval(x),
}
const ofTwo: Readonly<Record<string, (a: readonly number[], b: readonly number[]) => Result>> = {
  Welch: welch,
  'paired t': pairedT,
  'interval of a difference': (a, b) => differenceInterval(a, b, { paired: false }),
  'interval of a paired difference': (a, b) => differenceInterval(a, b, { paired: true }),
  'interval of a ratio of spreads': (a, b) => sigmaRatioInterval(a, b),
  'Mann–Whitney': mannWhitney,
  'sign flip': signFlip,
  'Brown–Forsythe': (a, b) => brownForsythe([a, b]),
  'P(candidate > baseline)': (a, b) => superiority(a, b, true),
}
const neverNeedsTwo = new Set(['Mann–Whitney', 'sign flip', 'P(candidate > baseline)'])

describe('degenerate input is explained or answered with finite numbers', () => {
  describe.each(Object.entries(ofOne))('%s', (name, statistic) => {
    it.each(awkward)('of $name', ({ values, usable }) => {
      const result = statistic(values)
      explained(result, name)
      if (!usable) expect(result.kind).toBe('undefined')
    })
  })

  describe.each(Object.entries(ofTwo))('%s', (name, statistic) => {
    it.each(awkward)('of $name against everything, either way round', ({ name: own, values, usable }) => {
      for (const other of awkward) {
        for (const [a, b] of [
          [values, other.values],
          [other.values, values],
        ] as const) {
          const result = statistic(a, b)
          explained(result, `${name}, ${own} against ${other.name}`)
          if ((usable && other.usable) || (own === 'one seed' && neverNeedsTwo.has(name))) continue
          if (other.name === 'one seed' && neverNeedsTwo.has(name)) continue
          expect(result.kind, `${name}, ${own} against ${other.name}`).toBe('undefined')
        }
      }
    })
  })

  it.each(awkward)(
    'a gain over noise, $name: what cannot be computed keeps the incumbent and says why',
    ({ values, usable }) => {
      for (const other of awkward) {
        for (const pooledSd of [0.01, 0, NaN, Infinity, 1e308, 5e-324]) {
          const question = { candidate: values, incumbent: other.values, pooledSd, pooledDf: 4, higherIsBetter: true }
          for (const verdict of [beatsNoise(question), beatsNoisePaired(question)]) {
            expect(verdict.reason).toMatch(/\w+ \w+ \w+/)
            if (verdict.beats) for (const n of numbersOf(verdict)) expect(Number.isFinite(n)).toBe(true)
            if ((!usable || !other.usable) && values.length !== 1 && other.values.length !== 1)
              expect(verdict.beats).toBe(false)
          }
        }
      }
    },
  )

  it('seeds needed of any effect, spread, level and power', () => {
    const numbers = [NaN, Infinity, -Infinity, 0, -1, 1e308, 1e-308, 5e-324, 1]
    const shares = [NaN, 0, 1, -1, 2, 0.05, 1e-300]
    for (const effect of numbers) {
      for (const sd of numbers) {
        for (const alpha of shares) {
          const result = seedsNeeded({ effect, sd, alpha, power: 0.8 })
          explained(result, `effect ${effect}, sd ${sd}, alpha ${alpha}`)
          if (!(effect > 0 && sd > 0 && alpha > 0 && alpha < 1)) expect(result.kind).toBe('undefined')
        }
      }
    }
  })

  it('Holm claims nothing of p values that are none', () => {
    const { adjusted, rejected } = holm([NaN, NaN, 0.001, 1, 0])
    expect(adjusted.every((p) => p >= 0 && p <= 1)).toBe(true)
    expect(rejected).toEqual([false, false, true, false, true])
  })

  it('the noise of a block design is a number or none', () => {
    for (const { values } of awkward) {
      const { sd, df } = blockNoise([[...values], [...values]])
      expect(df).toBeGreaterThanOrEqual(0)
      expect(Number.isNaN(sd) || sd >= 0).toBe(true)
    }
  })
})
