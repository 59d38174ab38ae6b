/** Means, over the same gradients, of the squared norm at a small and at a large batch; sizes in examples. */
export interface NormPair {
  readonly small: { readonly batch: number; readonly squaredNorm: number }
  readonly large: { readonly batch: number; readonly squaredNorm: number }
}

/**
 * The simple gradient noise scale, tr(Σ) / |G|², in examples (McCandlish et al., 2018, appendix A.1). It follows from
 * E|g_b|² = |G|² + tr(Σ)/b at two batch sizes; each of the two is averaged before the division. Null if either estimate is
 * not positive.
 */
export function noiseScale(pairs: readonly NormPair[]): number | null {
  const means = pairs.map(({ small: b, large: B }) => ({
    signal: (B.batch * B.squaredNorm - b.batch * b.squaredNorm) / (B.batch - b.batch),
    noise: (b.squaredNorm - B.squaredNorm) / (1 / b.batch - 1 / B.batch),
  }))
  const total = (of: (m: { signal: number; noise: number }) => number): number => means.reduce((sum, m) => sum + of(m), 0)
  const signal = total((m) => m.signal)
  const noise = total((m) => m.noise)
  return signal > 0 && noise > 0 ? noise / signal : null
}
