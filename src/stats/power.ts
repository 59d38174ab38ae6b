import { chiSquareQuantile, fQuantile, normalCdf, tQuantile } from './distributions.ts'
import { notAProbability, shown, undefinedBecause } from './outcome.ts'
import type { Undefined } from './outcome.ts'
import { gaussLegendre, integrate } from './quadrature.ts'

/**
 * P(T > c) for the noncentral t: a normal with mean `shift` over the root of an independent chi-square / df. Integrated
 * numerically over that root, whose density is normalized to one. Oracle: `scipy.stats.nct.sf`.
 */
export function noncentralUpperTail(c: number, df: number, shift: number): number {
  const spread = 1 / Math.sqrt(2 * df)
  // Fine enough for the density and for the step of the normal, whose width is 1 / c.
  const panel = Math.min(spread / 2, Math.max(1 / Math.abs(c), 2e-3))
  const rule = gaussLegendre(Math.max(0, 1 - 9 * spread), 1 + 9 * spread, panel)
  const weight = (s: number): number => Math.exp((df - 1) * Math.log(s) - (df * (s * s - 1)) / 2)
  return integrate(rule, (s) => weight(s) * normalCdf(shift - c * s)) / integrate(rule, weight)
}

export interface Design {
  /** The true effect to distinguish from none, in the metric's units; for a gate, the margin. */
  readonly effect: number
  /** Standard deviation of a seed's value; if paired, of the difference within a pair. */
  readonly sd: number
  /** One-sided level of the test. */
  readonly alpha: number
  readonly paired?: boolean
}

/**
 * The probability that `n` seeds per side (or pairs) show the effect, by the one-sided t test with equal variances. Welch's
 * has slightly less for very few seeds. Oracle: `statsmodels.stats.power.TTestIndPower`, `TTestPower`.
 */
export function tPower(n: number, design: Design): number {
  const df = design.paired ? n - 1 : 2 * (n - 1)
  const shift = (design.effect / design.sd) * Math.sqrt(design.paired ? n : n / 2)
  return noncentralUpperTail(tQuantile(1 - design.alpha, df), df, shift)
}

export interface SeedsNeeded {
  readonly kind: 'seeds'
  /** Per side, or pairs. */
  readonly seeds: number
  /** The power that this many reach, at least the power requested. */
  readonly power: number
}

const MOST_SEEDS = 10_000

/**
 * The fewest seeds per side for which a candidate that is truly as good as the baseline is shown to be within `effect` of it
 * with probability `power`. A difference of `effect` is then shown to be one with the same probability: both questions need
 * the same number.
 */
export function seedsNeeded(asked: Design & { readonly power: number }): SeedsNeeded | Undefined {
  const { effect, sd, alpha, power, paired = false } = asked
  if (!(effect > 0 && Number.isFinite(effect))) return undefinedBecause(`the margin must be above 0, found ${effect}`)
  if (!(sd > 0 && Number.isFinite(sd))) return undefinedBecause(`the noise of a seed must be above 0, found ${sd}`)
  const reason = notAProbability(alpha, 'alpha') ?? notAProbability(power, 'the power')
  if (reason !== undefined) return undefinedBecause(reason)
  // In units of the noise, and never too large to compute with: two seeds show an effect of a million of them.
  const design = { alpha, paired, effect: Math.min(effect / sd, 1e6), sd: 1 }
  if (!Number.isFinite(tPower(MOST_SEEDS, design)))
    return undefinedBecause(`alpha is too small to compute with, found ${alpha}`)
  if (tPower(MOST_SEEDS, design) < power) {
    return undefinedBecause(`a margin of ${shown(effect / sd)} times the seed noise would need over ${MOST_SEEDS} seeds`)
  }
  let [tooFew, enough] = [1, MOST_SEEDS]
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2)
    if (tPower(middle, design) >= power) enough = middle
    else tooFew = middle
  }
  return { kind: 'seeds', seeds: enough, power: tPower(enough, design) }
}

/** The smallest effect that this many seeds per side show with probability `power`; undefined for fewer than 2. */
export function resolvableEffect({
  seeds,
  sd,
  alpha,
  power,
}: Omit<Design, 'effect' | 'paired'> & SeedPower): number | undefined {
  if (!(seeds >= 2 && sd > 0)) return undefined
  let [low, high] = [0, 100]
  while (tPower(seeds, { effect: high * sd, sd, alpha }) < power) high *= 2
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (tPower(seeds, { effect: middle * sd, sd, alpha }) < power) low = middle
    else high = middle
  }
  return high * sd
}

const MOST_SPREAD_SEEDS = 1000

/**
 * The fewest seeds for which the χ² interval of an SD of truly `sd` ends below `cap` with probability `power`; undefined if
 * over a thousand would be needed, or the SD is not below the cap.
 */
export function capSeeds({
  sd,
  cap,
  alpha,
  power,
}: {
  readonly sd: number
  readonly cap: number
  readonly alpha: number
  readonly power: number
}): number | undefined {
  if (!(sd < cap)) return undefined
  return firstSeeds((n) => capRatio(n, alpha, power) <= cap / sd)
}

/** The smallest cap that this many seeds show an SD of truly `sd` to be below with probability `power`; see `capSeeds`. */
export function resolvableCap({
  seeds,
  sd,
  alpha,
  power,
}: Omit<Design, 'effect' | 'paired'> & SeedPower): number | undefined {
  return seeds >= 2 && sd > 0 ? sd * capRatio(seeds, alpha, power) : undefined
}

/** The smallest cap that n seeds settle, in units of the SD. */
const capRatio = (n: number, alpha: number, power: number): number =>
  Math.sqrt(chiSquareQuantile(power, n - 1) / chiSquareQuantile(alpha, n - 1))

interface SeedPower {
  readonly seeds: number
  readonly power: number
}

export interface RatioDesign {
  /** Limit over true ratio, above 1. */
  readonly distance: number
  readonly alpha: number
  readonly power: number
  /** Seeds of the other side, if their number differs. */
  readonly fixed?: number
}

/**
 * The fewest seeds (per side, unless the other's are fixed) for which the interval of the ratio of two SDs ends below a
 * limit `distance` times the true ratio, with probability `power`. Undefined if over a thousand would be needed, or the
 * distance is not above 1. The upper bound is the observed ratio times the root of an F quantile, and the observed ratio is
 * itself the root of an F.
 */
export function spreadRatioSeeds({ distance, alpha, power, fixed }: RatioDesign): number | undefined {
  if (!(distance > 1) || (fixed !== undefined && fixed < 2)) return undefined
  return firstSeeds((n) => {
    const [own, other] = [n - 1, (fixed ?? n) - 1]
    return fQuantile(power, own, other) * fQuantile(1 - alpha, other, own) <= distance ** 2
  })
}

function firstSeeds(enough: (n: number) => boolean): number | undefined {
  for (let n = 2; n <= MOST_SPREAD_SEEDS; n++) if (enough(n)) return n
  return undefined
}
