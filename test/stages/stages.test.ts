import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/base/hash.ts'
import { leverDifferences, withLevers } from '../../src/records/levers.ts'
import type { BatchSettings } from '../../src/stages/batch/settings.ts'
import type { RunRequest } from '../../src/records/run.ts'
import { stages } from '../../src/stages/index.ts'
import type { RunOutcome } from '../../src/stages/stage.ts'
import type { LrRangeSettings } from '../../src/stages/lr-range/settings.ts'
import type { RegularizeSettings } from '../../src/stages/regularize/settings.ts'
import { roundSize, type ScheduleSettings } from '../../src/stages/schedule/settings.ts'
import { someLevers } from '../support/levers.ts'
import { play, runRequest, type World } from '../support/world.ts'

const lrRange: LrRangeSettings = {
  stage: 'lr-range',
  from: 1e-6,
  to: 10,
  steps: 300,
  seeds: 3,
  backOff: [0.85, 0.5, 1 / 3, 0.1],
  confirmLength: 0.5,
  confirmSeeds: 3,
}
const forQuality: BatchSettings = {
  stage: 'batch',
  largest: 256,
  scaling: 'auto',
  memoryMiB: 2048,
  probeSteps: 30,
  seeds: 3,
  goal: 'quality',
  recheck: null,
}
const batch = forQuality
const regularize: RegularizeSettings = {
  stage: 'regularize',
  beyond: 0,
  explore: 12,
  seeds: 3,
  grid: [
    { lever: 'weightDecay', values: [0.003, 0.01, 0.03] },
    { lever: 'dropout', values: [0, 0.1, 0.3] },
  ],
}
const schedule: ScheduleSettings = {
  stage: 'schedule',
  schedules: ['one-cycle', 'step'],
  warmupFractions: [0, 0.2],
  clipPercentiles: [0.9],
  optimizers: ['adamw', 'sgd'],
  explore: 9,
  rounds: 0,
  seeds: 3,
}
/** Nothing matters: whatever a stage does here is a false alarm. */
const flat: World = { truth: () => 0.1, noise: 0.01, edge: () => 0.1, gradientNorms: [0.5, 1, 2, 3] }
const seeds = Array.from({ length: 100 }, (_, i) => i)

describe('lr-range', () => {
  /** Best at 0.03, an edge at 0.2. */
  const world: World = {
    noise: 0.005,
    edge: () => 0.2,
    truth: (l) =>
      l.optimization.learningRate > 0.2 ? NaN : 0.05 + 0.02 * Math.log10(l.optimization.learningRate / 0.03) ** 2,
  }

  test('finds the edge, backs off, and takes the rate that trains best', () => {
    const { decision } = play(stages['lr-range'], lrRange, world)
    if (!decision.findings.rangeTest) throw new Error(decision.findings.stage)
    const { edge, confirmations, chosen } = decision.findings.rangeTest
    expect(edge?.center).toBeGreaterThan(0.18)
    expect(edge?.center).toBeLessThan(0.3)
    expect(confirmations.map((c) => c.factor)).toEqual(lrRange.backOff)
    expect(decision.conclusion).toBe('changed')
    expect(decision.levers.optimization.learningRate).toBe(chosen)
    expect(chosen).toBeGreaterThan(0.01)
    expect(leverDifferences(someLevers, decision.levers).map((d) => d.lever)).toEqual(['learningRate'])
    expect(decision.lineage).toHaveLength(1)
    expect(decision.lineage[0]?.evidence.gain).toBeGreaterThan(decision.lineage[0]?.evidence.threshold ?? Infinity)
  })

  test('a rate above the edge of stability is never chosen, even when the range test misses it', () => {
    const late: World = { ...world, edge: () => 2 }
    const { decision } = play(stages['lr-range'], lrRange, late)
    expect(decision.levers.optimization.learningRate).toBeLessThanOrEqual(0.2)
  })

  test('a loss that stops being finite is an edge too', () => {
    const { decision } = play(stages['lr-range'], lrRange, { ...world, blowsUp: true })
    if (!decision.findings.rangeTest) throw new Error(decision.findings.stage)
    expect(decision.findings.rangeTest.edge?.center).toBeCloseTo(0.2, 1)
    expect(decision.conclusion).toBe('changed')
  })

  test('edges that disagree, or none at all, still lead to a rate: the trials decide', () => {
    const low = withLevers(someLevers, { learningRate: 1e-4 })
    const start = { incumbent: low, baseline: low }
    const ladder = { ...lrRange, backOff: [0.85, 0.3, 0.1, 0.03, 0.01] }
    const first = play(stages['lr-range'], ladder, world).requests[0]?.seed
    const scattered = play(
      stages['lr-range'],
      ladder,
      { ...world, edge: (r) => (r.seed === first ? 0.1 : 2) },
      start,
    ).decision
    const none = play(stages['lr-range'], ladder, { ...world, edge: () => Infinity }, start).decision
    for (const { conclusion, levers } of [scattered, none]) {
      expect(conclusion).toBe('changed')
      expect(levers.optimization.learningRate).toBeGreaterThan(1e-3)
    }
    expect(scattered.summary).toContain('do not agree')
    expect(scattered.findings.rangeTest?.edge?.center).toBeCloseTo(0.1, 1)
    expect(none.summary).toContain('show no edge')
    expect(none.findings.rangeTest?.edge).toBeNull()
  })

  test('of rates that are equally good, the nearest to the incumbent is taken', () => {
    const plateau: World = { ...world, truth: (l) => (l.optimization.learningRate < 5e-3 ? 0.5 : 0.05) }
    const settings = { ...lrRange, backOff: [0.85, 0.05] }
    const rates = seeds.map((seed) => play(stages['lr-range'], settings, plateau, { seed }).decision.levers.optimization)
    expect(rates.every(({ learningRate }) => learningRate > 0.005)).toBe(true)
    // The better of two equals is the nearer one in half of the cases, and within one standard error in two thirds of the rest.
    expect(rates.filter(({ learningRate }) => learningRate < 0.02).length / seeds.length).toBeGreaterThan(0.7)
  })

  test('a gain on the validation rows that other rows do not show moves nothing', () => {
    // Every seed gains 0.02, but on two of eight groups of rows alone.
    const rows = (request: RunRequest): RunOutcome => {
      const outcome = runRequest({ ...world, noise: 1e-4 }, request)
      if (outcome.status !== 'complete' || !outcome.best) return outcome
      const { nll = 0 } = outcome.best.validation
      const lucky = request.levers.optimization.learningRate > 0.01
      const rowGroups = Array.from({ length: 8 }, (_, i) => (lucky ? (i < 2 ? nll - 0.08 * 3 : nll + 0.08) : nll))
      return { ...outcome, best: { ...outcome.best, rowGroups } }
    }
    expect(play(stages['lr-range'], lrRange, world, {}, rows).decision.levers).toEqual(someLevers)
  })

  test('an incumbent that diverges is replaced by any rate that does not', () => {
    const unstable = withLevers(someLevers, { learningRate: 5 })
    const { decision } = play(stages['lr-range'], lrRange, world, { incumbent: unstable, baseline: unstable })
    expect(decision.conclusion).toBe('changed')
    expect(decision.levers.optimization.learningRate).toBeLessThan(0.2)
  })

  test('without budget it asks for nothing and says what it left out', () => {
    const { decision, requests } = play(stages['lr-range'], lrRange, world, { budget: 2 })
    expect(requests).toEqual([])
    expect(decision.omissions[0]?.what).toContain('range test')
    expect(decision.levers).toEqual(someLevers)
  })
})

describe('batch for quality', () => {
  test('other sizes that were tried and did no better leave it as it is, also where no noise scale is known', () => {
    const { decision } = play(stages.batch, batch, { ...flat, noise: 0, noiseScale: null })
    expect([decision.conclusion, decision.levers]).toEqual(['kept', someLevers])
    expect(decision.summary).toContain('No other size')
  })
  test('a larger batch that is as good within noise is not taken', () => {
    expect(play(stages.batch, batch, { ...flat, noiseScale: 150 }).decision.levers).toEqual(someLevers)
  })
  test('a smaller one that is better is, with its rate and warmup', () => {
    const small: World = { ...flat, truth: (l) => 0.1 + 0.1 * Math.log2(l.batching.batchSize / 16) }
    const { decision } = play(stages.batch, batch, small)
    expect(decision.levers.batching.batchSize).toBe(32)
    expect(decision.levers.scheduling.warmupSteps).toBe(200)
    expect(decision.summary).toContain('shrinks from 64 to 32')
    expect(decision.levers.optimization.learningRate).toBeLessThanOrEqual(0.001)
  })
  test('a larger one that is better is', () => {
    const large: World = { ...flat, noiseScale: 1e4, truth: (l) => 0.5 - 0.1 * Math.log2(l.batching.batchSize / 16) }
    expect(play(stages.batch, batch, large).decision.levers.batching.batchSize).toBe(256)
  })
})

describe('batch for speed', () => {
  const batch: BatchSettings = { ...forQuality, goal: 'speed' }
  test('says what a batch that is slightly worse costs', () => {
    const worse: World = { ...flat, noiseScale: 150, truth: (l) => (l.batching.batchSize > 64 ? 0.102 : 0.1) }
    const found = seeds.map((seed) => play(stages.batch, batch, worse, { seed }).decision.summary)
    expect(found.filter((s) => /taken for speed: mean validation nll is worse by/.test(s)).length).toBeGreaterThan(10)
  })
  test('grows to the noise scale, scales the rate by the square root for AdamW and shortens warmup', () => {
    const { decision } = play(stages.batch, batch, { ...flat, noiseScale: 150 })
    const moved = Object.fromEntries(leverDifferences(someLevers, decision.levers).map((d) => [d.lever, d.to]))
    expect(moved['batchSize']).toBe(128)
    expect(moved['warmupSteps']).toBe(50)
    expect([0.5, 1, 2].map((s) => Number((0.001 * Math.SQRT2 * s).toPrecision(3)))).toContain(moved['learningRate'])
  })
  test('SGD scales linearly, and nothing but the rate', () => {
    const sgd = withLevers(someLevers, { optimizer: 'sgd' })
    const { decision } = play(stages.batch, batch, { ...flat, noiseScale: 150 }, { incumbent: sgd, baseline: sgd })
    expect([0.001, 0.002, 0.004]).toContain(decision.levers.optimization.learningRate)
    const moved = leverDifferences(sgd, decision.levers).map((d) => d.lever)
    expect(moved.filter((lever) => lever !== 'learningRate')).toEqual(['batchSize', 'warmupSteps'])
    expect(decision.summary).not.toContain('beta1')
  })
  test("the moments of the Adam family follow the batch by Malladi's rule, each as a change of the lineage", () => {
    const { decision } = play(stages.batch, { ...batch, largest: 256 }, { ...flat, noiseScale: 300 })
    expect(decision.levers.batching.batchSize).toBe(256)
    // κ = 4: 1 − 4 · 0.1, 1 − 4 · 0.001, 1e-8 / 2
    expect(decision.levers.optimization).toMatchObject({ beta1: 0.6, beta2: 0.996, epsilon: 5e-9 })
    expect(decision.lineage.map((entry) => entry.lever)).toEqual(expect.arrayContaining(['beta1', 'beta2', 'epsilon']))
    expect(decision.summary).toContain('By the same rule, beta1 becomes 0.6, beta2 0.996 and epsilon 5e-9.')
  })
  test('where a moment would have no memory left, the rule is void and says so', () => {
    const short = withLevers(someLevers, { beta1: 0.7 })
    const { decision } = play(stages.batch, batch, { ...flat, noiseScale: 300 }, { incumbent: short, baseline: short })
    expect(decision.levers.batching.batchSize).toBe(256)
    expect(decision.levers.optimization).toMatchObject({ beta1: 0.7, beta2: 0.999, epsilon: 1e-8 })
    expect(decision.summary).toContain('void here: 4 × (1 − beta1) is 1.2 and would have to be below 1')
  })
  test.each<[string, Partial<World>]>([
    ['the noise scale is below it', { noiseScale: 60 }],
    ['the noise scale cannot be estimated', { noiseScale: null }],
    ['it is slower', { noiseScale: 1e4, throughput: (b) => 1e7 / b ** 2 }],
    ['it is worse on validation', { noiseScale: 1e4, truth: (l) => (l.batching.batchSize > 64 ? 0.5 : 0.1) }],
  ])('a larger batch is not taken where %s', (_, over) => {
    const { decision } = play(stages.batch, batch, { ...flat, ...over })
    expect(decision.levers).toEqual(someLevers)
    expect(decision.summary).toMatch(/batch/)
  })
  test('a machine that is busy during one measurement does not decide the batch', () => {
    let calls = 0
    // The second measurement, the first of batch 128, is ten times too slow; later ones are not.
    const busyOnce: World = { ...flat, noiseScale: 150, throughput: () => (++calls === 2 ? 100 : 1000) }
    expect(play(stages.batch, batch, busyOnce).decision.levers.batching.batchSize).toBe(128)
  })
  test('where memory is the limit, gradients are accumulated', () => {
    const { decision } = play(stages.batch, batch, { ...flat, noiseScale: 1000, memoryLimit: 64 })
    expect(decision.levers.batching).toEqual({ batchSize: 64, accumulate: 4 })
  })
})

describe('regularize', () => {
  const world: World = {
    noise: 0.002,
    truth: (l) =>
      0.05 + 0.02 * Math.log10(l.regularization.weightDecay / 0.03) ** 2 + 0.5 * (l.regularization.dropout - 0.3) ** 2,
  }
  test('finds the best values, and each lever that moves shows its share', () => {
    const { decision, requests } = play(stages.regularize, regularize, world)
    expect(decision.levers.regularization.dropout).toBe(0.3)
    for (const entry of decision.lineage) {
      expect(leverDifferences(someLevers, withLevers(someLevers, { [entry.lever]: entry.to }))).toHaveLength(1)
      if (decision.lineage.length > 1) expect(entry.reason).toContain('without this lever')
    }
    const { explored } = decision.findings
    expect(explored?.trials).toHaveLength(13)
    expect(explored?.trials[0]).toMatchObject({ patch: {}, confirmed: false })
    const share = (lever: string) => explored?.shares.find((s) => s.lever === lever)?.share ?? 0
    expect(share('dropout')).toBeGreaterThan(share('weightDecay'))
    // Each configuration once, beside the incumbent; the best under three other seeds.
    const [first] = requests
    expect(requests.slice(0, 13).every((r) => r.seed === first?.seed)).toBe(true)
    expect(requests.slice(13).some((r) => r.seed === first?.seed)).toBe(false)
  })
  test('a lever that brings nothing does not move with those that do', () => {
    // Dropout alone matters, so whatever else the best configuration has is put back.
    const one: World = { noise: 1e-4, truth: (l) => 0.1 + (l.regularization.dropout - 0.3) ** 2 }
    for (const seed of seeds.slice(0, 20)) {
      const { decision } = play(stages.regularize, regularize, one, { seed })
      expect(decision.levers.regularization.dropout).toBe(0.3)
      expect(decision.lineage.length).toBeLessThanOrEqual(2)
    }
  })
  test('no rate beyond the known edge is tried', () => {
    const previous = [play(stages['lr-range'], lrRange, { ...flat, edge: () => 0.0015 }).decision]
    const { requests } = play(stages.regularize, regularize, flat, { previous })
    expect(Math.max(...requests.map((r) => r.levers.optimization.learningRate))).toBeLessThan(0.0015)
  })
  describe('values beyond the ends of the grid', () => {
    const open = { ...regularize, beyond: 3 }
    const best = (dropout: number): World => ({
      noise: 1e-4,
      truth: (l) => 0.1 + (l.regularization.dropout - dropout) ** 2,
    })
    const dropouts = (requests: readonly RunRequest[]) =>
      [...new Set([0, ...requests.map((r) => r.levers.regularization.dropout)])].sort((a, b) => a - b)
    test('are tried where the best run is at an end, step by step, and taken if they are confirmed', () => {
      for (const seed of seeds.slice(0, 10)) {
        const { decision, requests } = play(stages.regularize, open, best(0.7), { seed })
        expect(dropouts(requests)).toEqual([0, 0.1, 0.3, 0.5, 0.7])
        expect(decision.levers.regularization.dropout).toBe(0.7)
        const kept = play(stages.regularize, regularize, best(0.7), { seed })
        expect(dropouts(kept.requests)).toEqual([0, 0.1, 0.3])
        expect(kept.decision.levers.regularization.dropout).toBe(0.3)
      }
    })
    test('end with one that does no better, and never leave the useful range', () => {
      expect(dropouts(play(stages.regularize, open, best(0.35)).requests)).toEqual([0, 0.1, 0.3, 0.5])
      expect(dropouts(play(stages.regularize, open, best(0)).requests)).toEqual([0, 0.1, 0.3])
      expect(Math.max(...dropouts(play(stages.regularize, { ...open, beyond: 9 }, best(0.95)).requests))).toBe(0.7)
    })
    test('are none where the grid itself leaves the useful range: they would lie inside it', () => {
      const grid = [{ lever: 'dropout', values: [0, 0.1, 0.5, 0.9] }] as const
      expect(dropouts(play(stages.regularize, { ...open, grid }, best(0.9)).requests)).toEqual([0, 0.1, 0.5, 0.9])
    })
    test('of a factor, such as weight decay, lie a factor apart, on both sides', () => {
      const at = (weightDecay: number): World => ({
        noise: 1e-4,
        truth: (l) => 0.1 + 0.01 * Math.log10(l.regularization.weightDecay / weightDecay) ** 2,
      })
      const decays = (world: World) => play(stages.regularize, open, world).requests.map((r) => r.levers.regularization)
      expect(Math.max(...decays(at(10)).map((r) => r.weightDecay))).toBe(0.81)
      expect(Math.min(...decays(at(1e-6)).map((r) => r.weightDecay))).toBeLessThan(2e-4)
    })
    test('are not tried where nothing beats the middle', () => {
      expect(dropouts(play(stages.regularize, open, best(0.1)).requests)).toEqual([0, 0.1, 0.3])
    })
  })
  test('a smaller budget makes a smaller search, and says so', () => {
    const { decision, requests } = play(stages.regularize, regularize, world, { budget: 20, runsLeft: () => 20 })
    expect(requests.length).toBeLessThanOrEqual(20)
    expect(decision.findings.explored?.trials.length).toBeGreaterThan(4)
    expect(decision.omissions[0]?.what).toMatch(/of 12 regularization grid/)
  })
})

describe('schedule', () => {
  test('finds schedule, warmup and clip norm together, and names the share of each', () => {
    const world: World = {
      noise: 0.002,
      gradientNorms: Array.from({ length: 100 }, (_, i) => i / 10),
      truth: (l) =>
        0.2 -
        (l.scheduling.schedule === 'one-cycle' ? 0.05 : 0) -
        (l.scheduling.warmupSteps === 64 ? 0.05 : 0) -
        (l.scheduling.clipNorm === 8.9 ? 0.05 : 0) +
        (l.optimization.optimizer === 'sgd' ? 0.05 : 0),
    }
    const { decision } = play(stages.schedule, schedule, world)
    expect(decision.lineage.map((l) => [l.lever, l.to])).toEqual([
      ['schedule', 'one-cycle'],
      ['warmupSteps', 64],
      ['clipNorm', 8.9],
    ])
    for (const { reason } of decision.lineage) expect(reason).toMatch(/without this lever 0\.0\d+ of it is lost/)
  })
  test('another optimizer is tried at rates of its own', () => {
    // At the incumbent's rate SGD is useless; at ten times the rate it is better than AdamW.
    const world: World = {
      ...flat,
      truth: ({ optimization: { optimizer, learningRate } }) =>
        optimizer === 'sgd' ? 0.05 + Math.abs(Math.log10(learningRate / 0.01)) : 0.2,
    }
    const { decision } = play(stages.schedule, schedule, world)
    expect(decision.levers.optimization).toMatchObject({ optimizer: 'sgd', learningRate: 0.01 })
  })
  test('the weight decay of another optimizer follows its rate, where both shrink the weights alike', () => {
    const baseline = withLevers(someLevers, { learningRate: 0.001, weightDecay: 0.3 })
    const tried = (optimizers: ScheduleSettings['optimizers']) =>
      play(stages.schedule, { ...schedule, optimizers }, flat, { incumbent: baseline })
        .requests.map((r) => r.levers)
        .filter((l) => optimizers.includes(l.optimization.optimizer))
        .map((l) => [l.optimization.learningRate, l.regularization.weightDecay])
    expect(tried(['sgd'])).toEqual([
      [0.003, 0.1],
      [0.01, 0.03],
      [0.03, 0.01],
    ])
    expect(tried(['adam']).every(([, decay]) => decay === 0.3)).toBe(true)
  })
})

describe('rounds of the schedule stage', () => {
  /** SGD with strong dropout, at a rate of its own: each of them alone gains less than noise. */
  const together: World = {
    noise: 0.003,
    truth: ({ optimization: { optimizer, learningRate }, regularization: { dropout } }) =>
      optimizer === 'sgd' && dropout === 0.3
        ? 0.1 + 0.05 * Math.abs(Math.log10(learningRate / 0.03))
        : 0.2 - (optimizer === 'sgd' ? 0.002 : 0) - (dropout === 0.3 ? 0.001 : 0),
  }
  const refined = (rounds: number) => {
    const before = play(stages.regularize, regularize, together)
    const settings = { ...schedule, rounds }
    const after = play(stages.schedule, settings, together, { previous: [before.decision] })
    return { before: before.decision, ...after }
  }
  test('reach a setting that no lever reaches alone, with levers that an earlier stage explored', () => {
    const { before, decision } = refined(3)
    expect(before.lineage).toEqual([])
    expect(decision.levers.optimization.optimizer).toBe('sgd')
    expect(decision.levers.regularization.dropout).toBe(0.3)
    expect(decision.findings.explored?.levers.map(({ lever }) => lever)).toEqual(
      expect.arrayContaining(['dropout', 'optimizer']),
    )
    expect(refined(0).decision.lineage).toEqual([])
  })
  test('suggest only what is new, under the seed of the search, and end with one that does no better', () => {
    const settings = { ...schedule, rounds: 20 }
    const { requests } = play(stages.schedule, settings, { ...flat, noise: 0 })
    const others = requests.filter((r) => r.label !== 'incumbent')
    const keys = others.map((r) => canonicalJson([r.levers, r.seed, r.fold ?? 0]))
    expect(new Set(keys).size).toBe(keys.length)
    const without = play(stages.schedule, { ...schedule, rounds: 0 }, { ...flat, noise: 0 }).requests
    expect(requests.length).toBeGreaterThan(without.length)
    expect(requests.length).toBeLessThanOrEqual(without.length + roundSize)
  })
  test('may go back to where an earlier stage began, and repeat no run of it', () => {
    const moved: World = { ...flat, noise: 0.001, truth: (l) => 0.2 - 0.1 * (l.regularization.dropout === 0.3 ? 1 : 0) }
    const before = play(stages.regularize, regularize, moved)
    const incumbent = before.decision.levers
    expect(incumbent.regularization.dropout).toBe(0.3)
    const { requests } = play(stages.schedule, { ...schedule, rounds: 20 }, moved, {
      previous: [before.decision],
      incumbent,
    })
    const keyOf = (r: RunRequest): string => canonicalJson([r.levers, r.seed, r.fold ?? 0])
    const known = new Set(before.requests.map(keyOf))
    const suggested = requests.filter((r) => r.label.includes('dropout') || r.label.includes('weightDecay'))
    expect(suggested.map((r) => r.levers.regularization.dropout)).toContain(someLevers.regularization.dropout)
    expect(suggested.filter((r) => known.has(keyOf(r)))).toEqual([])
  })
  test('leave out what the budget does not cover, and say so', () => {
    const { decision, requests } = play(stages.schedule, { ...schedule, rounds: 20 }, together, { budget: 24 })
    expect(requests.length).toBeLessThanOrEqual(24)
    expect(decision.omissions.map((o) => o.what)).toContain('20 of 20 further rounds of schedules and optimizers')
  })
  test('try no rate beyond the edge', () => {
    const edged: World = { ...together, edge: () => 0.004 }
    const { decision } = play(stages['lr-range'], lrRange, edged)
    const { requests } = play(stages.schedule, { ...schedule, rounds: 3 }, edged, { previous: [decision] })
    const rates = requests
      .filter((r) => r.levers.optimization.optimizer === 'adamw')
      .map((r) => r.levers.optimization.learningRate)
    const edge = decision.findings.rangeTest?.edge?.center ?? NaN
    expect(Math.max(...rates)).toBeLessThan(edge)
    expect(rates.length).toBeGreaterThan(5)
  })
  test('do no harm where nothing matters', () => {
    const moved = seeds.filter((seed) => {
      const before = play(stages.regularize, regularize, flat, { seed }).decision
      return (
        play(stages.schedule, { ...schedule, rounds: 3 }, flat, { seed, previous: [before] }).decision.lineage.length > 0
      )
    })
    expect(moved.length).toBeLessThanOrEqual(8)
  })
})

describe('verify', () => {
  test('baseline and winner run on the same seeds, none of which any stage selected on', () => {
    const winner = withLevers(someLevers, { learningRate: 0.01 })
    const selected = [lrRange, batch, regularize, schedule].flatMap((s) =>
      play(stages[s.stage], s, flat).requests.map((r) => r.seed),
    )
    const { decision, requests } = play(stages.verify, { stage: 'verify', seeds: 5, looks: [5] }, flat, {
      incumbent: winner,
    })
    expect(requests).toHaveLength(10)
    expect(requests.filter((r) => selected.includes(r.seed))).toEqual([])
    expect(requests.every((r) => r.job.kind === 'train' && r.job.evaluateTest)).toBe(true)
    if (!decision.findings.verify) throw new Error(decision.findings.stage)
    expect(decision.findings.verify.seeds.map((s) => s.candidate.status)).toEqual(Array(5).fill('complete'))
  })
  test('a seed that diverges stays in the findings', () => {
    const { decision } = play(stages.verify, { stage: 'verify', seeds: 3, looks: [3] }, { ...flat, truth: () => NaN })
    if (!decision.findings.verify) throw new Error(decision.findings.stage)
    expect(decision.findings.verify.seeds.map((s) => [s.candidate.status, s.candidate.validation])).toEqual(
      Array(3).fill(['diverged', null]),
    )
  })
})

describe('verify with looks', () => {
  const settings = { stage: 'verify', seeds: 10, looks: [3, 5, 10] } as const
  const winner = withLevers(someLevers, { learningRate: 0.01 })
  const verified = (over: Parameters<typeof play>[3], world: World = flat) => {
    const { decision, requests } = play(stages.verify, settings, world, { incumbent: winner, ...over })
    if (!decision.findings.verify) throw new Error(decision.findings.stage)
    return { decision, requests, verify: decision.findings.verify }
  }
  test('trains no more seeds once the gates are settled', () => {
    const asked: number[] = []
    const { decision, requests, verify } = verified({ settles: ({ seeds }) => asked.push(seeds.length) === 2 })
    expect(asked).toEqual([3, 5])
    expect(requests).toHaveLength(10)
    expect(verify.seeds).toHaveLength(5)
    expect(verify.looks).toEqual([3, 5, 10])
    expect(decision.summary).toContain(
      'on 5 seeds not used for selection. They settled every gate, so 5 more were not needed.',
    )
  })
  test('trains all of them where they never are, the same seeds as in one look', () => {
    const { requests } = verified({ settles: () => false })
    const atOnce = play(stages.verify, { stage: 'verify', seeds: 10, looks: [10] }, flat, { incumbent: winner })
    expect(requests).toEqual(atOnce.requests)
  })
  test('ends where the budget ends, without a look at what is incomplete', () => {
    const { verify, decision } = verified({ budget: 8, settles: () => false })
    expect(verify.seeds).toHaveLength(4)
    expect(decision.summary).toContain('6 planned seeds were skipped')
    expect(decision.omissions).toHaveLength(1)
  })
})

describe('where no lever matters, a stage seldom moves one', () => {
  // Each stage makes one comparison of its best candidates, held to a 5 % false alarm rate. Bounds leave 3 SD of the simulation.
  test.each([
    ['lr-range', lrRange],
    ['batch', batch],
    ['regularize', regularize],
    ['schedule', schedule],
  ] as const)('%s', (name, settings) => {
    const moved = seeds.filter((seed) => play(stages[name], settings, flat, { seed }).decision.lineage.length > 0).length
    expect(moved / seeds.length).toBeLessThan(0.05 + 0.07)
  })
})

test('every stage decides the same from the same results', () => {
  for (const settings of [lrRange, batch, regularize, schedule]) {
    const [a, b] = [play(stages[settings.stage], settings, flat), play(stages[settings.stage], settings, flat)]
    expect(a).toEqual(b)
  }
})

test('each part of the schedule stage can be left out without the others', () => {
  const nothing = { ...schedule, schedules: [], warmupFractions: [], clipPercentiles: [], optimizers: [] }
  expect(play(stages.schedule, nothing, flat).requests).toEqual([])
  const moves = (over: Partial<ScheduleSettings>): string[] => [
    ...new Set(play(stages.schedule, { ...nothing, ...over }, flat).requests.map((r) => r.label)),
  ]
  expect(moves({ warmupFractions: [0] }).filter((label) => /warmup/.test(label))).toContain('warmupSteps 0')
  expect(moves({ clipPercentiles: [0.9] }).some((label) => /^clipNorm (3|none)/.test(label))).toBe(true)
  expect(moves({ optimizers: ['sgd'] }).every((label) => /^incumbent$|^optimizer sgd, learningRate /.test(label))).toBe(true)
})
