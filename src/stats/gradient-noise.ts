import { mean } from './describe.ts'
import { firstReason, shown, undefinedBecause, unusable } from './outcome.ts'
import type { Undefined } from './outcome.ts'

/** Squared norms of mean gradients at one point in the weights, one of a small batch and one of a big one. */
export interface GradientPair {
  readonly small: number
  readonly big: number
}

export interface NoiseScale {
  readonly kind: 'noise-scale'
  /** B_simple, in examples: batches well below it waste nothing, batches well above it buy little. */
  readonly scale: number
  /** |G|², the squared norm of the true gradient, and tr Σ, the variance of one example's gradient. */
  readonly gradientSquared: number
  readonly trace: number
  readonly pairs: number
}

/**
 * The simple gradient noise scale tr Σ / |G|² of McCandlish et al. (2018), appendix A.1:
 * |G|² = (B·g_B − b·g_b) / (B − b) and tr Σ = (g_b − g_B) / (1/b − 1/B), each averaged over the pairs before the division,
 * because the ratio of noisy numbers is biased. Undefined where either average is not above 0.
 */
export function gradientNoiseScale(
  pairs: readonly GradientPair[], smallBatch: number, bigBatch: number,
): NoiseScale | Undefined {
  if (!(smallBatch > 0 && bigBatch > smallBatch)) {
    return undefinedBecause(`the big batch must exceed the small one, found ${bigBatch} and ${smallBatch}`)
  }
  const reason = firstReason(unusable(pairs.map((p) => p.small), 'the small batches', 1),
    unusable(pairs.map((p) => p.big), 'the big batches', 1))
  if (reason !== undefined) return undefinedBecause(reason)
  const small = mean(pairs.map((p) => p.small))
  const big = mean(pairs.map((p) => p.big))
  const gradientSquared = (bigBatch * big - smallBatch * small) / (bigBatch - smallBatch)
  const trace = (small - big) / (1 / smallBatch - 1 / bigBatch)
  if (!(gradientSquared > 0)) {
    return undefinedBecause(`noise hides the gradient: |G|² is estimated as ${shown(gradientSquared)}; average more batches`)
  }
  if (!(trace > 0)) return undefinedBecause(`no noise was measured: the trace is estimated as ${shown(trace)}, not above 0`)
  const scale = trace / gradientSquared
  if (!Number.isFinite(scale)) return undefinedBecause('the gradients are too large or too small to compute with')
  return { kind: 'noise-scale', scale, gradientSquared, trace, pairs: pairs.length }
}
