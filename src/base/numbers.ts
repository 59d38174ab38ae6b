/**
 * A number of a list at an index within its bounds; NaN beyond them. For short lists, such as one value per seed. A loop
 * over a typed array writes `values[i] ?? NaN` instead, which costs nothing: a function that all callers share sees every
 * kind of array, and then a call costs twenty times as much as a read.
 */
export const numberAt = (values: readonly number[], i: number): number => values[i] ?? NaN

/** Adds to one of several sums in place. It takes one kind of array only, so that calls in a loop stay cheap. */
export function addTo(sums: Float64Array, i: number, by = 1): void {
  sums[i] = (sums[i] ?? NaN) + by
}

/** a[i] − b[i] for two lists of one length. */
export const differences = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, i) => value - numberAt(b, i))
