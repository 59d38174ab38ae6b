import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { curveOf, measured, type Context, type Curve } from '../../src/diagnose/curve.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import type { Finding } from '../../src/diagnose/finding.ts'
import { honestError, honestLoss } from '../../src/diagnose/rules/overconfident.ts'
import { rules } from '../../src/diagnose/rules/index.ts'
import { withLevers, type Levers } from '../../src/records/levers.ts'
import type { LayerHealth, RunResult } from '../../src/records/run.ts'
import { calibrationNull } from '../../src/stats/calibration-evidence.ts'
import { someLevers } from '../support/levers.ts'
import { fakeStudy } from '../support/study.ts'
import { context, curve, findingsOf, group, healthyShape, rulesOf, type Shape } from './support.ts'

const wave =
  (size: number) =>
  (at: number, step: number): number =>
    healthyShape.validation(at, step) * (1 + (Math.floor(step / 10) % 2 ? size : -size))
const sick: readonly (readonly [what: string, rule: string, shape: Partial<Shape>])[] = [
  [
    'a loss that goes up twentyfold in the first steps',
    'early-divergence',
    { loss: (at) => (at > 0.01 && at < 0.06 ? 40 : 2.3) },
  ],
  ['a run that stopped being finite', 'early-divergence', { status: 'diverged' }],
  [
    'one answer for all rows and no gradient',
    'gradients',
    { loss: () => 2.3, validation: () => 2.31, norm: (at) => (at < 0.02 ? 5 : 0.1), balancedAccuracy: () => 0.1 },
  ],
  [
    'norms that vanish while the loss stays',
    'gradients',
    { loss: (at) => (at < 0.05 ? 2.3 : 1.9), validation: () => 1.95, norm: (at) => (at < 0.1 ? 1 : 1e-4) },
  ],
  [
    'one gradient a thousand times the usual, never recovered from',
    'gradients',
    { loss: () => 2.2, validation: () => 2.25, norm: (at) => (at > 0.2 && at < 0.21 ? 1000 : 0.5) },
  ],
  ['no gain from the start', 'flat', { loss: () => 2.35, validation: () => 2.35, noise: 0.05 }],
  ['validation up and down by a fifth', 'oscillation', { validation: wave(0.2) }],
  [
    'a loss that stops at half of its start',
    'early-plateau',
    { loss: (at) => 1.2 + 1.1 * Math.exp(-30 * at), validation: () => 1.3 },
  ],
  [
    'a loss that still falls',
    'unfinished',
    { loss: (at) => 2.3 - 0.8 * at, validation: (at) => 2.3 - 0.8 * at, rate: () => 0.001 },
  ],
  [
    'a loss far above what a good fit has',
    'underfit',
    { loss: (at) => 1.5 + 0.8 * Math.exp(-8 * at), validation: () => 1.6 },
  ],
  [
    'validation loss up while training loss falls',
    'overfit',
    { validation: (at) => 0.4 + 2 * Math.exp(-10 * at) + 0.8 * at },
  ],
  ['training right in 20 % more of the rows', 'overfit', { accuracy: () => 0.78 }],
  ['a calibration error of 0.2', 'overconfident', { ece: 0.2, accuracy: () => 0.8 }],
  [
    'a log loss that no honest probabilities of this accuracy have',
    'overconfident',
    { accuracy: () => 0.85, validation: () => 2 },
  ],
  [
    'the same places of each epoch high',
    'epoch-boundaries',
    { loss: (at, step) => healthyShape.loss(at, step) * (1 + (step % 10) / 10) },
  ],
  ['six of ten steps clipped', 'clipping', { clipped: (step) => step % 10 < 6 }],
  [
    'a loss of twenty times a constant guess before any step',
    'wild-start',
    { loss: (at, step) => (step === 0 ? 46 : 1.9 + Math.exp(-8 * at)), validation: () => 2 },
  ],
  [
    'a training loss that stays at that of a constant guess, while validation rows have a lower one from the start',
    'flat',
    { loss: () => 2.3, validation: () => 1.4 },
  ],
]

const stuck: Partial<Shape> = { loss: (at) => 1.5 + 0.8 * Math.exp(-8 * at), validation: () => 1.6 }
const layer = (name: string, deadUnits: number, gradientNorm = 1): LayerHealth => ({
  name,
  deadUnits,
  gradientNorm,
  weightNorm: 2,
  units: 10,
})
/** The rules that see more of a run than its curves, and what they see. */
const seenInside: readonly (readonly [what: string, rule: string, inside: Partial<Curve>])[] = [
  ['most units of a layer dead', 'dead-units', { layers: [layer('0.dense.kernel', 6), layer('1.dense.kernel', 0)] }],
  ['a layer without a gradient', 'dead-units', { layers: [layer('0.dense.kernel', 0, 1e-5), layer('1.dense.kernel', 0)] }],
  [
    'weight decay that takes the weights away',
    'shrinking-weights',
    { levers: withLevers(someLevers, { optimizer: 'adamw', learningRate: 0.1, weightDecay: 0.5 }) },
  ],
]
const inside = (shape: Partial<Shape>, more: Partial<Curve>): Finding[] =>
  diagnose([{ subject: 'x', context, curves: [{ ...curve(shape), ...more }] }])

describe('a run that fails', () => {
  it.each(seenInside)('with %s: %s, before its symptoms', (_, rule, more) =>
    expect(inside(stuck, more).map((f) => f.rule)).toEqual([rule, 'early-plateau', 'underfit']),
  )

  it.each(seenInside)('is let alone where it does not fail in spite of %s', (_, _rule, more) =>
    expect(inside({}, more)).toEqual([]),
  )

  it('is no case of dead units if half of them live, or if only the output is dead', () => {
    const layers = [layer('0.dense.kernel', 5), layer('1.dense.kernel', 10)]
    expect(inside(stuck, { layers }).map((f) => f.rule)).not.toContain('dead-units')
  })
})

describe('advice', () => {
  const levers = withLevers(someLevers, { dropout: 0, weightDecay: 0.1, labelSmoothing: 0.05, schedule: 'cosine' })
  const movesOf = (rule: string, shape: Partial<Shape>, own: Levers, more: Partial<Context> = {}) =>
    diagnose([{ subject: 'x', context: { ...context, ...more }, curves: [{ ...curve(shape), levers: own }] }])
      .find((f) => f.rule === rule)
      ?.moves.map((move) => move.lever)

  it('leaves out what is already so', () => {
    expect(movesOf('underfit', stuck, levers)).toEqual(['labelSmoothing', 'weightDecay', 'learningRate', null])
    expect(movesOf('underfit', stuck, withLevers(levers, { dropout: 0.1 }))?.[0]).toBe('dropout')
  })
  it('leaves out levers without an effect on the model', () => {
    expect(movesOf('underfit', stuck, withLevers(levers, { dropout: 0.1 }), { idleLevers: ['dropout'] })?.[0]).toBe(
      'labelSmoothing',
    )
  })
  it('does not lower the end of a schedule that is constant', () => {
    const sure: Partial<Shape> = { ece: 0.2, accuracy: () => 0.8 }
    const falling = withLevers(levers, { finalFraction: 0.1 })
    expect(movesOf('overconfident', sure, falling)).toContain('finalFraction')
    expect(movesOf('overconfident', sure, withLevers(falling, { schedule: 'constant' }))).not.toContain('finalFraction')
    expect(movesOf('overconfident', sure, withLevers(falling, { finalFraction: 0 }))).not.toContain('finalFraction')
  })
  it('puts what few of the seeds show last, and names one of two findings that contradict each other', () => {
    const curves = [1, 2, 3, 4, 5].map((seed) =>
      curve(seed === 3 ? { status: 'diverged' } : { ...stuck, clipped: () => true }, seed),
    )
    expect(diagnose([{ subject: 'x', context, curves }]).map((f) => [f.rule, f.seeds.seen])).toEqual([
      ['clipping', 4],
      ['early-plateau', 4],
      ['underfit', 4],
      ['early-divergence', 1],
    ])
    const both: Partial<Shape> = { ...stuck, trainAccuracy: () => 0.7, accuracy: () => 0.4 }
    expect(rulesOf(both)).toContain('overfit')
    expect(rulesOf(both)).not.toContain('underfit')
  })
})

describe('a healthy run', () => {
  it('is let alone by every rule', () => expect(findingsOf()).toEqual([]))

  it.each<readonly [string, Partial<Shape>]>([
    ['with noisy steps', { noise: 0.4 }],
    ['with a constant rate', { rate: () => 0.01 }],
    ['that drops by steps of the rate', { rate: (at) => (at < 0.5 ? 0.01 : at < 0.75 ? 0.003 : 0.001) }],
    [
      'with loss near 0',
      { loss: (at) => 1e-4 + 2.3 * Math.exp(-12 * at), validation: (at) => 0.01 + 2.3 * Math.exp(-12 * at) },
    ],
    ['with four of ten steps clipped', { clipped: (step) => step % 10 < 4 }],
    ['with validation that wobbles by 3 %', { validation: wave(0.03) }],
    ['whose validation stands still', { validation: (at) => 0.25 + 2 * Math.exp(-10 * at) }],
    [
      'that is underconfident',
      { ece: 0.15, loss: (at) => 0.4 + 1.9 * Math.exp(-8 * at), validation: (at) => 0.42 + 1.9 * Math.exp(-8 * at) },
    ],
    ['whose norms fall because it has learned', { norm: (at) => Math.exp(-9 * at) }],
  ])('%s is as well', (_, shape) => expect(rulesOf(shape)).toEqual([]))
})

describe('a loss above what a good fit has', () => {
  const ends = (train: number, validation: number): Partial<Shape> => ({
    loss: (at) => train + (2.3 - train) * Math.exp(-20 * at),
    validation: (at) => validation + (2.3 - validation) * Math.exp(-20 * at),
    trainAccuracy: () => 0.7,
    accuracy: () => 0.7,
  })
  it('is none where validation is as good: the training rows are harder', () => {
    expect(rulesOf(ends(1.3, 1.3))).toContain('underfit')
    expect(rulesOf(ends(1.3, 0.85))).toEqual([])
  })
})

describe('a sick run', () => {
  it.each(sick)('with %s: %s', (_, rule, shape) => expect(rulesOf(shape)).toContain(rule))

  it('is covered for every rule', () => {
    const elsewhere = ['seed-variance', 'strong-dropout']
    const covered = [...elsewhere, ...sick.map(([, rule]) => rule), ...seenInside.map(([, rule]) => rule)]
    expect(rules.map((rule) => rule.name).filter((name) => !covered.includes(name))).toEqual([])
  })
})

describe('a cause', () => {
  it('is the inputs where one seed has a wild start, and not the rate at which all diverge', () => {
    const wild: Partial<Shape> = { loss: (at, step) => (step === 0 ? 60 : at < 0.06 ? 90 : 2.3), validation: () => 2.4 }
    const late: Partial<Shape> = { ...wild, loss: (at, step) => (step === 0 ? 2.5 : at < 0.06 ? 90 : 2.3) }
    const found = diagnose([{ ...group(), curves: [curve(wild, 1), curve(late, 2), curve(late, 3)] }])
    expect(found.slice(0, 2).map((f) => f.rule)).toEqual(['wild-start', 'early-divergence'])
    expect(found[0]?.sights[0]?.sentence).toMatch(/is 2\d\.?\d* times that of a constant guess; so in 1 of 3 seeds$/)
    expect(found[0]?.moves[0]?.change).toMatch(/^standardize the inputs/)
  })
  it('is the inputs where these are off scale and the loss rises, however the first loss is', () => {
    const rose: Partial<Shape> = { loss: (at) => (at > 0.01 && at < 0.06 ? 40 : 2.3), validation: () => 2.4 }
    expect(rulesOf(rose, { inputScale: 30 }).slice(0, 2)).toEqual(['wild-start', 'early-divergence'])
    expect(rulesOf(rose, { inputScale: 1 })[0]).toBe('early-divergence')
    expect(findingsOf(rose, { inputScale: 30 })[0]?.sights[0]?.sentence).toMatch(/^an input has a root mean square of 30/)
    expect(rulesOf({}, { inputScale: 30 })).toEqual([])
  })
  it('is no wild start where training succeeds', () =>
    expect(rulesOf({ loss: (at, step) => (step === 0 ? 46 : healthyShape.loss(at, step)) })).toEqual([]))

  it('is no divergence where the first batch was an easy one', () =>
    expect(rulesOf({ loss: (at, step) => (step === 0 ? 0.3 : healthyShape.loss(at, step)) })).toEqual([]))

  it('is not that training is flat, if evaluations gain while batches differ widely', () => {
    const shape: Partial<Shape> = { loss: (at) => 1.6 + 0.7 * Math.exp(-8 * at), validation: () => 2.3, noise: 0.6 }
    expect(rulesOf(shape)).not.toContain('flat')
  })

  it('is a rate that is spent before anything was learned, and a loss is flat only under one that is not', () => {
    const shape: Partial<Shape> = { loss: (at) => 2.3 + Math.exp(-40 * at), validation: () => 2.35, noise: 0.02 }
    expect(rulesOf({ ...shape, rate: (at) => 0.01 * 1e-9 ** at })[0]).toBe('early-plateau')
    expect(rulesOf({ ...shape, rate: (at) => 0.01 * 1e-9 ** at })).not.toContain('flat')
    expect(rulesOf({ ...shape, rate: () => 0.01 })[0]).toBe('flat')
    expect(rulesOf({ ...shape, rate: () => 0.01 })).not.toContain('early-plateau')
  })

  it('is few training rows where a narrow gap is more than the choice of validation rows', () => {
    const shape: Partial<Shape> = { trainAccuracy: () => 1, accuracy: () => 0.94 }
    expect(rulesOf(shape, { rows: { train: 24, validation: 400 } })).toEqual(['overfit'])
    expect(rulesOf(shape, { rows: { train: 24, validation: 40 } })).toEqual([])
    expect(rulesOf(shape, { rows: { train: 640, validation: 400 } })).toEqual([])
  })

  it('is not that the run is too short, if validation no longer gains', () => {
    const falling = (at: number): number => 2.3 - 0.8 * at
    const shape: Partial<Shape> = { loss: falling, rate: () => 0.001 }
    expect(rulesOf({ ...shape, validation: falling })).toContain('unfinished')
    expect(rulesOf({ ...shape, validation: (at) => Math.max(2, falling(at)) })).not.toContain('unfinished')
  })

  it('is a run that is longer by as much as is missing', () => {
    const advised = (gain: number) => {
      const falling = (at: number): number => 2.3 - gain * at
      const found = findingsOf({ loss: falling, validation: falling, rate: () => 0.001 })
      return found.find((f) => f.rule === 'unfinished')?.moves[0]?.to
    }
    expect([advised(0.3), advised(0.8)]).toEqual([{ times: 10 }, { times: 3 }])
  })
})

describe('dropout', () => {
  const strong = withLevers(someLevers, { dropout: 0.5, labelSmoothing: 0, augmentation: 0 })
  /** Steps end at 1.5, evaluations at these losses. */
  const rulesFor = (train: number, validation: number, own: Levers = strong, more: Partial<Context> = {}): string[] => {
    const made = curve({ loss: (at) => 1.5 + 0.8 * Math.exp(-8 * at) })
    const evaluations = made.evaluations.map((e) => ({
      ...e,
      train: { ...e.train, loss: train + Math.exp(-e.step / 40) },
      validation: { ...e.validation, loss: validation + Math.exp(-e.step / 40) },
    }))
    const curves = [{ ...made, evaluations, levers: own }]
    return diagnose([{ subject: 'x', context: { ...context, ...more }, curves }]).map((f) => f.rule)
  }
  it('is too strong where steps end far above evaluations, of training and of validation rows', () =>
    expect(rulesFor(0.8, 0.9)).toEqual(['strong-dropout']))
  it('is not where it costs little, where it prevents overfitting, or where something else may be the reason', () => {
    expect(rulesFor(1.4, 1.45)).not.toContain('strong-dropout')
    expect(rulesFor(0.8, 1.6)).not.toContain('strong-dropout')
    expect(rulesFor(0.8, 0.9, withLevers(strong, { dropout: 0 }))).toEqual([])
    expect(rulesFor(0.8, 0.9, withLevers(strong, { labelSmoothing: 0.1 }))).toEqual([])
    expect(rulesFor(0.8, 0.9, strong, { idleLevers: ['dropout'] })).toEqual([])
  })
})

describe('dead units', () => {
  const dying = { layers: [layer('0.dense.kernel', 8), layer('1.dense.kernel', 0)] }
  const advised = (more: Partial<Context>, shape: Partial<Shape> = stuck) =>
    diagnose([{ subject: 'x', context: { ...context, ...more }, curves: [{ ...curve(shape), ...dying }] }])[0]?.moves[0]

  it('want standardized inputs, unless these are so already', () => {
    expect(advised({})?.change).toMatch(/^standardize the inputs; widen/)
    expect(advised({ inputScale: 30 })?.change).toMatch(/^standardize the inputs; widen/)
    expect(advised({ inputScale: 1 })?.change).toMatch(/^widen narrow layers/)
  })
  it('were not killed by large steps where the first batches were easy ones', () => {
    const easy: Partial<Shape> = { ...stuck, loss: (at, step) => (step < 5 ? 1.2 : 1.9 + 0.1 * Math.exp(-at)) }
    expect(advised({}, easy)?.lever).toBeNull()
    const rose: Partial<Shape> = { ...stuck, loss: (at) => (at > 0.02 && at < 0.09 ? 6 : 2.3) }
    expect([advised({}, rose)?.lever, advised({ inputScale: 30 }, rose)?.lever]).toEqual(['learningRate', null])
  })
  it('are what seeds differ by, where some have them', () => {
    const curves = [0.95, 0.6, 0.94, 0.5, 0.93].map((final, i) => ({
      ...curve({ accuracy: (at) => final - 0.4 * Math.exp(-8 * at) }, i + 1),
      ...(final < 0.7 ? dying : {}),
    }))
    const found = diagnose([{ ...group(), curves }]).find((f) => f.rule === 'seed-variance')
    expect(found?.cause).toMatch(
      /^In 2 of 5 seeds, a layer gets no gradient.*0\.dense\.kernel, where 8 of 10 units are dead/,
    )
    expect(found?.moves[0]?.change).toMatch(/widen narrow layers/)
  })
})

describe('seeds', () => {
  const spread = (size: number) => ({
    ...group(),
    curves: [0.95, 0.95 - size, 0.94, 0.95 - 1.4 * size, 0.93].map((final, i) =>
      curve({ accuracy: (at) => final - 0.8 * Math.exp(-8 * at) }, i + 1),
    ),
  })
  it('that differ more than other rows would make them are a finding, over all of them', () => {
    const found = diagnose([spread(0.25)]).find((f) => f.rule === 'seed-variance')
    expect(found?.seeds).toEqual({ seen: 5, of: 5 })
    expect(found?.sights[0]?.values['lower']).toBeGreaterThan(found?.sights[0]?.values['cap'] ?? NaN)
    expect(diagnose([spread(0.005)])).toEqual([])
  })
  it('are held against the usual one: a seed that failed does not make the spread look usual', () => {
    const curves = [0.99, 0.99, 0.95].map((final, i) => curve({ accuracy: (at) => final - 0.8 * Math.exp(-20 * at) }, i + 1))
    const found = diagnose([{ subject: 'x', curves, context: { ...context, rows: { train: 640, validation: 100 } } }])
    expect(found.map((f) => f.rule)).toEqual(['seed-variance'])
  })
  it('are held against the cap of the gate where there is one', () => {
    const capped = (maxStd: number) =>
      diagnose([{ ...spread(0.02), context: { ...context, seedCap: { metric: 'accuracy', maxStd } } }]).map((f) => f.rule)
    expect(capped(0.001)).toEqual(['seed-variance'])
    expect(capped(0.1)).toEqual([])
  })
  it('are counted: one crash in five is said, one wild seed in five is chance', () => {
    const mixed = (shape: Partial<Shape>) =>
      diagnose([{ ...group(), curves: [1, 2, 3, 4, 5].map((seed) => curve(seed === 3 ? shape : {}, seed)) }])
    expect(mixed({ status: 'diverged' }).map((f) => [f.rule, f.seeds.seen, f.seeds.of, f.sights[0]?.seed])).toEqual([
      ['early-divergence', 1, 5, 3],
    ])
    expect(mixed({ validation: wave(0.2) })).toEqual([])
  })
})

describe('a loss that goes up in the first steps', () => {
  const rise = (times: number, end: number): Partial<Shape> => ({
    loss: (at) => (at > 0.01 && at < 0.06 ? 2.3 * times : end + (2.3 - end) * Math.exp(-8 * at)),
    validation: (at) => 0.06 + end + (2.3 - end) * Math.exp(-8 * at),
  })
  const inSeeds = (count: number, shape: Partial<Shape>): string[] =>
    diagnose([{ ...group(), curves: [1, 2, 3, 4, 5].map((seed) => curve(seed <= count ? shape : {}, seed)) }]).map(
      (f) => f.rule,
    )
  it('a little, in one seed that ends well, may be a few hard batches', () => {
    expect(inSeeds(1, rise(6, 0.1))).toEqual([])
    expect(inSeeds(3, rise(6, 0.1))).toContain('early-divergence')
  })
  it('far, or without recovering, is said of one seed', () => {
    expect(inSeeds(1, rise(20, 0.1))).toContain('early-divergence')
    expect(inSeeds(1, rise(6, 1.5))).toContain('early-divergence')
  })
})

describe('swings of the loss', () => {
  it('that end with the run are mended by its schedule', () => {
    const until = (end: number): Partial<Shape> => ({
      validation: (at, step) => (at < end ? wave(0.2)(at, step) : healthyShape.validation(at, step)),
    })
    expect(rulesOf(until(1))).toContain('oscillation')
    expect(rulesOf(until(0.6))).toEqual([])
  })
})

describe('seeds of a regression', () => {
  /** Squared errors at the end, of targets with a variance of 1000 and 200 validation rows. */
  const spread = (...errors: readonly number[]): Finding[] =>
    diagnose([
      {
        subject: 'x',
        context: { ...context, task: 'regression', classes: null, rows: { train: 600, validation: 200 } },
        curves: errors.map((mse, i) => {
          const made = curve({}, i + 1)
          const at = (end: number, epoch: number) => {
            const mse = end + 1000 * Math.exp(-epoch / 2)
            return measured({ mse, r2: 1 - mse / 1001 })
          }
          return {
            ...made,
            steps: [],
            evaluations: made.evaluations.map((e, epoch) => ({ ...e, train: at(20, epoch), validation: at(mse, epoch) })),
          }
        }),
      },
    ])
  it('that all fit well may differ: nobody would see the spread beside that of the targets', () => {
    expect(spread(10, 12, 30, 11, 60)).toEqual([])
    const found = spread(100, 110, 600, 105, 900).find((f) => f.rule === 'seed-variance')
    expect(found?.sights[0]?.sentence).toMatch(/above [\d.]+, 5 % of the loss of a constant guess$/)
  })
})

describe('a finding', () => {
  it('says where: steps, epochs, values and the seed', () => {
    const found = findingsOf({ loss: (at) => 1.2 + 1.1 * Math.exp(-30 * at), validation: () => 1.3 }).find(
      (f) => f.rule === 'early-plateau',
    )
    const sight = found?.sights[0]
    expect(sight?.steps?.[1]).toBe(300)
    expect(sight?.steps?.[0]).toBeLessThan(100)
    expect(sight?.epochs?.[1]).toBe(30)
    expect(sight?.values['end']).toBeCloseTo(1.2, 1)
    expect(sight?.sentence).toMatch(/^from step \d+ of 300 on, the training loss stays at 1\.\d+/)
    expect(found?.stage).toBe('lr-range')
  })
  it("has a cause that fits: a plateau under a rate that is spent is the schedule's", () => {
    const shape: Partial<Shape> = { loss: (at) => 1.2 + 1.1 * Math.exp(-30 * at), validation: () => 1.3 }
    const leverOf = (rate: Shape['rate']) =>
      findingsOf({ ...shape, rate }).find((f) => f.rule === 'early-plateau')?.moves[0]?.lever
    expect([leverOf((at) => 0.01 * 1e-9 ** at), leverOf(() => 0.01)]).toEqual(['schedule', 'learningRate'])
  })
  it('has nothing that JSON cannot hold', () => {
    for (const [, , shape] of sick) for (const f of findingsOf(shape)) expect(JSON.parse(JSON.stringify(f))).toEqual(f)
  })
})

describe('a regression', () => {
  /** Targets of variance 2500; steps log the loss of standardized ones, as training does. */
  const runs = (left: (at: number) => number): RunResult[] =>
    [1, 2, 3].map((seed) => {
      const made = curve({ loss: left, noise: 0.1 }, seed)
      const metrics = (share: number) => ({ mse: 2500 * share, r2: 1 - share })
      return {
        id: `${seed}`,
        engine: 'test',
        timing: { seconds: 1, stepsPerSecond: 1 },
        status: 'complete',
        best: null,
        probe: null,
        weights: '',
        request: {
          stage: 'verify',
          label: 'x',
          levers: someLevers,
          seed,
          job: { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false },
        },
        steps: {
          loss: made.steps.map((s) => s.loss ?? NaN),
          learningRate: made.steps.map(() => 0.01),
          gradientNorm: made.steps.map(() => 1),
          clipped: made.steps.map(() => false),
        },
        evaluations: made.evaluations.map((e) => {
          const share = left(e.step / 300)
          return { step: e.step, epoch: e.epoch ?? 0, train: metrics(share), validation: metrics(share + 0.02) }
        }),
      }
    })
  const said = (left: (at: number) => number): string[] =>
    diagnose([
      { subject: 'x', curves: runs(left).map(curveOf), context: { ...context, task: 'regression', classes: null } },
    ]).map((f) => f.rule)
  it('in other units than its steps is let alone where it is healthy', () => {
    expect(said((at) => 0.05 + 0.95 * Math.exp(-8 * at))).toEqual([])
    expect(curveOf(runs(() => 1)[0] as RunResult).steps[0]?.loss).toBeCloseTo(2500, -3)
  })
  it('that learns nothing is found', () => expect(said(() => 1.02)).toContain('flat'))
  it('underfits by more than the few training rows explain that were evaluated', () => {
    const ends = (share: number, rows: NonNullable<Context['rows']>) =>
      diagnose([
        {
          subject: 'x',
          curves: runs((at) => share + (1 - share) * Math.exp(-20 * at)).map(curveOf),
          context: { ...context, task: 'regression', classes: null, rows },
        },
      ]).map((f) => f.rule)
    expect(ends(0.48, { train: 600, validation: 40 })).toEqual([])
    expect(ends(0.48, { train: 600, validation: 500 })).toContain('underfit')
    expect(ends(0.48, { train: 40, validation: 40 })).toContain('underfit')
    expect(ends(0.6, { train: 600, validation: 40 })).toContain('underfit')
  })
})

describe('a run without gradient norms', () => {
  const grows = (norm: (step: number) => number): string[] => {
    const run = fakeStudy({}).results.find((r) => r.status === 'complete' && r.steps.loss.length > 20) as RunResult
    const gradientNorm = run.steps.loss.map((_, i) => norm(i))
    const curves = [curveOf({ ...run, steps: { ...run.steps, gradientNorm } })]
    return diagnose([{ subject: 'x', context, curves }]).map((f) => f.rule)
  }
  it('is not one that diverges', () => expect(grows(() => NaN)).not.toContain('early-divergence'))
  it('is not one whose last gradients overflow', () =>
    expect(grows((step) => (step < 10 ? 1 : NaN))).toContain('early-divergence'))
})

describe('curves that say little', () => {
  const silent = { subject: 'x', context, curves: [] }
  it.each([
    ['no runs', silent],
    ['nothing logged', { ...silent, curves: [{ ...curve(), steps: [], evaluations: [] }] }],
    ['one step', { ...silent, curves: [{ ...curve(), steps: curve().steps.slice(0, 1), evaluations: [] }] }],
    ['steps alone, healthy', { ...silent, curves: [{ ...curve(), evaluations: [] }] }],
    ['evaluations alone, healthy', { ...silent, curves: [{ ...curve(), steps: [] }] }],
    [
      'columns without a value',
      {
        ...silent,
        curves: [
          {
            ...curve(),
            steps: curve().steps.map((s) => ({
              ...s,
              loss: null,
              gradientNorm: null,
              learningRate: null,
              clipped: null,
            })),
          },
        ],
      },
    ],
  ])('%s: no finding, no crash', (_, one) => expect(diagnose([one])).toEqual([]))

  it('whatever is cut off and left out, no rule throws', () => {
    const random = stream(3, 'cuts')
    for (const [, , shape] of sick) {
      for (let i = 0; i < 20; i++) {
        const whole = curve(shape)
        const cut = {
          ...whole,
          steps: whole.steps.slice(random.integer(300), random.integer(300)),
          evaluations: whole.evaluations.slice(random.integer(30), random.integer(30)),
        }
        const few = i % 2 ? cut : { ...cut, stepsPerEpoch: null }
        expect(() =>
          diagnose([
            { subject: 'cut', curves: [few], context: i % 3 ? context : { ...context, classes: null, rows: null } },
          ]),
        ).not.toThrow()
      }
    }
  })
})

describe('honest probabilities', () => {
  it.each([
    [30, 0.9],
    [200, 0.6],
    [400, 0.85],
    [400, 0.97],
  ])('on %i rows with accuracy %f stay below the bounds', (rows, accuracy) => {
    const random = stream(1, 'honest', rows)
    // Two classes; confidences spread around the accuracy, labels drawn from them.
    const confidence = Array.from({ length: rows }, () => Math.min(0.999, Math.max(0.501, accuracy + 0.1 * random.normal())))
    const probabilities = Float64Array.from(confidence.flatMap((c) => [c, 1 - c]))
    const labels = Int32Array.from(confidence, (c) => (random.uniform() < c ? 0 : 1))
    const found = calibrationNull({ probabilities, labels, classes: 2 }, random, { draws: 400 })
    const right = labels.filter((l) => l === 0).length / rows
    expect(found.kind === 'null' && found.percentile95).toBeLessThan(honestError(right, rows))
    const loss = -confidence.reduce((sum, c, i) => sum + Math.log(labels[i] === 0 ? c : 1 - c), 0) / rows
    expect(loss).toBeLessThan(honestLoss(right, rows, 2))
  })
})
