import { describe, expect, test } from 'vitest'
import { leverDifferences, withLevers } from '../../src/records/levers.ts'
import type { BatchSettings } from '../../src/stages/batch/settings.ts'
import { stages } from '../../src/stages/index.ts'
import type { LrRangeSettings } from '../../src/stages/lr-range/settings.ts'
import type { RegularizeSettings } from '../../src/stages/regularize/settings.ts'
import type { ScheduleSettings } from '../../src/stages/schedule.ts'
import { someLevers } from '../support/levers.ts'
import { play, type World } from '../support/world.ts'

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
const batch: BatchSettings = {
  stage: 'batch',
  largest: 256,
  scaling: 'auto',
  memoryMiB: 2048,
  probeSteps: 30,
  seeds: 3,
  recheck: null,
}
const regularize: RegularizeSettings = {
  stage: 'regularize',
  eta: 3,
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

  test('no edge, or edges that disagree: inconclusive, and the incumbent stays', () => {
    const none = play(stages['lr-range'], lrRange, { ...world, edge: () => Infinity }).decision
    expect([none.conclusion, none.levers]).toEqual(['inconclusive', someLevers])
    const first = play(stages['lr-range'], lrRange, world).requests[0]?.seed
    const scattered = play(stages['lr-range'], lrRange, { ...world, edge: (r) => (r.seed === first ? 0.01 : 1) }).decision
    expect([scattered.conclusion, scattered.levers]).toEqual(['inconclusive', someLevers])
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

describe('batch', () => {
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
  test('reaches the best cell one lever at a time, and the most sensitive lever has the largest ω²', () => {
    const { decision, requests } = play(stages.regularize, regularize, world)
    expect(decision.levers.regularization).toMatchObject({ dropout: 0.3 })
    for (const entry of decision.lineage)
      expect(leverDifferences(someLevers, withLevers(someLevers, { [entry.lever]: entry.to }))).toHaveLength(1)
    if (!decision.findings.grid) throw new Error(decision.findings.stage)
    const [decay, dropout] = ['weightDecay', 'dropout'].map(
      (lever) => decision.findings.grid?.sensitivity.find((s) => s.lever === lever)?.omegaSquared ?? 0,
    )
    expect(dropout).toBeGreaterThan(decay ?? 1)
    // Successive halving: 9 cells at 1/9, 3 at 1/3, 1 at full length, each under three seeds: 27 ninths, not 81.
    const units = requests
      .filter((r) => r.label.includes(', '))
      .reduce((sum, r) => sum + (r.job.kind === 'train' ? r.job.stopAfter * 9 : 0), 0)
    expect(units / regularize.seeds).toBeCloseTo(27, 6)
  })
  test('augmentation is tried alone before anything is crossed with it', () => {
    const { requests } = play(
      stages.regularize,
      { ...regularize, grid: [...regularize.grid, { lever: 'augmentation', values: [0, 0.5, 1] }] },
      world,
    )
    expect(requests.slice(0, 9).map((r) => r.levers.regularization.augmentation)).toEqual([0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1])
  })
})

describe('schedule', () => {
  test('moves schedule, warmup and clip norm one after the other', () => {
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
  // Each challenge is held to a 5 % false alarm rate in all; schedule makes four of them. Bounds leave 3 SD of the
  // simulation.
  test.each([
    ['lr-range', lrRange, 0.05 + 0.07],
    ['regularize', regularize, 0.15 + 0.11],
    ['schedule', schedule, 0.2 + 0.12],
  ] as const)('%s', (name, settings, most) => {
    const moved = seeds.filter((seed) => play(stages[name], settings, flat, { seed }).decision.lineage.length > 0).length
    expect(moved / seeds.length).toBeLessThan(most)
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
  expect(moves({ warmupFractions: [0] })).toEqual(['incumbent', 'warmup 0 steps'])
  expect(moves({ clipPercentiles: [0.9] })).toEqual(['incumbent', 'clip norm 3', 'no clipping'])
})
