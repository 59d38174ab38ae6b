import { normalCdf, normalPdf } from './distributions.ts'
import { notAProbability } from './outcome.ts'
import { gaussLegendre } from './quadrature.ts'
import type { Rule } from './quadrature.ts'

/** Below this many standard deviations a score has no chance (1e-12) of ever crossing the bound. */
const FAR = -7

/**
 * The nominal one-sided level at which to test at every look, so that the probability of even one false rejection over all
 * looks is `alpha` (Pocock 1977). `looks` are the seeds per side at each look, ascending, such as [5, 10] or [3, 5, 10].
 *
 * Computed, not tabulated: the scores at the looks are sums of independent normal increments whose variances are the
 * differences of `looks`; the bound is the root of their crossing probability. Two equal looks at .05 give z = 1.875 and
 * .0304 (Jennison and Turnbull 2000, table 2.1, two-sided .10). The level is then used with t tests, as their section 4.4
 * recommends. Simulated over looks of 5 and 10 seeds, it spends .048 with Welch's t and .0525 with the paired t (a level of
 * .0317, found for Welch's t alone, would spend .0513 even on normal scores of known variance).
 */
export function nominalAlpha(looks: readonly number[], alpha: number): number {
  const key = [alpha, ...looks].join()
  const found = known.get(key) ?? findNominalAlpha(looks, alpha)
  known.set(key, found)
  return found
}

/** Cache of levels: a study asks for the same few at every look, and each costs about 10 ms. */
const known = new Map<string, number>()

function findNominalAlpha(looks: readonly number[], alpha: number): number {
  requireLooks(looks)
  const reason = alpha < 0.5 ? notAProbability(alpha, 'alpha') : `alpha must be below one half, found ${alpha}`
  if (reason !== undefined) throw new Error(reason)
  // One look spends alpha; independent looks would each need alpha / looks. The truth is in between.
  let [low, high] = [alpha / looks.length / 2, alpha]
  if (looks.length === 1) return alpha
  for (let i = 0; i < 50 && high - low > 1e-9; i++) {
    const middle = (low + high) / 2
    if (crossingProbability(looks, upperPoint(middle)) > alpha) high = middle
    else low = middle
  }
  return (low + high) / 2
}

function requireLooks(looks: readonly number[]): void {
  const rising = looks.every((n, i) => Number.isFinite(n) && n > (looks[i - 1] ?? 0))
  if (looks.length === 0 || !rising) throw new Error(`looks must be increasing and positive, found [${looks.join(', ')}]`)
}

/** The z with P(Z > z) = p, by bisection. */
function upperPoint(p: number): number {
  let [low, high] = [-9, 9]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (normalCdf(-middle) > p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * The probability that the standardized score exceeds `z` at one or more looks when there is no effect, by the recursive
 * integration of Armitage, McPherson and Rowe (1969): the density of the scores that have not crossed is carried from look
 * to look. `looks` is the information at each, ascending; only its ratios matter. Accurate to 1e-8.
 */
export function crossingProbability(looks: readonly number[], z: number): number {
  requireLooks(looks)
  let crossed = normalCdf(-z)
  let rule = continuation(looks, 0, z)
  let density = rule.points.map((s) => normalPdf(s / Math.sqrt(looks[0] ?? 1)) / Math.sqrt(looks[0] ?? 1))
  for (let k = 1; k < looks.length; k++) {
    const sd = increment(looks, k)
    const bound = z * Math.sqrt(looks[k] ?? 0)
    const mass = rule.weights.map((w, i) => w * (density[i] ?? NaN))
    const before = rule.points
    crossed += sumOver(mass, (i) => normalCdf(((before[i] ?? NaN) - bound) / sd))
    rule = continuation(looks, k, z)
    density = rule.points.map((s) => sumOver(mass, (i) => normalPdf((s - (before[i] ?? NaN)) / sd)) / sd)
  }
  return crossed
}

const increment = (looks: readonly number[], k: number): number => Math.sqrt((looks[k] ?? 0) - (looks[k - 1] ?? 0))

/** The scores at look k that continue, in panels no wider than the narrowest bell that is integrated over them. */
function continuation(looks: readonly number[], k: number, z: number): Rule {
  const size = Math.sqrt(looks[k] ?? 0)
  const next = k + 1 < looks.length ? increment(looks, k + 1) : size
  return gaussLegendre(FAR * size, z * size, Math.min(increment(looks, k), next))
}

function sumOver(mass: Float64Array, f: (i: number) => number): number {
  let sum = 0
  for (let i = 0; i < mass.length; i++) sum += (mass[i] ?? NaN) * f(i)
  return sum
}
