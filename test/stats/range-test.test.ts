import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { fastaiValley, gradient, smoothed, steepest, valleyIndex } from '../../src/stats/range-suggestions.ts'
import { combineEdges, findEdge } from '../../src/stats/range-test.ts'
import type { Edge } from '../../src/stats/range-test.ts'
import { near, of, reasonOf, vectors } from './vectors.ts'

const geometric = (from: number, to: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)))

/** Gradient descent on ½ Σ λ x², from ones, one step a rate; `noise` is the standard deviation of the gradient's. */
function descend(rates: readonly number[], curvatures: readonly number[], noise = 0, seed = 0): number[] {
  const random = stream(seed, 'quadratic')
  let x = curvatures.map(() => 1)
  return rates.map((rate) => {
    const loss = x.reduce((sum, v, i) => sum + 0.5 * (curvatures[i] ?? 0) * v * v, 0)
    x = x.map((v, i) => v - rate * ((curvatures[i] ?? 0) * v + (noise > 0 ? noise * random.normal() : 0)))
    return loss
  })
}

const expected = vectors<{
  rates: number[]
  sweeps: { losses: number[] }[]
  fixed: { rate: number; final: number[] }[]
  valleys: { losses: number[]; index: number }[]
  gradients: { x: number[]; y: number[]; gradient: number[] }[]
}>('range-test')

describe('the edge on a quadratic, stable below 2 / λmax', () => {
  const curvatures = [1, 0.5, 0.1, 0.05]
  const rates = geometric(1e-6, 10, 300)
  const stable = (rate: number) => {
    const losses = descend(new Array<number>(2000).fill(rate), curvatures, 0.02)
    return (losses.at(-1) ?? NaN) < (losses[0] ?? NaN)
  }

  it('the stability limit of the simulation is where theory has it', () => {
    expect([1.98, 2.02].map(stable)).toEqual([true, false])
  })

  it.each([0, 1, 2, 3, 4])('with noisy gradients, seed %i: just above the limit, and stable when backed off', (seed) => {
    const edge = of('edge', findEdge(rates, descend(rates, curvatures, 0.05, seed)))
    expect(edge.rate).toBeGreaterThan(2 / 3)
    expect(edge.rate).toBeLessThan(2 * 2)
    // By the shares that the stage lr-range backs off by, but for the first, which only a trial can confirm.
    expect([0.5, 1 / 3, 0.1].map((share) => edge.rate * share).every(stable)).toBe(true)
    expect(edge.index).toBeGreaterThan(edge.minimumIndex)
  })

  it('a spike that a single batch makes is not the edge', () => {
    const losses = descend(rates, curvatures, 0.02)
    const spiked = losses.map((loss, i) => (i === 200 || i === 240 ? loss + 5 : loss))
    expect(of('edge', findEdge(rates, spiked)).index).toBe(of('edge', findEdge(rates, losses)).index)
  })

  it('a loss that stops being finite is an edge where it does', () => {
    const losses = descend(rates, curvatures).map((loss, i) => (i < 280 ? Math.min(loss, 2 - i / 300) : NaN))
    const ended = losses.slice(0, 285).concat(new Array<number>(15).fill(Infinity))
    expect(of('edge', findEdge(rates, ended))).toMatchObject({ index: 280, because: 'not-finite' })
  })
})

describe('the edge on real training (digits, one hidden layer, SGD)', () => {
  // What rates do over 400 steps: those that end near the chance loss, ln 10, are unstable.
  const highestStable = Math.max(...expected.fixed.filter((f) => f.final.every((loss) => loss < 0.2)).map((f) => f.rate))
  const edges = expected.sweeps.map((sweep) => of('edge', findEdge(expected.rates, sweep.losses)))

  it('the recorded trainings have a stability limit', () => {
    expect(highestStable).toBe(1)
  })

  it('lies near the limit for every seed, and a half of it trains', () => {
    for (const edge of edges) {
      expect(edge.rate).toBeGreaterThan(highestStable / 2)
      expect(edge.rate).toBeLessThan(highestStable * 3)
    }
    const combined = of('edge', combineEdges(edges))
    expect(combined.rate / 3).toBeLessThan(highestStable)
    expect(combined.rate / 10).toBeLessThan(highestStable / 2)
  })

  it('is nearer to the limit than fastai’s and Lightning’s suggestions on the same curves', () => {
    for (const [i, { losses }] of expected.sweeps.entries()) {
      const distance = (rate: number) => Math.abs(Math.log(rate / highestStable))
      const own = distance(edges[i]?.rate ?? NaN)
      expect(own).toBeLessThan(distance(of('suggestion', fastaiValley(expected.rates, losses)).rate))
      expect(own).toBeLessThan(distance(of('suggestion', steepest(expected.rates, losses, 'rate')).rate))
    }
  })
})

describe('the rule itself', () => {
  it('takes the first point that is above the minimum by more than a tenth of the drop', () => {
    const rates = geometric(1e-4, 1, 100)
    // Flat at 3, down to 1 by step 60, flat to step 66, then up by .03 a step: over 1.2 for the first time at step 73.
    const losses = rates.map((_, i) => (i < 20 ? 3 : i <= 60 ? 3 - (i - 20) / 20 : 1 + 0.03 * Math.max(0, i - 66)))
    const edge = of('edge', findEdge(rates, losses))
    expect([edge.minimumIndex, edge.index, edge.because]).toEqual([60, 73, 'rise'])
    expect([edge.drop, edge.minimumLoss, edge.rate]).toEqual([2, 1, rates[73]])
  })
})

describe('no edge is explained', () => {
  const rates = geometric(1e-6, 10, 300)
  const falling = rates.map((_, i) => 2 - i / 300)
  const random = stream(1, 'only noise')
  it.each([
    ['never rises', rates, falling, /does not rise again/],
    ['never falls', rates, rates.map((_, i) => 1 + i), /lowest at step 1: it never fell/],
    ['only noise', rates, rates.map(() => 2.3 + 0.1 * random.normal()), /step-to-step noise/],
    ['not finite at once', rates, rates.map(() => NaN), /not finite at step 1/],
    ['unequal lengths', rates, [1, 2], /300 rates but 2 losses/],
    ['too short', [1, 2], [2, 1], /at least 20 steps/],
    ['rates that fall', [...rates].reverse(), falling, /must be positive and rise/],
  ])('%s', (_name, x, y, reason) => {
    expect(reasonOf(findEdge(x, y))).toMatch(reason)
  })
})

describe('edges of several seeds', () => {
  const at = (rate: number): Edge => ({
    kind: 'edge',
    rate,
    index: 9,
    minimumIndex: 5,
    minimumLoss: 0,
    drop: 1,
    because: 'rise',
  })

  it('make a geometric mean with an interval', () => {
    const found = of('edge', combineEdges([at(1), at(2), at(1)]))
    near(found.rate, 2 ** (1 / 3))
    const interval = of('interval', found.interval)
    near(interval.estimate, found.rate)
    near(Math.log(interval.upper / interval.estimate), Math.log(interval.estimate / interval.lower), 1e-6)
    expect([found.lowest, found.highest, found.seeds]).toEqual([1, 2, 3])
    reasonOf(of('edge', combineEdges([at(1)])).interval)
    reasonOf(of('edge', combineEdges([at(1), at(1)])).interval)
  })

  it('are no measurement where they lie more than a factor of 3 apart, or where one is missing', () => {
    expect(combineEdges([at(1), at(3)]).kind).toBe('edge')
    expect(reasonOf(combineEdges([at(1), at(3.01)]))).toMatch(/from 1 to 3.01/)
    expect(reasonOf(combineEdges([at(1), { kind: 'none', reason: 'the loss never fell' }]))).toBe(
      '1 of 2 sweeps show no edge: the loss never fell',
    )
    expect(reasonOf(combineEdges([]))).toMatch(/no sweep/)
  })
})

describe('suggestions of other tools', () => {
  it.each(expected.valleys)('valley %# is fastai’s', ({ losses, index }) => {
    expect(valleyIndex(losses)).toBe(index)
  })

  it.each(expected.gradients)('gradient %# is NumPy’s', ({ x, y, gradient: slopes }) => {
    gradient(x, y).forEach((slope, i) => near(slope, slopes[i] ?? NaN))
  })

  it('by the rate itself the steepest point is among the lowest rates; by its logarithm it is in the descent', () => {
    const rates = geometric(1e-6, 10, 300)
    const random = stream(2, 'noise')
    const losses = rates.map((rate) => 2.3 / (1 + (rate / 0.05) ** 2) + 0.3 + 0.002 * random.normal())
    expect(of('suggestion', steepest(rates, losses, 'rate')).rate).toBeLessThan(1e-5)
    expect(of('suggestion', steepest(rates, losses)).rate).toBeGreaterThan(0.01)
  })

  it('say nothing of sweeps that are too short or never finite', () => {
    for (const losses of [[], [1, 2, 3], new Array<number>(40).fill(NaN)]) {
      const rates = losses.map((_, i) => 1 + i)
      reasonOf(fastaiValley(rates, losses))
      reasonOf(steepest(rates, losses))
    }
  })

  it('an exponential average starts unbiased', () => {
    expect(smoothed([3, 3, 3]).every((v) => Math.abs(v - 3) < 1e-12)).toBe(true)
  })
})
