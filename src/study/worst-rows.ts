import type { Dataset } from '../data/types.ts'
import { occurrences } from '../base/lists.ts'
import type { WorstRow, WorstRows } from '../records/worst-rows.ts'
import { mean } from '../stats/describe.ts'
import { softmaxRow } from '../train/predicted.ts'
import { rounded } from '../train/round.ts'
import type { WinnerOutputs } from './kept-outputs.ts'

/** As many rows as a person looks at. */
const mostRows = 20

/** The rows with the largest loss over the winner's seeds; undefined if no run kept predictions. */
export function worstRows(
  kept: WinnerOutputs | undefined,
  { classes, targetScale }: Pick<Dataset, 'classes' | 'targetScale'>,
): WorstRows | undefined {
  if (kept === undefined) return undefined
  const judge = classes === null ? errorOf(kept, targetScale) : lossOf(kept, classes)
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

const errorOf = ({ seeds }: WinnerOutputs, scale: Dataset['targetScale']) => {
  const { mean: center, sd } = scale ?? { mean: 0, sd: 1 }
  const value = (standardized: number | undefined): number => (standardized ?? NaN) * sd + center
  return (i: number): Judged => {
    const actual = value(seeds[0]?.targets[i])
    const predicted = seeds.map(({ outputs }) => value(outputs[i]))
    return {
      actual: String(rounded(actual)),
      predicted: String(rounded(mean(predicted))),
      loss: mean(predicted.map((p) => Math.abs(p - actual))),
      wrong: null,
    }
  }
}
