import { describe, expect, it } from 'vitest'
import { stream, type Stream } from '../../src/base/random.ts'
import type { GateEvidence, SeedEvidence } from '../../src/gates/evidence.ts'
import { judge } from '../../src/gates/judge.ts'
import { judgeInLooks } from '../../src/gates/sequential.ts'
import type { AnyGateRule as GateRule } from '../../src/gates/index.ts'
import type { GateVerdict } from '../../src/records/verdict.ts'

const base = { metric: 'nll', split: 'test', onInconclusive: 'fail' } as const
const rulesOf = (random: Stream): GateRule[] => {
  const limit = (): number => 10 ** (4 * random.uniform() - 3)
  return [
    { ...base, gate: 'regression', margin: limit(), paired: random.uniform() < 0.5 },
    { ...base, gate: 'calibration', margin: limit(), paired: true },
    { ...base, gate: 'threshold', min: limit(), max: null },
    { ...base, gate: 'threshold', min: null, max: limit() },
    { ...base, gate: 'seed-variance', maxStd: limit() },
    { ...base, gate: 'seed-variance', maxRatio: limit() },
    { gate: 'training-time', onInconclusive: 'fail', maxRatio: limit() },
    { gate: 'model-size', onInconclusive: 'fail', maxRatio: limit() },
  ]
}

const odd = [NaN, Infinity, -Infinity, 0, 1e308, -1e308, 5e-324, 1e-300]

/**
 * A seed as anything may leave it: mostly sound, sometimes ended, without a value, with a value that is none, or as another.
 */
function seedOf(random: Stream, seed: number, side: string): SeedEvidence {
  const dice = random.uniform()
  const value = dice < 0.1 ? (odd[random.integer(odd.length)] as number) : dice < 0.2 ? 0.5 : 0.5 + 0.1 * random.normal()
  const seconds = dice < 0.1 ? (odd[random.integer(odd.length)] as number) : Math.exp(0.1 * random.normal())
  const weights = dice < 0.05 ? 'same' : dice < 0.08 ? null : `${side}${seed}`
  if (dice > 0.97) return { seed, status: 'crashed', validation: null, test: null, weights: null }
  if (dice > 0.94) return { seed, status: 'diverged', validation: null, test: null, weights: null }
  if (dice > 0.92) return { seed, status: 'complete', validation: {}, test: null, weights }
  return {
    seed,
    status: 'complete',
    validation: {},
    test: { nll: value },
    weights,
    time: dice > 0.9 ? { seconds } : { seconds, machine: 'one' },
  }
}

function evidenceOf(random: Stream): GateEvidence {
  const side = (name: string): SeedEvidence[] =>
    Array.from({ length: random.integer(9) }, (_, i) => seedOf(random, random.uniform() < 0.95 ? i : 90 + i, name))
  const candidate = side('c')
  const parameters = random.uniform() < 0.9 ? { parameters: random.integer(1000) } : {}
  if (random.uniform() < 0.1) return { candidate, baseline: null, missingBaselineReason: 'there is none', ...parameters }
  const runs = random.uniform() < 0.1 ? candidate : side('b')
  return {
    candidate,
    missingBaselineReason: null,
    baseline: { source: 'b', runs, notes: [], alternated: random.uniform() < 0.5, parameters: random.integer(1000) },
    ...parameters,
  }
}

const sound = ({ status, test }: SeedEvidence): boolean => status === 'complete' && Number.isFinite(test?.nll)

function check({ rule, status, estimate, evidence, blocks, remedy, sentence }: GateVerdict, of: GateEvidence): void {
  // A verdict is text and finite numbers, whatever it was made from.
  for (const value of [estimate, ...(evidence ?? [])].flatMap((e) => (e ? Object.values(e) : []))) {
    if (typeof value === 'number') expect(Number.isFinite(value), `${rule.gate}: ${sentence}`).toBe(true)
  }
  if (estimate) expect(estimate.lower <= estimate.value && estimate.value <= estimate.upper, sentence).toBe(true)
  expect(blocks).toBe(status !== 'pass')
  if (status === 'inconclusive') expect(remedy).toBeTruthy()
  if (status !== 'pass' || rule.gate === 'model-size') return
  // A pass is earned by two seeds or more, all of which ended, with numbers; and against a baseline, where there is one of
  // the same.
  expect(of.candidate.length).toBeGreaterThanOrEqual(2)
  if (rule.gate === 'training-time') return expect(of.candidate.every((s) => s.status === 'complete')).toBe(true)
  expect(of.candidate.every(sound)).toBe(true)
  if (rule.gate !== 'threshold' && !('maxStd' in rule))
    expect(of.baseline?.runs.filter(sound).length).toBeGreaterThanOrEqual(2)
}

describe('every gate, on whatever seeds leave behind', () => {
  it.each([1, 2, 3, 4])('passes only what sound seeds have earned, says why it does not, and never breaks (%s)', (seed) => {
    const random = stream(seed, 'gate properties')
    const count = { pass: 0, fail: 0, inconclusive: 0 }
    for (let i = 0; i < 400; i++) {
      const of = evidenceOf(random)
      for (const gate of judge(rulesOf(random), of).gates) {
        check(gate, of)
        count[gate.status] += 1
      }
    }
    for (const status of ['pass', 'fail', 'inconclusive'] as const) expect(count[status]).toBeGreaterThan(100)
  })

  it('comes to the same verdict in looks as at once, where the last look is what decides', () => {
    const random = stream(9, 'gate looks')
    for (let i = 0; i < 200; i++) {
      const of = evidenceOf(random)
      const rules = rulesOf(random)
      const { verdict, seeds } = judgeInLooks(rules, of, [3, 8])
      expect(seeds).toBeLessThanOrEqual(Math.max(of.candidate.length, 0))
      if (seeds === of.candidate.length) verdict.gates.forEach((gate) => check(gate, of))
    }
  })

  it('is the same whichever way it is asked twice', () => {
    const random = stream(10, 'gate twice')
    const of = evidenceOf(random)
    const rules = rulesOf(random)
    expect(JSON.stringify(judge(rules, of))).toBe(JSON.stringify(judge(rules, of)))
  })
})
