import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judge } from '../../src/gates/judge.ts'
import type { MetricName } from '../../src/records/metrics.ts'
import type { AnyGateRule as GateRule } from '../../src/gates/index.ts'
import type { VerdictStatus } from '../../src/records/verdict.ts'
import { evidence, seedsWith } from './evidence.ts'

interface Case {
  readonly gate: 'regression' | 'threshold' | 'seed-variance'
  readonly metric?: MetricName
  readonly margin?: number
  readonly paired?: boolean
  readonly limit?: number
  readonly kind?: 'min' | 'max'
  readonly cap?: number
  readonly baseline?: readonly number[]
  readonly candidate: readonly number[]
  readonly value: number
  readonly lower: number
  readonly upper: number
  readonly status: VerdictStatus
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('./fixtures/gates.json', import.meta.url), 'utf8'))

function ruleOf(c: Case): GateRule {
  const base = { metric: c.metric ?? 'accuracy', split: 'test', onInconclusive: 'fail' } as const
  switch (c.gate) {
    case 'regression':
      return { ...base, gate: c.gate, margin: c.margin ?? NaN, paired: c.paired ?? false }
    case 'threshold':
      return {
        ...base,
        gate: c.gate,
        min: c.kind === 'min' ? (c.limit ?? NaN) : null,
        max: c.kind === 'max' ? (c.limit ?? NaN) : null,
      }
    case 'seed-variance':
      return { ...base, gate: c.gate, maxStd: c.cap ?? NaN }
  }
}

describe('gates agree with SciPy', () => {
  it.each(cases.map((c, i) => [i, c.gate, c.status, c] as const))('case %i: %s %s', (_i, _gate, status, c) => {
    const metric = c.metric ?? 'accuracy'
    const verdict = judge(
      [ruleOf(c)],
      evidence(seedsWith(metric, c.candidate), c.baseline ? seedsWith(metric, c.baseline, 'baseline') : null),
    )
    const [gate] = verdict.gates
    expect(gate?.status, gate?.sentence).toBe(status)
    expect(verdict.status).toBe(status)
    expect(gate?.estimate?.value).toBeCloseTo(c.value, 10)
    expect(gate?.estimate?.lower).toBeCloseTo(c.lower, 9)
    expect(gate?.estimate?.upper).toBeCloseTo(c.upper, 9)
    expect(gate?.blocks).toBe(status !== 'pass')
    if (status === 'inconclusive') expect(gate?.remedy).toMatch(/seeds|SD|limit/)
  })

  it('covers every status of every gate', () => {
    const seen = new Set(cases.map((c) => `${c.gate} ${c.status}`))
    expect(seen.size).toBe(9)
  })
})
