import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import type { GateEvidence, SeedEvidence } from '../../src/gates/evidence.ts'
import { judge } from '../../src/gates/judge.ts'
import type { AnyGateRule as GateRule } from '../../src/gates/index.ts'
import type { GateVerdict } from '../../src/records/verdict.ts'
import { calibrationFrom } from '../../src/train/calibration.ts'
import { drawnPredictions } from '../support/calibration.ts'
import { evidence, seedsWith } from './evidence.ts'

const base = { metric: 'accuracy', split: 'test', onInconclusive: 'fail' } as const
// statistics.md's fixed vector, with the p values of SciPy.
const worse = [0.912, 0.905, 0.917, 0.909, 0.914]
const better = [0.921, 0.918, 0.925, 0.919, 0.923]

const gateOf = (rule: GateRule, of: GateEvidence): GateVerdict => {
  const [gate] = judge([rule], of).gates
  if (!gate) throw new Error('no gate')
  return gate
}
const valuesOf = ({ evidence: shown = [] }: GateVerdict) => Object.fromEntries(shown.map((e) => [e.what, e.value]))

describe('what is shown beside a verdict', () => {
  it('are the exact tests and the chance to beat the baseline', () => {
    const regression: GateRule = { ...base, gate: 'regression', margin: 0.02, paired: true }
    const sides = evidence(seedsWith('accuracy', worse), seedsWith('accuracy', better, 'b'))
    const shown = valuesOf(gateOf(regression, sides))
    expect(shown['P(candidate > baseline)']).toBe(0)
    expect(shown['exact Mann–Whitney p']).toBeCloseTo(0.00396825, 8)
    expect(shown['exact sign-flip p']).toBeCloseTo(0.03125, 12)
    expect(valuesOf(gateOf({ ...regression, paired: false }, sides))).not.toHaveProperty('exact sign-flip p')
    const ratio = gateOf({ ...base, gate: 'seed-variance', maxRatio: 9 }, sides)
    expect(valuesOf(ratio)['Brown–Forsythe p']).toBeCloseTo(0.40935, 5)
  })

  it('takes no time that a verdict should not take, with many seeds', () => {
    const many = (of: readonly number[]): number[] => [0, 1, 2, 3].flatMap((k) => of.map((v) => v + k * 1e-4))
    const rule: GateRule = { ...base, gate: 'regression', margin: 0.02, paired: true }
    const began = performance.now()
    const shown = valuesOf(
      gateOf(rule, evidence(seedsWith('accuracy', many(worse)), seedsWith('accuracy', many(better), 'b'))),
    )
    expect(performance.now() - began).toBeLessThan(200)
    expect(Object.keys(shown)).toEqual(['P(candidate > baseline)', 'exact Mann–Whitney p'])
  })

  it('turns with a metric where lower is better', () => {
    const rule: GateRule = { ...base, metric: 'nll', gate: 'calibration', margin: 0.02, paired: true }
    const found = valuesOf(gateOf(rule, evidence(seedsWith('nll', better), seedsWith('nll', worse, 'b'))))
    expect(found['exact Mann–Whitney p']).toBeCloseTo(0.00396825, 8)
  })

  it('is left out where it cannot be had, and changes no verdict', () => {
    const rule: GateRule = { ...base, gate: 'regression', margin: 0.02, paired: false }
    expect(gateOf(rule, evidence(seedsWith('accuracy', [0.9]), seedsWith('accuracy', better, 'b')))).not.toHaveProperty(
      'evidence',
    )
  })
})

describe('calibration error beside the calibration gate', () => {
  const rule: GateRule = { ...base, metric: 'nll', gate: 'calibration', margin: 0.05, paired: false }
  const nll = [0.5, 0.51, 0.49]
  const seeds = (sharpness: number): SeedEvidence[] =>
    seedsWith('nll', nll).map((s, i) => ({
      ...s,
      calibration: calibrationFrom(drawnPredictions(i, 360, sharpness), drawnPredictions(i + 102, 360, sharpness), 'test'),
    }))
  const sides = (of: readonly SeedEvidence[]): GateEvidence => ({ ...evidence(of, seedsWith('nll', nll, 'b')) })

  it('is held against what honest confidences would show', () => {
    const off = gateOf(rule, sides(seeds(3)))
    expect(off.evidence?.at(-1)?.sentence).toMatch(
      /error \(test, 15 bins of equal width\) is 0\.\d+ on average; .* on 3 of 3 seeds: there the confidences are off/,
    )
    const honest = gateOf(rule, sides(seeds(1)))
    expect(honest.evidence?.at(-1)?.sentence).toMatch(/on 0 of 3 seeds: no sign that the confidences are off/)
    const mean = seeds(3).reduce((sum, s) => sum + (s.calibration?.asTrained.ece ?? NaN), 0) / 3
    expect(valuesOf(off)['ECE']).toBeCloseTo(mean, 12)
    // It is evidence, and never the verdict.
    expect([off.status, honest.status]).toEqual(['pass', 'pass'])
  })

  it('is shown without a baseline too, and left out where no run was summed up', () => {
    expect(
      valuesOf(gateOf(rule, { candidate: seeds(1), baseline: null, missingBaselineReason: 'there is none' })),
    ).toHaveProperty('ECE')
    expect(valuesOf(gateOf(rule, sides(seedsWith('nll', nll))))).not.toHaveProperty('ECE')
    expect(valuesOf(gateOf({ ...rule, gate: 'regression' } as GateRule, sides(seeds(1))))).not.toHaveProperty('ECE')
  })
})

describe('what would change a verdict', () => {
  const random = stream(4, 'turning')
  const draw = (n: number, sd: number): number[] => Array.from({ length: n }, () => 0.9 + sd * random.normal())
  const timed = (side: string): SeedEvidence[] =>
    draw(5, 0.05).map((seconds, seed) => ({
      seed,
      status: 'complete',
      validation: {},
      test: {},
      weights: `${side}${seed}`,
      time: { seconds, machine: 'one' },
    }))
  const rules: readonly [string, (limit: number) => GateRule, 1 | -1][] = [
    ['regression', (margin) => ({ ...base, gate: 'regression', margin, paired: false }), 1],
    ['seed-variance', (maxStd) => ({ ...base, gate: 'seed-variance', maxStd }), 1],
    ['ratio', (maxRatio) => ({ ...base, gate: 'seed-variance', maxRatio }), 1],
    ['at least', (min) => ({ ...base, gate: 'threshold', min, max: null }), -1],
    ['at most', (max) => ({ ...base, gate: 'threshold', min: null, max }), 1],
    ['training-time', (maxRatio) => ({ gate: 'training-time', onInconclusive: 'fail', maxRatio }), 1],
  ]

  it.each(rules)('names the limit beyond which the same seeds pass, and short of which they do not: %s', (_, rule, side) => {
    for (let i = 0; i < 40; i++) {
      const sides: GateEvidence = {
        ...evidence(seedsWith('accuracy', draw(5, 0.01)), seedsWith('accuracy', draw(5, 0.01), 'b')),
      }
      const all =
        _ === 'training-time'
          ? { ...sides, candidate: timed('c'), baseline: { source: 'b', runs: timed('b'), notes: [] } }
          : sides
      const { change } = gateOf(rule(0.5), all)
      const limit = /with any margin\.$/.test(change ?? '')
        ? 0
        : Number(/(−?[\d.e-]+)(?: on)?\.$/.exec(change ?? '')?.[1]?.replace('−', '-'))
      expect(gateOf(rule(limit + side * 0.001 * Math.max(1, Math.abs(limit))), all).status).toBe('pass')
      if (limit > 0.002)
        expect(gateOf(rule(limit - side * 0.001 * Math.max(1, Math.abs(limit))), all).status).not.toBe('pass')
    }
  })

  it('is not said where nothing was estimated', () => {
    expect(
      gateOf({ ...base, gate: 'threshold', min: 0.5, max: null }, evidence(seedsWith('accuracy', [0.9]))).change,
    ).toBeNull()
  })
})
