/* What other tools would conclude from the same sweep: columns of the report, never decisions. */
import { numberAt } from '../base/numbers.ts'
import { undefinedBecause } from './outcome.ts'
import type { Undefined } from './outcome.ts'

export interface Suggestion {
  readonly kind: 'suggestion'
  readonly rate: number
  readonly index: number
}

/**
 * The middle of the longest decline. The longest falling subsequence gives its length and its end, and the result is the
 * position half way through the middle third. This is the rule of fastai's default, `valley` in `fastai.callback.schedule`.
 */
export function valleyIndex(losses: readonly number[]): number {
  const lengths = losses.map(() => 1)
  losses.forEach((loss, i) => {
    for (let j = 0; j < i; j++) {
      if (numberAt(losses, j) > loss) lengths[i] = Math.max(numberAt(lengths, i), numberAt(lengths, j) + 1)
    }
  })
  const longest = lengths.reduce((a, b) => Math.max(a, b))
  const third = longest / 3
  return Math.max(0, lengths.indexOf(longest) - longest + Math.floor(third) + Math.floor(third / 2))
}

/** Exponential average with its initial bias removed. */
export function smoothed(losses: readonly number[], beta = 0.98): number[] {
  let average = 0
  return losses.map((loss, i) => {
    average = beta * average + (1 - beta) * loss
    return average / (1 - beta ** (i + 1))
  })
}

/** The part of a sweep that those tools see: the smoothed loss, until it is over four times its best or not a number. */
function asRecorded(losses: readonly number[]): number[] {
  const smooth = smoothed(losses)
  let best = Infinity
  const stop = smooth.findIndex((loss) => {
    best = Math.min(best, loss)
    return !(loss <= 4 * best)
  })
  return stop < 0 ? smooth : smooth.slice(0, stop)
}

/**
 * What fastai's `lr_find` would print: the valley of what it records, without the first tenth of the steps and the last
 * five.
 */
export function fastaiValley(rates: readonly number[], losses: readonly number[]): Suggestion | Undefined {
  const start = Math.floor(losses.length / 10)
  const recorded = asRecorded(losses).slice(start, -5)
  if (recorded.length < 2) return undefinedBecause('too few finite losses for a valley')
  const index = start + valleyIndex(recorded)
  return { kind: 'suggestion', rate: numberAt(rates, index), index }
}

/**
 * The rate at which the loss falls fastest, over the recorded losses without the first ten steps and the last, as in
 * Lightning's `suggestion`. Lightning differentiates by the rate itself (`by: 'rate'`), which favors the lowest rates of an
 * exponential sweep because they are close together. By its logarithm (the default), the choice does not depend on the
 * spacing.
 */
export function steepest(
  rates: readonly number[],
  losses: readonly number[],
  by: 'log-rate' | 'rate' = 'log-rate',
): Suggestion | Undefined {
  const recorded = asRecorded(losses).slice(10, -1)
  if (recorded.length < 3) return undefinedBecause('too few finite losses for a slope')
  const x = rates.slice(10, 10 + recorded.length).map((rate) => (by === 'rate' ? rate : Math.log(rate)))
  const slopes = gradient(x, recorded)
  const index = 10 + slopes.indexOf(slopes.reduce((a, b) => Math.min(a, b)))
  return { kind: 'suggestion', rate: numberAt(rates, index), index }
}

/** Derivative at each point: second order for uneven spacing inside, one-sided at the ends. Oracle: `numpy.gradient`. */
export function gradient(x: readonly number[], y: readonly number[]): number[] {
  const slope = (i: number, j: number): number => (numberAt(y, j) - numberAt(y, i)) / (numberAt(x, j) - numberAt(x, i))
  const last = x.length - 1
  return x.map((here, i) => {
    if (i === 0 || i === last) return i === 0 ? slope(0, 1) : slope(last - 1, last)
    const [before, after] = [here - numberAt(x, i - 1), numberAt(x, i + 1) - here]
    return (before * slope(i, i + 1) + after * slope(i - 1, i)) / (before + after)
  })
}
