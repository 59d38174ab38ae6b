import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { gradientNoiseScale } from '../../src/stats/gradient-noise.ts'
import { near, of, reasonOf } from './vectors.ts'

/** Squared norms of means of `batch` Gaussian gradients about `centre`; the variance of coordinate i is `variances[i]`. */
function pairs(count: number, centre: readonly number[], variances: readonly number[], small: number, big: number) {
  const random = stream(9, 'gradients')
  const squaredNorm = (batch: number) => centre.reduce((sum, g, i) =>
    sum + (g + random.normal() * Math.sqrt((variances[i] ?? 0) / batch)) ** 2, 0)
  return Array.from({ length: count }, () => ({ small: squaredNorm(small), big: squaredNorm(big) }))
}

describe('gradient noise scale', () => {
  const centre = Array.from({ length: 20 }, (_, i) => 0.1 + 0.02 * i)
  const variances = centre.map((_, i) => 1 + i)
  const squared = centre.reduce((sum, g) => sum + g * g, 0)
  const trace = variances.reduce((a, b) => a + b)

  it('finds the known trace and gradient of synthetic Gaussians', () => {
    const found = of('noise-scale', gradientNoiseScale(pairs(4000, centre, variances, 8, 128), 8, 128))
    near(found.gradientSquared, squared, 0.02)
    near(found.trace, trace, 0.02)
    near(found.scale, trace / squared, 0.03)
    expect(found.pairs).toBe(4000)
  })

  it('is exact where the norms are their expectations', () => {
    const exact = { small: squared + trace / 8, big: squared + trace / 128 }
    near(of('noise-scale', gradientNoiseScale([exact], 8, 128)).scale, trace / squared)
  })

  it('averages before it divides: the mean of ratios would be another number', () => {
    const found = of('noise-scale', gradientNoiseScale([{ small: 9, big: 8 }, { small: 5, big: 3 }], 1, 2))
    expect([found.trace, found.gradientSquared, found.scale]).toEqual([3, 4, 0.75])
    expect(found.pairs).toBe(2)
  })

  it.each([
    ['pure noise', [{ small: 16, big: 1 }], 8, 128, /noise hides the gradient/],
    ['no noise', [{ small: 1, big: 1 }], 8, 128, /no noise was measured/],
    ['no pair', [], 8, 128, /at least 1/],
    ['NaN', [{ small: NaN, big: 1 }], 8, 128, /NaN/],
    ['equal batches', [{ small: 2, big: 1 }], 8, 8, /must exceed/],
  ])('%s is explained', (_name, found, small, big, reason) => {
    expect(reasonOf(gradientNoiseScale(found, small, big))).toMatch(reason)
  })
})
