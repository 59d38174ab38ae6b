import type { ByClass, OverSeeds } from '../records/by-class.ts'
import type { WorstRow } from '../records/worst-rows.ts'
import { occurrences } from '../base/lists.ts'
import { mean } from '../stats/describe.ts'
import { crossEntropyOf, labelCounts, says, wrongIn, type LabelCounts } from '../train/label-metrics.ts'
import { overSeeds } from './by-class.ts'
import type { WinnerOutputs } from './kept-outputs.ts'

/**
 * Recall, precision, F1 and nll of each label over the winner's verification seeds. Recall and precision are those of the
 * rows that have the label; nll is its binary cross-entropy over all rows.
 *
 * @returns undefined if no run kept predictions, or if no row has a label
 */
export function scoresByLabel(kept: WinnerOutputs | undefined, names: readonly string[]): ByClass | undefined {
  const seeds = kept?.seeds.map(labelCounts) ?? []
  const [first] = seeds
  if (kept === undefined || first === undefined) return undefined
  const over = (k: number, valueOf: (counts: LabelCounts) => number): OverSeeds => overSeeds(seeds, k, valueOf)
  const labels = names.flatMap((name, k) => {
    const { yes: rows = 0 } = first[k] ?? {}
    if (rows === 0) return []
    return [
      {
        name,
        rows,
        recall: over(k, ({ yes, right }) => right / yes),
        ...(seeds.every((counts) => (counts[k]?.taken ?? 0) > 0)
          ? { precision: over(k, ({ taken, right }) => right / taken) }
          : {}),
        f1: over(k, ({ yes, taken, right }) => (2 * right) / (yes + taken)),
        nll: over(k, (counts) => counts.loss / counts.rows),
      },
    ]
  })
  if (labels.length === 0) return undefined
  return { split: kept.split, seeds: seeds.length, rows: kept.rows.length, classes: labels }
}

/** What the seeds make of a row: the labels that it has, and those that most seeds give it. */
export const labelLossOf =
  ({ seeds }: WinnerOutputs, names: readonly string[]) =>
  (i: number): Omit<WorstRow, 'row'> => {
    const width = names.length
    const places = Array.from({ length: width }, (_, k) => i * width + k)
    const targets = seeds[0]?.targets ?? new Float32Array()
    const wordsOf = (has: (k: number) => boolean): string => names.filter((_, k) => has(k)).join(', ') || 'none'
    const said = seeds.map(({ outputs }) => wordsOf((k) => says(outputs[i * width + k] ?? NaN) === 1))
    const [most] = [...occurrences(said)].sort(([, m], [, n]) => n - m)
    return {
      actual: wordsOf((k) => targets[i * width + k] === 1),
      predicted: most?.[0] ?? 'none',
      loss: mean(
        seeds.map(({ outputs }) => mean(places.map((at) => crossEntropyOf(outputs[at] ?? NaN, targets[at] ?? NaN)))),
      ),
      wrong: seeds.filter(({ outputs }) => wrongIn(outputs, targets, i * width, width) > 0).length,
    }
  }
