import { describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { noiseScale, type NormPair } from '../../src/train/noise-scale.ts'

/** Gradients of single examples are normal about `mean` with the given SD in each of its directions. */
function drawn(mean: readonly number[], sd: number, pairs: number, small: number, parts: number): NormPair[] {
  const random = stream(7, 'gradients')
  const squared = (g: readonly number[]): number => g.reduce((sum, x) => sum + x * x, 0)
  return Array.from({ length: pairs }, () => {
    const gradients = Array.from({ length: parts }, () => mean.map((m) => m + (sd / Math.sqrt(small)) * random.normal()))
    const whole = mean.map((_, i) => gradients.reduce((sum, g) => sum + (g[i] as number), 0) / parts)
    return {
      small: { batch: small, squaredNorm: gradients.reduce((sum, g) => sum + squared(g), 0) / parts },
      large: { batch: small * parts, squaredNorm: squared(whole) },
    }
  })
}

describe('the gradient noise scale', () => {
  test('of gradients of known mean and covariance is tr(Σ) / |G|²', () => {
    const mean = [0.5, -1, 0.25, 0.1]
    const truth = (4 * 3 ** 2) / mean.reduce((sum, m) => sum + m * m, 0)
    expect(noiseScale(drawn(mean, 3, 4000, 16, 4)) ?? NaN).toBeGreaterThan(0.9 * truth)
    expect(noiseScale(drawn(mean, 3, 4000, 16, 4)) ?? NaN).toBeLessThan(1.1 * truth)
  })

  test('is exact without randomness: |g_b|² = |G|² + tr(Σ) / b', () => {
    const of = (batch: number) => ({ batch, squaredNorm: 2 + 30 / batch })
    const pair = (small: number, large: number): NormPair => ({ small: of(small), large: of(large) })
    expect(noiseScale([pair(16, 64), pair(8, 64)])).toBeCloseTo(15, 9)
  })

  test('takes every direction with the variance that it has', () => {
    const random = stream(9, 'gradients')
    const centre = Array.from({ length: 20 }, (_, i) => 0.1 + 0.02 * i)
    const squaredNorm = (batch: number): number =>
      centre.reduce((sum, g, i) => sum + (g + random.normal() * Math.sqrt((1 + i) / batch)) ** 2, 0)
    const pairs = Array.from({ length: 4000 }, () => ({
      small: { batch: 8, squaredNorm: squaredNorm(8) },
      large: { batch: 128, squaredNorm: squaredNorm(128) },
    }))
    // tr(Σ) = 1 + 2 + … + 20.
    const truth = 210 / centre.reduce((sum, g) => sum + g * g, 0)
    expect(Math.abs((noiseScale(pairs) ?? NaN) / truth - 1)).toBeLessThan(0.03)
  })

  test('averages before it divides: the mean of ratios would be another number', () => {
    const pair = (small: number, large: number): NormPair => ({
      small: { batch: 1, squaredNorm: small },
      large: { batch: 2, squaredNorm: large },
    })
    expect(noiseScale([pair(9, 8), pair(5, 3)])).toBe(0.75)
  })

  test.each([
    ['no noise', 1, 1, 128],
    ['NaN', NaN, 1, 128],
    ['equal batches', 2, 1, 8],
    ['equal batches, the other way', 1, 2, 8],
  ])('is not a number of %s', (_, small, large, batch) => {
    expect(noiseScale([{ small: { batch: 8, squaredNorm: small }, large: { batch, squaredNorm: large } }])).toBeNull()
  })

  test('is not a number where there is no signal, or no gradient at all', () => {
    expect(noiseScale([{ small: { batch: 1, squaredNorm: 8 }, large: { batch: 4, squaredNorm: 1 } }])).toBeNull()
    expect(noiseScale([])).toBeNull()
  })
})
