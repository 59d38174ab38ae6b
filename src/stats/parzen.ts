import type { Stream } from '../base/random.ts'

/** A choice among `size` options, at least 1. Neighbors among ordered options are alike. */
export interface Dimension {
  readonly size: number
  readonly ordered: boolean
}

export interface Observation {
  /** One option a dimension, by its place. */
  readonly point: readonly number[]
  /** Lower is better; infinite if the trial failed. */
  readonly loss: number
}

/** This share of the observations counts as good, and at least two of those that finished. */
const goodShare = 0.2

/** Weight that is spread over all options, as a share of the observations. */
const evenShare = 0.25

/** How many points are drawn before they are ranked. */
const draws = 200

/**
 * Points that are worth a trial, the most promising first, all different: a tree-structured Parzen estimator over discrete
 * options (Bergstra et al., 2011, "Algorithms for hyper-parameter optimization"). Points are drawn from the options that the
 * best fifth of the observations have, and ranked by how much more frequent their options are there than in the rest. Every
 * option has the same least share in both groups: one that nobody tried is neither promising nor ruled out. Without
 * observations the points are random.
 *
 * @param count the most points to return
 */
export function promising(
  dimensions: readonly Dimension[],
  observations: readonly Observation[],
  count: number,
  random: Stream,
): (readonly number[])[] {
  const sorted = [...observations].sort((a, b) => a.loss - b.loss)
  const finished = sorted.filter(({ loss }) => loss < Infinity).length
  const split = Math.min(finished, Math.max(2, Math.ceil(sorted.length * goodShare)))
  const [good, rest] = [sorted.slice(0, split), sorted.slice(split)]
  const weights = dimensions.map((dimension, i) => {
    const optionsOf = (group: readonly Observation[]): number[] => group.map(({ point }) => point[i] ?? 0)
    return { good: density(dimension, optionsOf(good)), rest: density(dimension, optionsOf(rest)) }
  })
  const ratioOf = (point: readonly number[]): number =>
    weights.reduce((sum, w, i) => sum + Math.log((w.good[point[i] ?? 0] ?? 1) / (w.rest[point[i] ?? 0] ?? 1)), 0)
  const found = new Map<string, { readonly point: readonly number[]; readonly ratio: number }>()
  for (let i = 0; i < draws; i++) {
    const point = weights.map((w) => drawn(w.good, random))
    found.set(point.join(), { point, ratio: ratioOf(point) })
  }
  return [...found.values()]
    .sort((a, b) => b.ratio - a.ratio)
    .slice(0, count)
    .map(({ point }) => point)
}

/** How an observed option spreads over ordered ones: itself and its neighbors. */
const kernel = [
  { offset: -1, weight: 0.25 },
  { offset: 0, weight: 0.5 },
  { offset: 1, weight: 0.25 },
] as const

/** Shares of the options among the observed ones; even shares if there are none. */
function density({ size, ordered }: Dimension, observed: readonly number[]): readonly number[] {
  const even = evenShare * Math.max(1, observed.length)
  const weights = Array.from({ length: size }, () => even / size)
  for (const option of observed) {
    for (const { offset, weight } of ordered ? kernel : [{ offset: 0, weight: 1 }]) {
      const at = Math.min(size - 1, Math.max(0, option + offset))
      weights[at] = (weights[at] ?? 0) + weight
    }
  }
  return weights.map((weight) => weight / (observed.length + even))
}

/** An option drawn by its share. */
function drawn(shares: readonly number[], random: Stream): number {
  let rest = random.uniform()
  const found = shares.findIndex((share) => (rest -= share) < 0)
  return found < 0 ? shares.length - 1 : found
}
