/**
 * A statistic that is not a number: too few values, a non-finite value, no spread at all. The reason is a sentence that a
 * report can print unchanged. Nothing in this folder turns it into a pass.
 */
export interface Undefined {
  readonly kind: 'undefined'
  readonly reason: string
}

export const undefinedBecause = (reason: string): Undefined => ({ kind: 'undefined', reason })

/** A number for a sentence: four significant digits. */
export const shown = (value: number): string => String(Number(value.toPrecision(4)))

/** Why `values` cannot be used, or undefined if they can: there are at least `least` of them, and all are finite. */
export function unusable(values: ArrayLike<number>, what: string, least: number): string | undefined {
  if (values.length < least) {
    return `${what} needs at least ${least} values, found ${values.length}`
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) return `${what} holds ${values[i]} at position ${i + 1} of ${values.length}`
  }
  return undefined
}

/** The first entry in the list that is a reason. */
export const firstReason = (...reasons: readonly (string | undefined)[]): string | undefined =>
  reasons.find((reason) => reason !== undefined)

/** Why the two sides cannot be paired value by value, or undefined if they can. */
export const notPairs = (a: ArrayLike<number>, b: ArrayLike<number>): string | undefined =>
  a.length === b.length ? undefined : `pairs need the same seeds on both sides, found ${a.length} and ${b.length}`

/** Why a probability such as a level or an alpha cannot be used, or undefined if it is strictly between 0 and 1. */
export const notAProbability = (value: number, what: string): string | undefined =>
  value > 0 && value < 1 ? undefined : `${what} must lie between 0 and 1, found ${value}`
