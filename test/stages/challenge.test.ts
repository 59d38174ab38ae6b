import { describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { withLevers, type LeverPatch, type Levers } from '../../src/records/levers.ts'
import type { RunRequest } from '../../src/records/run.ts'
import type { StageDecision } from '../../src/records/decision.ts'
import { compareArms, rowAlpha, score, selectionAlpha, type Arm } from '../../src/stages/compare.ts'
import { leastSign, lookShare } from '../../src/stages/challenge.ts'
import { stages } from '../../src/stages/index.ts'
import { earlierNoise } from '../../src/stages/noise.ts'
import type { LrRangeSettings } from '../../src/stages/lr-range/settings.ts'
import type { RegularizeSettings } from '../../src/stages/regularize/settings.ts'
import type { RunOutcome } from '../../src/stages/stage.ts'
import { mean } from '../../src/stats/describe.ts'
import { normalQuantile } from '../../src/stats/distributions.ts'
import { someLevers } from '../support/levers.ts'
import { play, runRequest, someWorkload, type World } from '../support/world.ts'

const one: RegularizeSettings = {
  stage: 'regularize',
  beyond: 0,
  explore: 8,
  seeds: 4,
  grid: [{ lever: 'dropout', values: [0.1, 0.3] }],
}
const seeds = Array.from({ length: 40 }, (_, i) => i)

/** A dropout of .3 gains this under the seed of the search, and that under each of the others, in the order of their first use. */
function world(first: number, later: readonly number[]): World {
  const order: number[] = []
  return {
    noise: 1e-9,
    truth: ({ regularization: { dropout }, optimization: { learningRate } }, { seed }) => {
      if (!order.includes(seed)) order.push(seed)
      const place = order.indexOf(seed)
      const gain = place === 0 ? first : (later[place - 1] ?? 0)
      // A seed shifts all levers alike.
      return (
        0.5 + 0.01 * place - (dropout === 0.3 ? gain : 0) + (learningRate === someLevers.optimization.learningRate ? 0 : 9)
      )
    },
  }
}

const confirmed = (requests: readonly RunRequest[]): number =>
  new Set(requests.filter((r) => r.levers.regularization.dropout === 0.3).map(({ seed }) => seed)).size - 1

describe('the seeds of a comparison', () => {
  test('end after the first half where a candidate gains nothing', () => {
    const { requests, decision } = play(stages.regularize, one, world(0.2, [-0.01, -0.03, 9, 9]))
    expect(confirmed(requests)).toBe(2)
    expect(decision.conclusion).toBe('kept')
    expect(decision.comparisons[0]?.seeds).toHaveLength(2)
  })

  test('are no more than declared where a candidate wins, or shows too little', () => {
    const won = play(stages.regularize, one, world(0.2, [0.2, 0.21, 0.19, 0.2]))
    expect(confirmed(won.requests)).toBe(4)
    expect(won.decision.levers.regularization.dropout).toBe(0.3)
    const little = play(stages.regularize, one, world(0.2, [0.1, -0.08, 0.1, -0.1]))
    expect(confirmed(little.requests)).toBe(4)
    expect(little.decision.conclusion).toBe('kept')
  })

  test('are doubled once where a gain is nearly enough, which moves what repeats', () => {
    const nearly = [0.1, 0.01, 0.1, 0.01]
    const repeats = play(stages.regularize, one, world(0.2, [...nearly, ...nearly]))
    expect(confirmed(repeats.requests)).toBe(8)
    expect(repeats.decision.levers.regularization.dropout).toBe(0.3)
    expect(repeats.decision.comparisons[0]?.seeds).toHaveLength(8)
    const vanishes = play(stages.regularize, one, world(0.2, [...nearly, -0.05, 0.02, -0.05, 0]))
    expect(confirmed(vanishes.requests)).toBe(8)
    expect(vanishes.decision.conclusion).toBe('kept')
  })

  test('are doubled from two fifths of what noise explains on, and not below', () => {
    const looks = (last: number) => {
      const half = [0.1, last, 0.1, last]
      return play(stages.regularize, one, world(0.2, [...half, 0.1, 0.1, 0.09, 0.1]))
    }
    const weak = looks(-0.01)
    expect(confirmed(weak.requests)).toBe(8)
    expect(weak.decision.levers.regularization.dropout).toBe(0.3)
    expect(confirmed(looks(-0.03).requests)).toBe(4)
  })

  test('of two candidates, only the better goes on after the first half', () => {
    const two = { ...one, grid: [{ lever: 'dropout', values: [0, 0.1, 0.3] }] } as const
    const truth = ({ regularization: { dropout } }: Levers): number => ({ 0: 0.4, 0.3: 0.3 })[dropout] ?? 0.5
    const { decision, requests } = play(stages.regularize, two, { noise: 0.001, truth })
    const seedsOf = (dropout: number): number =>
      new Set(requests.filter((r) => r.levers.regularization.dropout === dropout).map(({ seed }) => seed)).size
    expect(seedsOf(0.3)).toBe(5)
    expect(seedsOf(0)).toBeLessThanOrEqual(3)
    expect(decision.levers.regularization.dropout).toBe(0.3)
  })

  test('exceed their threshold in either of two looks less often than in one, by a tenth', () => {
    const random = stream(1, 'looks')
    const alpha = selectionAlpha / 2
    const reach = normalQuantile(1 - lookShare * alpha)
    const count = 300_000
    let exceeded = 0
    for (let i = 0; i < count; i++) {
      const first = random.normal()
      const both = (first + random.normal()) / Math.SQRT2
      if (first > reach || (first >= leastSign * reach && both > reach)) exceeded++
    }
    expect(exceeded / count / alpha).toBeLessThan(0.93)
    expect(exceeded / count / alpha).toBeGreaterThan(0.85)
  })

  test('move nothing more often with two looks than with one', () => {
    const moved = seeds.concat(seeds.map((s) => s + 1000)).filter((seed) => {
      const { decision } = play(stages.regularize, one, { noise: 0.01, truth: () => 0.5 }, { seed })
      return decision.lineage.length > 0
    })
    expect(moved.length / (2 * seeds.length)).toBeLessThan(selectionAlpha + 3 * Math.sqrt(0.04 / (2 * seeds.length)) * 0.98)
  })
})

describe('a ladder of rates', () => {
  const ladder: LrRangeSettings = {
    stage: 'lr-range',
    from: 1e-6,
    to: 10,
    steps: 300,
    seeds: 2,
    backOff: [0.85, 0.3, 0.1, 0.03, 0.01, 1 / 300],
    confirmLength: 1,
    confirmSeeds: 4,
  }
  /** Shares of the edge that were tried. */
  const factors = (truth: (rate: number) => number): number[] => {
    const world: World = { noise: 1e-4, truth: ({ optimization }) => truth(optimization.learningRate), edge: () => 0.2 }
    const { decision } = play(stages['lr-range'], ladder, world)
    return decision.findings.rangeTest?.confirmations.map(({ factor }) => Number(factor.toPrecision(3))) ?? []
  }
  const bestAt = (best: number) => (rate: number) => 0.1 + 0.01 * Math.log10(rate / best) ** 2

  test('goes down only while the lowest rate so far is the best of them, however the incumbent does', () => {
    expect(factors(bestAt(0.06))).toEqual([0.85, 0.3, 0.1])
    expect(factors(bestAt(1e-4))).toEqual([0.85, 0.3, 0.1, 0.03, 0.01, 0.00333])
  })

  test('goes down where none of the first rates trained', () => {
    expect(factors((rate) => (rate > 0.01 ? NaN : 0.1))).toEqual([0.85, 0.3, 0.1, 0.03, 0.01])
  })
})

describe('the strongest end of a grid', () => {
  const grid = [
    { lever: 'weightDecay', values: [0.001, 0.01, 0.1] },
    { lever: 'dropout', values: [0, 0.1, 0.4] },
    { lever: 'labelSmoothing', values: [0, 0.1] },
  ] as const
  const tried = (settings: Partial<RegularizeSettings>): LeverPatch[] =>
    play(stages.regularize, { ...one, grid, explore: 4, ...settings }, { noise: 0.001, truth: () => 0.5 })
      .decision.findings.explored?.trials.map(({ patch }) => patch)
      .slice(1) ?? []

  test('is tried under every root seed, at the rate and at a higher one, and counts among the configurations', () => {
    const [first, second, ...rest] = tried({})
    expect(first).toEqual({ weightDecay: 0.1, dropout: 0.4 })
    expect(second).toEqual({ weightDecay: 0.1, dropout: 0.4, learningRate: 3 * someLevers.optimization.learningRate })
    expect(rest).toHaveLength(2)
  })

  test('is nothing special where there is one lever, or where all combinations are tried', () => {
    expect(tried({ grid: [grid[1]], explore: 3 })[0]).not.toEqual({ dropout: 0.4 })
    expect(new Set(tried({ grid: [grid[1]], explore: 99 }).map((patch) => JSON.stringify(patch))).size).toBe(14)
  })
})

describe('noise', () => {
  test('of an earlier stage leaves out an incumbent that trained far worse', () => {
    const calm = [
      [0.5, 0.52, 0.49, 0.51],
      [0.51, 0.52, 0.5, 0.51],
    ] as const
    const wild = [1.5, 1.9, 1.2, 2.1]
    const comparison = (incumbent: readonly number[], candidate: readonly number[]) => ({
      label: '',
      patch: {},
      metric: 'nll' as const,
      seeds: [1, 2, 3, 4],
      incumbent,
      candidate,
      runs: [],
      gain: 0,
      threshold: 0,
      outcome: 'better' as const,
    })
    const stage = { comparisons: [comparison(wild, calm[0]), comparison(wild, calm[1])] } as unknown as StageDecision
    expect(earlierNoise([stage])[0]?.sd).toBeLessThan(0.01)
  })

  const rows = { train: 300, validation: 100, test: 100 }
  /** Differences of the two sides by seed, all on folds of their own, with four groups that scatter far more. */
  function compared(differences: readonly number[], scatter: number) {
    const side = (label: string, by: readonly number[]): Arm => {
      const outcomes = by.map((value, seed): RunOutcome => {
        const job = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false } as const
        const request: RunRequest = { stage: 'x', label, levers: withLevers(someLevers, {}), seed, job, fold: seed }
        const run = runRequest({ truth: () => value, noise: 0 }, request)
        if (run.status !== 'complete' || run.best === null) return run
        const groups = [-1, 1, -1, 1].map((sign) => value + (label === 'candidate' ? sign * scatter : 0))
        return { ...run, best: { ...run.best, rowGroups: groups } }
      })
      const workload = { ...someWorkload, data: { ...someWorkload.data, rows } }
      return {
        label,
        patch: {},
        seeds: by.map((_, seed) => ({ seed, fold: seed })),
        outcomes,
        scores: outcomes.map((o) => score(workload, o)),
      }
    }
    const base = differences.map((_, i) => 5 + 0.1 * i)
    const sides = [
      side('incumbent', base),
      side(
        'candidate',
        base.map((b, i) => b - (differences[i] ?? 0)),
      ),
    ] as const
    const workload = { ...someWorkload, data: { ...someWorkload.data, rows } }
    return { ...compareArms(workload, ...sides, sides), gain: mean(differences) }
  }
  const alike = [0.1, 0.11, 0.09, 0.1]

  test('of the rows must be exceeded with less certainty than that of the seeds', () => {
    expect(rowAlpha).toBeGreaterThan(selectionAlpha)
    // The standard error of a mean over four groups of ±.1 is .058; four sets of rows halve it.
    const { threshold } = compared(alike, 0.1)
    expect(threshold).toBeGreaterThan(0.029 * 1.28)
    expect(threshold).toBeLessThan(0.029 * 1.75)
  })

  test('of the rows no longer falls once every row has been in a fold', () => {
    const four = compared(alike, 0.1).threshold ?? NaN
    const eight = compared([...alike, ...alike], 0.1).threshold ?? NaN
    // Eight folds of 400 rows in all, of 100 each, hold every row twice.
    expect(eight / four).toBeGreaterThan(0.9)
    expect(eight / four).toBeLessThan(1.01)
  })
})
