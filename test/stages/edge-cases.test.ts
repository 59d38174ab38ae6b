import { describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { withLevers, type LeverPatch } from '../../src/records/levers.ts'
import type { RunRequest } from '../../src/records/run.ts'
import type { BatchSettings } from '../../src/stages/batch/settings.ts'
import { compareArms, leading, score, type Arm } from '../../src/stages/compare.ts'
import { stages } from '../../src/stages/index.ts'
import type { LrRangeSettings } from '../../src/stages/lr-range/settings.ts'
import { selectionRows, selectionSeeds } from '../../src/stages/seeds.ts'
import type { ScheduleSettings } from '../../src/stages/schedule/settings.ts'
import type { RunOutcome } from '../../src/stages/stage.ts'
import { mean } from '../../src/stats/describe.ts'
import { someLevers } from '../support/levers.ts'
import { play, runRequest, someWorkload, type World } from '../support/world.ts'

const flat: World = { truth: () => 0.1, noise: 0.01, edge: () => 0.1, gradientNorms: [0.5, 1, 2, 3] }
const lrRange: LrRangeSettings = {
  stage: 'lr-range',
  from: 1e-6,
  to: 10,
  steps: 300,
  seeds: 2,
  backOff: [0.5, 0.1],
  confirmLength: 0.5,
  confirmSeeds: 2,
}
const batch: BatchSettings = {
  stage: 'batch',
  largest: 256,
  scaling: 'auto',
  memoryMiB: 2048,
  probeSteps: 30,
  seeds: 3,
  goal: 'speed',
  recheck: null,
}
const schedule: ScheduleSettings = {
  stage: 'schedule',
  schedules: [],
  warmupFractions: [0.2],
  clipPercentiles: [],
  optimizers: [],
  explore: 9,
  rounds: 0,
  seeds: 3,
}

/** An arm whose runs end as told: a number is the score, a word the status. */
function arm(label: string, ends: readonly (number | 'diverged' | 'crashed' | 'not-run')[], patch: LeverPatch = {}): Arm {
  const outcomes = ends.map((end, seed): RunOutcome => {
    const job = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false } as const
    const request: RunRequest = { stage: 'schedule', label, levers: withLevers(someLevers, patch), seed, job }
    const complete = runRequest({ truth: () => (typeof end === 'number' ? end : 0), noise: 0 }, request)
    if (typeof end === 'number') return complete
    if (end === 'not-run') return { status: end, request, reason: 'no budget' }
    const { id, engine, steps, evaluations, timing } = complete
    const base = { id, engine, steps, evaluations, timing, request, reason: 'told to' }
    return end === 'diverged' ? { ...base, status: end, atStep: 1 } : { ...base, status: end }
  })
  return {
    label,
    patch,
    seeds: ends.map((_, seed) => ({ seed })),
    outcomes,
    scores: outcomes.map((o) => score(someWorkload, o)),
  }
}

describe('seed noise', () => {
  /** How often one of two candidates beats the incumbent; `alike` is how far apart the two are, in seed noise. */
  function moved(alike: number, gain: number): number {
    const draws = Array.from({ length: 400 }, (_, k) => {
      const random = stream(k, 'alike')
      const row = (): number[] => [0, 1, 2].map(() => 0.1 + 0.01 * random.normal())
      const first = row()
      const second = first.map((value) => value + 0.01 * alike * random.normal())
      const better = first.map((value) => value - gain)
      const arms = [arm('incumbent', row()), arm('first', better, { dropout: 0.2 }), arm('second', second, { dropout: 0.3 })]
      const [incumbent, ...candidates] = arms as [Arm, ...Arm[]]
      return candidates.some((c) => compareArms(someWorkload, incumbent, c, arms).outcome === 'better')
    })
    return draws.filter(Boolean).length / draws.length
  }

  test('is not taken from two candidates that are nearly the same: they know nothing of the incumbent', () => {
    // 5 % is promised; three standard deviations of 400 draws are another 3.3 %.
    for (const alike of [1, 0.2, 0.05]) expect(moved(alike, 0)).toBeLessThan(0.083)
    expect(moved(0.05, 0.03)).toBeGreaterThan(0.5)
  })
})

describe('the noise of the validation rows', () => {
  /** Runs of one arm, each with the objective on four groups of its rows, on folds of its own or all on the same rows. */
  function onRows(label: string, groups: readonly (readonly number[])[], folds: boolean): Arm {
    const plain = arm(
      label,
      groups.map((values) => mean(values)),
    )
    const outcomes = plain.outcomes.map((outcome, i): RunOutcome => {
      if (outcome.status !== 'complete' || !outcome.best) return outcome
      const request = folds ? { ...outcome.request, fold: i } : outcome.request
      return { ...outcome, request, best: { ...outcome.best, rowGroups: groups[i] ?? [] } }
    })
    return { ...plain, outcomes }
  }
  const thresholdOf = (folds: boolean): number => {
    const random = stream(5, 'rows')
    const seeds = [0, 1, 2].map(() => 0.001 * random.normal())
    const base = seeds.map((seed) => [0.5, 0.6, 0.4, 0.5].map((value) => value + seed))
    // Gains of .2, .1, 0 and −.1 by group: .05 on average.
    const own = seeds.map((seed) => [0.3, 0.5, 0.4, 0.6].map((value) => value + seed + 0.001 * random.normal()))
    const sides = [onRows('incumbent', base, folds), onRows('candidate', own, folds)] as const
    return (
      compareArms(
        { ...someWorkload, data: { ...someWorkload.data, rows: { train: 3e6, validation: 1e6, test: 1e6 } } },
        ...sides,
        sides,
      ).threshold ?? NaN
    )
  }

  test('counts once a seed that has rows of its own, and for all seeds if they share their rows', () => {
    // The standard error over four groups is .065; three sets of rows divide it by √3.
    expect(thresholdOf(false)).toBeGreaterThan(0.065 * 1.28)
    expect(thresholdOf(true) / thresholdOf(false)).toBeGreaterThan(0.35)
    expect(thresholdOf(true) / thresholdOf(false)).toBeLessThan(0.6)
  })

  test('selection seeds take the folds in turn, the first of them the split itself; a script has none', () => {
    const context = { seed: 17, workload: { ...someWorkload, data: { ...someWorkload.data, folds: 3 } } }
    expect(selectionRows(context, 5).map(({ fold }) => fold)).toEqual([undefined, 1, 2, undefined, 1])
    expect(selectionRows({ seed: 17, workload: someWorkload }, 3).every(({ fold }) => fold === undefined)).toBe(true)
    expect(selectionRows(context, 5).map(({ seed }) => seed)).toEqual(selectionSeeds(17, 5))
  })
})

describe('an incumbent that did not finish', () => {
  const good = arm('good', [0.1, 0.11, 0.12])
  const better = arm('better', [0.05, 0.06, 0.08])

  test('is replaced where it diverged, and by the best of the stable ones, not by the first', () => {
    const incumbent = arm('incumbent', [0.1, 'diverged', 0.1])
    const all = [incumbent, good, better]
    const comparisons = [good, better].map((candidate) => compareArms(someWorkload, incumbent, candidate, all))
    expect(comparisons.map((c) => c.outcome)).toEqual(['better', 'better'])
    expect(leading(comparisons)?.label).toBe('better')
  })

  test.each(['crashed', 'not-run'] as const)('stays where a run was %s: that says nothing of its levers', (end) => {
    const incumbent = arm('incumbent', [0.1, end, 0.1])
    expect(compareArms(someWorkload, incumbent, better, [incumbent, good, better]).outcome).toBe('undecidable')
  })
})

describe('lr-range', () => {
  test('an incumbent that diverged is not said to be beaten by more than noise', () => {
    const world: World = { ...flat, edge: () => 0.2, truth: (l) => (l.optimization.learningRate > 0.2 ? NaN : 0.05) }
    const unstable = withLevers(someLevers, { learningRate: 5 })
    const { decision } = play(stages['lr-range'], lrRange, world, { incumbent: unstable, baseline: unstable })
    expect(decision.conclusion).toBe('changed')
    expect(decision.summary).not.toContain('more than noise')
    expect(decision.summary).toContain('5 did not train under every seed')
  })

  test('rates that the budget left no time to confirm are not called unstable', () => {
    // The trials suffice by count, so the stage asks; the minutes end on the way.
    const { decision } = play(stages['lr-range'], lrRange, flat, { budget: 5, runsLeft: () => Infinity })
    expect(decision.conclusion).toBe('inconclusive')
    expect(decision.summary).not.toMatch(/stabl/)
    expect(decision.summary).toContain('budget')
  })
})

describe('batch for speed', () => {
  test('a comparison that cannot be decided is not called worse', () => {
    const { decision } = play(stages.batch, { ...batch, seeds: 1 }, { ...flat, noiseScale: 150 })
    expect(decision.levers).toEqual(someLevers)
    expect(decision.summary).not.toContain('worse')
    expect(decision.summary).toContain('could not be distinguished')
  })

  test('one that is worse is', () => {
    const worse: World = { ...flat, noiseScale: 1e4, truth: (l) => (l.batching.batchSize > 64 ? 0.5 : 0.1) }
    expect(play(stages.batch, batch, worse).decision.summary).toContain('worse')
  })

  test('accumulated gradients stay within the largest batch and a quarter of the training rows too', () => {
    const endless = { ...flat, noiseScale: 1e5, memoryLimit: 64 }
    const effective = (largest: number): number => {
      const { batchSize, accumulate } = play(stages.batch, { ...batch, largest }, endless).decision.levers.batching
      return batchSize * accumulate
    }
    expect(effective(128)).toBe(128)
    expect(effective(4096)).toBe(256)
  })

  test('a baseline that accumulates is doubled by its effective batch, and the summary says it', () => {
    const incumbent = withLevers(someLevers, { batchSize: 32, accumulate: 4 })
    const { decision, requests } = play(
      stages.batch,
      batch,
      { ...flat, noiseScale: 1e4 },
      { incumbent, baseline: incumbent },
    )
    expect(requests.filter((r) => r.job.kind === 'probe').map((r) => r.levers.batching.batchSize)).toEqual([32, 64])
    expect(decision.levers.batching).toEqual({ batchSize: 64, accumulate: 4 })
    expect(decision.summary).toContain('from 128 to 256')
  })

  test('a probe that diverges is no sign of too little memory', () => {
    const probes = (request: RunRequest): RunOutcome => {
      const outcome = runRequest({ ...flat, noiseScale: 1e4 }, request)
      if (request.job.kind !== 'probe' || request.levers.batching.batchSize <= 64) return outcome
      const { id, engine, steps, evaluations, timing } = outcome
      return { id, engine, steps, evaluations, timing, request, status: 'diverged', atStep: 3, reason: 'the loss is NaN' }
    }
    const { decision } = play(stages.batch, batch, flat, {}, probes)
    expect(decision.levers).toEqual(someLevers)
    expect(decision.summary).toContain('the loss is NaN')
  })
})

describe('schedule', () => {
  test('warmup is a share of a full run, also where patience ended the logged ones early', () => {
    // 1,078 rows in batches of 64 for 20 epochs are 320 steps; the simulated runs log 4.
    const { requests } = play(stages.schedule, schedule, flat)
    expect([...new Set(requests.map((r) => r.levers.scheduling.warmupSteps))].sort()).toEqual([100, 64])
  })
})

describe('what could not be decided is not said to be decided', () => {
  const grid = [{ lever: 'dropout', values: [0, 0.1, 0.3] }] as const
  const all: ScheduleSettings = { ...schedule, schedules: ['step'], clipPercentiles: [0.9], optimizers: ['sgd'] }

  test.each([{ ...all, seeds: 1 }, { stage: 'regularize', grid, explore: 12, seeds: 1 } as const])(
    'one seed: $stage',
    (settings) => {
      const { decision } = play(stages[settings.stage], settings, flat)
      expect([decision.conclusion, decision.levers]).toEqual(['inconclusive', someLevers])
      expect(decision.summary).toMatch(/could( not)? be distinguished from the incumbent/)
      expect(decision.summary).not.toContain('noise.')
    },
  )

  test.each([all, { stage: 'regularize', grid, explore: 12, seeds: 3 } as const])('no budget: $stage', (settings) => {
    const { decision } = play(stages[settings.stage], settings, flat, { budget: 2 })
    expect(decision.conclusion).toBe('inconclusive')
    expect(decision.summary).toContain('skipped because of the budget')
  })

  test('a grid that trains nowhere has no best cell, and one whose best is the incumbent says so', () => {
    const settings = { stage: 'regularize', grid, explore: 12, seeds: 2 } as const
    const nowhere = play(stages.regularize, settings, { ...flat, truth: () => NaN }).decision
    expect([nowhere.conclusion, nowhere.summary]).toEqual(['inconclusive', 'No configuration trained to the end.'])
    const own: World = { ...flat, noise: 1e-4, truth: (l) => 0.1 + Math.abs(l.regularization.dropout - 0.1) }
    const { decision } = play(stages.regularize, settings, own, { budget: 100 })
    expect(decision.levers).toEqual(someLevers)
    expect(decision.conclusion).toBe('kept')
  })

  test('a stage with nothing to compare is no failure of the budget', () => {
    const { decision } = play(stages.schedule, { ...schedule, warmupFractions: [] }, flat)
    expect([decision.conclusion, decision.summary]).toEqual(['kept', 'There was nothing to compare.'])
  })
})

describe('verify', () => {
  const two = { stage: 'verify', seeds: 2, looks: [2] } as const

  test('asks for no test metrics where there are no test rows: a run that should measure them would crash', () => {
    const data = { ...someWorkload.data, rows: { ...someWorkload.data.rows, test: 0 } }
    const { requests } = play(stages.verify, two, flat, { workload: { ...someWorkload, data } })
    expect(requests.map((r) => r.job.kind === 'train' && r.job.evaluateTest)).toEqual([false, false, false, false])
  })

  test('says that no stage bettered the baseline only where one tried', () => {
    const alone = play(stages.verify, two, flat).decision
    expect(alone.summary).toMatch(/^The baseline levers were retrained/)
    const after = play(stages.verify, two, flat, { previous: [alone] }).decision
    expect(after.summary).toContain('which no stage could improve')
    const moved = play(stages.verify, two, flat, { incumbent: withLevers(someLevers, { dropout: 0.2 }) }).decision
    expect(moved.summary).toContain('(1 lever moved)')
  })
})
