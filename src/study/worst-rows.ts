import type { Dataset } from '../data/types.ts'
import { occurrences } from '../base/lists.ts'
import type { WorstRow, WorstRows } from '../records/worst-rows.ts'
import { mean } from '../stats/describe.ts'
import { unitOf } from '../train/metrics.ts'
import { softmaxRow } from '../train/predicted.ts'
import { rounded } from '../train/round.ts'
import { labelLossOf } from './by-label.ts'
import type { WinnerOutputs } from './kept-outputs.ts'

/** As many rows as a person looks at. */
const mostRows = 20

/** The rows with the largest loss over the winner's seeds; undefined if no run kept predictions. */
export function worstRows(
  kept: WinnerOutputs | undefined,
  { classes, targetScale, targetNames }: Pick<Dataset, 'classes' | 'targetScale' | 'targetNames'>,
): WorstRows | undefined {
  if (kept === undefined) return undefined
  // Labels are neither classes nor on a scale.
  const labels = classes === null && targetScale === null ? targetNames : undefined
  const judge = classes ? lossOf(kept, classes) : labels ? labelLossOf(kept, labels) : errorOf(kept, targetScale)
  const rows = Array.from(kept.rows, (row, i) => ({ row: row + 1, ...judge(i) }))
    .sort((a, b) => b.loss - a.loss || a.row - b.row)
    .slice(0, mostRows)
    .map((r) => ({ ...r, loss: rounded(r.loss) }))
  return { split: kept.split, seeds: kept.seeds.length, scored: kept.rows.length, rows }
}

type Judged = Omit<WorstRow, 'row'>

const lossOf =
  ({ seeds }: WinnerOutputs, classes: readonly string[]) =>
  (i: number): Judged => {
    const label = seeds[0]?.targets[i] ?? 0
    const found = seeds.map(({ outputs, width }) => {
      const { top, logSum } = softmaxRow(outputs, i * width, width)
      return { top, loss: logSum - (outputs[i * width + label] ?? NaN) }
    })
    const [most] = [...occurrences(found.map(({ top }) => top))].sort(([a, m], [b, n]) => n - m || a - b)
    return {
      actual: classes[label] ?? '',
      predicted: classes[most?.[0] ?? 0] ?? '',
      loss: mean(found.map(({ loss }) => loss)),
      wrong: found.filter(({ top }) => top !== label).length,
    }
  }

/** In units of the target; of several, the mean over them in SDs of each. */
const errorOf = ({ seeds }: WinnerOutputs, scale: Dataset['targetScale']) => {
  const scales = scale ?? [{ mean: 0, sd: 1 }]
  const unit = unitOf(scale)
  const shown = (of: (k: number) => number): string =>
    scales.map(({ mean: center, sd }, k) => rounded(of(k) * sd + center)).join(', ')
  return (i: number): Judged => {
    const actual = (k: number): number => seeds[0]?.targets[i * scales.length + k] ?? NaN
    const predicted = (k: number): number[] => seeds.map(({ outputs }) => outputs[i * scales.length + k] ?? NaN)
    const errors = scales.flatMap((_, k) => predicted(k).map((value) => Math.abs(value - actual(k)) * unit))
    return { actual: shown(actual), predicted: shown((k) => mean(predicted(k))), loss: mean(errors), wrong: null }
  }
}
