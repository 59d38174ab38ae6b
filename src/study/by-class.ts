import type { ByClass, Confusion, OverSeeds } from '../records/by-class.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { softmaxRow, type Predictions } from '../train/predicted.ts'
import { classScores, type ClassScore } from '../train/requested-metrics.ts'
import { rounded } from '../train/round.ts'
import type { WinnerOutputs } from './kept-outputs.ts'

/** Nobody reads a table of more classes. */
const mostClasses = 1000
/** More pairs of classes say nothing that the first ones do not. */
const mostConfusions = 500

/**
 * Recall, precision and nll of each class over the winner's verification seeds, and which classes it takes for which.
 *
 * @returns undefined for a regression, and if no run kept predictions
 */
export function scoresByClass(kept: WinnerOutputs | undefined, classes: readonly string[] | null): ByClass | undefined {
  if (kept === undefined || classes === null || classes.length > mostClasses) return undefined
  const seeds = kept.seeds.map(classScores)
  const [first] = seeds
  if (!first) return undefined
  const nameOf = (label: number): string => classes[label] ?? ''
  const over = (i: number, valueOf: (score: ClassScore) => number): OverSeeds => overSeeds(seeds, i, valueOf)
  const summaries = first.map(({ label, rows: own }, i) => ({
    name: nameOf(label),
    rows: own,
    recall: over(i, ({ recall }) => recall),
    // A seed that predicts the class for no row has no precision.
    ...(seeds.every((scores) => scores[i]?.precision !== null)
      ? { precision: over(i, ({ precision }) => precision ?? NaN) }
      : {}),
    nll: over(i, ({ nll }) => nll),
  }))
  return {
    split: kept.split,
    seeds: seeds.length,
    rows: kept.rows.length,
    classes: summaries,
    confusions: confusions(kept.seeds).map(([actual, predicted, count]) => ({
      actual: nameOf(actual),
      predicted: nameOf(predicted),
      count,
    })) satisfies Confusion[],
  }
}

/** Pairs of a class and the wrong one predicted for it, with the number of times over all seeds, the most frequent first. */
function confusions(seeds: readonly Predictions[]): (readonly [actual: number, predicted: number, count: number])[] {
  const counts = new Map<number, number>()
  for (const { outputs, targets, width } of seeds) {
    targets.forEach((label, row) => {
      const { top } = softmaxRow(outputs, row * width, width)
      if (top !== label) counts.set(label * width + top, (counts.get(label * width + top) ?? 0) + 1)
    })
  }
  const width = seeds[0]?.width ?? 1
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a - b)
    .slice(0, mostConfusions)
    .map(([pair, count]) => [Math.floor(pair / width), pair % width, count])
}

/** Mean and spread over the seeds of a value of one class. All seeds are scored on the same rows, so all have the same classes. */
export function overSeeds<Score>(
  seeds: readonly (readonly Score[])[],
  place: number,
  valueOf: (score: Score) => number,
): OverSeeds {
  const values = seeds.flatMap((scores) => scores.slice(place, place + 1).map(valueOf))
  return { mean: rounded(mean(values)), sd: values.length < 2 ? null : rounded(sampleSd(values)) }
}
