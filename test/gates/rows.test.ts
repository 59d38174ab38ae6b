import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import { judge } from '../../src/gates/judge.ts'
import type { StudyDesign } from '../../src/gates/power.ts'
import { threshold } from '../../src/gates/threshold.ts'
import { verificationStatistics } from '../../src/gates/verification.ts'
import type { LockedSeed } from '../../src/records/lock.ts'
import { mean } from '../../src/stats/describe.ts'
import { evidence } from './evidence.ts'

const atLeast: AnyGateRule = {
  gate: 'threshold',
  metric: 'accuracy',
  split: 'test',
  min: 0.9,
  max: null,
  onInconclusive: 'fail',
}
const notWorse: AnyGateRule = {
  gate: 'regression',
  metric: 'accuracy',
  split: 'test',
  margin: 0.02,
  paired: true,
  onInconclusive: 'fail',
}

interface Side {
  readonly level: number
  /** What each of 20 groups of rows adds to the level. */
  readonly hard: readonly number[]
  readonly seed: number
}

/** Five seeds that hardly differ, on the same groups of rows. */
function side({ level, hard, seed }: Side): LockedSeed[] {
  const random = stream(seed, 'side')
  return Array.from({ length: 5 }, (_, i) => {
    const own = 0.002 * random.normal()
    const accuracy = hard.map((h) => level + h + own + 0.002 * random.normal())
    const value = { accuracy: mean(accuracy) }
    return {
      seed: 100 + i,
      status: 'complete',
      validation: value,
      test: value,
      testRows: { accuracy },
      weights: `${seed} ${i}`,
    }
  })
}

const even = new Array<number>(20).fill(0)
/** One group in five is hard: an SD of .08. */
const uneven = even.map((_, i) => (i % 5 === 0 ? -0.16 : 0.04))
const rowless = (seeds: readonly LockedSeed[]): LockedSeed[] => seeds.map(({ testRows: _, ...rest }) => rest)
const gateOf = (rule: AnyGateRule, ...sides: Parameters<typeof evidence>) => {
  const [gate] = judge([rule], evidence(...sides)).gates
  if (!gate) throw new Error('no gate')
  return gate
}

describe('a level that few rows show by luck', () => {
  it('passes for these rows, and is open for others, where more seeds do not help', () => {
    const lucky = side({ level: 0.92, hard: uneven, seed: 1 })
    const here = gateOf(atLeast, rowless(lucky))
    expect(here.status).toBe('pass')
    expect(here.sentence).toContain('for other seeds on these rows')
    const there = gateOf(atLeast, lucky)
    expect(there.status).toBe('inconclusive')
    expect(there.sentence).toContain('for other seeds and other rows')
    expect(there.remedy).toContain('Hold out more test rows: the choice of so few rows')
    expect(there.notes.join()).toMatch(/Of the variance behind this interval, \d+ % comes from the choice of test rows/)
    expect(here.notes).toEqual([])
    expect(there.settled).not.toBe(false)
  })

  it('passes where the rows agree', () => {
    expect(gateOf(atLeast, side({ level: 0.92, hard: even, seed: 1 })).status).toBe('pass')
  })

  it('stays within the bounds of its metric', () => {
    const gate = gateOf({ ...atLeast, min: 0.5 }, side({ level: 0.99, hard: uneven, seed: 1 }))
    expect(gate.estimate?.upper).toBe(1)
    expect(gate.status).toBe('pass')
  })

  it('is foreseen from the seeds of a lock', () => {
    const design = (seeds: LockedSeed[]): StudyDesign => ({
      seeds: 5,
      looks: [5],
      parameters: 1,
      baseline: null,
      noise: { source: 'tuning.lock.json', seeds },
    })
    const lucky = side({ level: 0.92, hard: uneven, seed: 1 })
    if (atLeast.gate !== 'threshold') throw new Error('another gate')
    expect(threshold.powerCheck(atLeast, design(rowless(lucky)))).toBeNull()
    expect(threshold.powerCheck(atLeast, design(lucky))?.hint).toContain('hold out more test rows')
  })
})

describe('a share that no seed changes', () => {
  /** Five seeds that are right on the same rows, in 20 groups; their weights differ. */
  const right = (groups: readonly number[], of: string): LockedSeed[] =>
    Array.from({ length: 5 }, (_, i) => {
      const value = { accuracy: mean(groups) }
      return {
        seed: 100 + i,
        status: 'complete',
        validation: value,
        test: value,
        testRows: { accuracy: groups },
        weights: `${of} ${i}`,
      }
    })
  /** Of 20 groups of 50 rows, the model is right on whole groups: the rows are about 20, and not 1,000. */
  const clustered = (wrong: number): number[] => even.map((_, i) => (i < wrong ? 0 : 1))
  const rows = { validation: 1000, test: 1000 }
  const judged = (rule: AnyGateRule, ...sides: Parameters<typeof evidence>) =>
    judge([rule], { ...evidence(...sides), rows }).gates[0]?.status

  it('is judged by groups whose rows are alike', () => {
    const rule: AnyGateRule = { ...atLeast, min: 0.87 }
    expect(judged(rule, rowless(right(clustered(2), 'own')))).toBe('pass')
    expect(judged(rule, right(clustered(2), 'own'))).toBe('inconclusive')
    const regression: AnyGateRule = { ...notWorse, margin: 0.08, paired: false }
    const sides = [right(clustered(2), 'own'), right(clustered(1), 'base')] as const
    expect(judged(regression, rowless(sides[0]), rowless(sides[1]))).toBe('pass')
    expect(judged(regression, ...sides)).toBe('inconclusive')
  })
})

describe('a difference on the same rows', () => {
  it('does not count what is hard for both sides', () => {
    const sides = [side({ level: 0.92, hard: uneven, seed: 1 }), side({ level: 0.92, hard: uneven, seed: 2 })] as const
    for (const paired of [true, false]) expect(gateOf({ ...notWorse, paired }, ...sides).status).toBe('pass')
  })

  it('counts rows that only one side finds hard', () => {
    const sides = [side({ level: 0.92, hard: uneven, seed: 1 }), side({ level: 0.92, hard: even, seed: 2 })] as const
    for (const paired of [true, false]) {
      const gate = gateOf({ ...notWorse, paired }, ...sides)
      expect(gate.status).toBe('inconclusive')
      expect(gate.remedy).toContain('Hold out more test rows')
      expect(gateOf({ ...notWorse, paired }, rowless(sides[0]), rowless(sides[1])).status).toBe('pass')
    }
  })

  it('is on these rows if one side knows nothing of them, as a lock of an older version', () => {
    const gate = gateOf(
      notWorse,
      side({ level: 0.92, hard: even, seed: 1 }),
      rowless(side({ level: 0.92, hard: even, seed: 2 })),
    )
    expect(gate.sentence).toContain('for other seeds on these rows')
  })
})

describe('a difference that few rows make', () => {
  /** On one group in twenty, the candidate loses much: a sample of rows may have too few of these. */
  const few = even.map((_, i) => (i === 0 ? 0.19 : -0.01))
  const mirror = (seeds: readonly LockedSeed[], sign: number): LockedSeed[] =>
    seeds.map((run) => {
      const of = (accuracy: number): number => 0.5 + sign * (accuracy - 0.5)
      const value = run.test && { nll: of(run.test.accuracy ?? NaN), accuracy: of(run.test.accuracy ?? NaN) }
      const rows = run.testRows?.accuracy?.map(of) ?? []
      return { ...run, validation: value, test: value, testRows: { nll: rows, accuracy: rows } }
    })
  const reach = ({ estimate: found }: ReturnType<typeof gateOf>): readonly [number, number] =>
    found ? [found.value - found.lower, found.upper - found.value] : [NaN, NaN]
  const base = mirror(side({ level: 0.5, hard: even, seed: 1 }), 1)
  const hurt = side({ level: 0.5, hard: few, seed: 2 })

  it('is longer on the side of the rows that matter, in whichever direction the metric is better', () => {
    for (const paired of [true, false]) {
      const worse = gateOf({ ...notWorse, metric: 'accuracy', paired }, mirror(hurt, -1), mirror(base, -1))
      const [below, above] = reach(worse)
      expect(above).toBeGreaterThan(1.3 * below)
      const cost = gateOf({ ...notWorse, metric: 'nll', paired }, mirror(hurt, 1), base)
      const [under, over] = reach(cost)
      expect(over).toBeCloseTo(above, 9)
      expect(under).toBeCloseTo(below, 9)
    }
  })

  it('is so in the table of gains, too', () => {
    for (const [metric, sign] of [
      ['accuracy', -1],
      ['nll', 1],
    ] as const) {
      const [from, to] = [mirror(base, sign), mirror(hurt, sign)]
      const seeds = from.map((run, i) => ({
        seed: run.seed,
        baseline: { run: `b${i}`, ...run },
        candidate: { run: `c${i}`, ...(to[i] as LockedSeed) },
      }))
      const found = verificationStatistics({ seeds }, metric).find((m) => m.split === 'test' && m.metric === metric)?.gain
      if (!found) throw new Error('no gain')
      expect(found.value - found.lower).toBeGreaterThan(1.3 * (found.upper - found.value))
    }
  })
})

describe('the claim of a better winner', () => {
  it('must hold on other rows too', () => {
    const claimOf = (hard: readonly number[]) => {
      const [base, own] = [side({ level: 0.91, hard: even, seed: 1 }), side({ level: 0.93, hard, seed: 2 })]
      const seeds = base.map((run, i) => ({
        seed: run.seed,
        baseline: { run: `b${i}`, ...run },
        candidate: { run: `c${i}`, ...(own[i] as LockedSeed) },
      }))
      return verificationStatistics({ seeds }, 'accuracy').find(({ split }) => split === 'test')?.claim
    }
    expect(claimOf(even)).toBe('better')
    expect(claimOf(uneven)).toBe('not-distinguishable')
  })
})
