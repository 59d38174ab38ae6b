import type { ClassSummary } from '../records/by-class.ts'
import type { TextTable } from './ensemble.ts'
import type { Report } from './model.ts'
import { meanAndSd, plural, whole } from './numbers.ts'

/** With more classes, those with the lowest recall stand for all. */
const mostShown = 20

/**
 * How the winner does on each class; null if the report does not say. Names come from the data.
 *
 * @param shownName writes a name for where the table is shown
 */
export function classTable({ verification, data }: Report, shownName: (name: string) => string): TextTable | null {
  const found = verification?.byClass
  if (!found) return null
  const { split, seeds, rows, classes } = found
  const shown =
    classes.length <= mostShown ? classes : classes.toSorted((a, b) => a.recall.mean - b.recall.mean).slice(0, mostShown)
  const all = data.rows[split]
  const sample = rows < all ? `an evenly spaced sample of ${whole(rows)} of ${whole(all)}` : `all ${whole(all)}`
  const left = classes.length - shown.length
  return {
    title: 'Class by class',
    header: ['Class', `${split} rows`, 'Recall', 'nll'],
    rows: shown.map((one) => [shownName(one.name), ...cells(one)]),
    notes: [
      (left > 0 ? `The ${mostShown} classes of lowest recall; report.json has the other ${whole(left)}. ` : '') +
        `Mean ± SD over ${plural(seeds, 'seed')} of the winner, on ${sample} ${split} rows. A class with few rows has a coarse ` +
        'recall. To gate on one class, write metric: recall and class: NAME; on the worst class, metric: worstRecall or worstNll.',
    ],
  }
}

const cells = ({ rows, recall, nll }: ClassSummary): string[] => [
  whole(rows),
  meanAndSd(recall.mean, recall.sd),
  meanAndSd(nll.mean, nll.sd),
]
