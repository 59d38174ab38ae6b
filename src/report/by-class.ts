import type { ByClass, ClassSummary } from '../records/by-class.ts'
import type { WorstRows } from '../records/worst-rows.ts'
import type { TextTable } from './ensemble.ts'
import type { Report } from './model.ts'
import { meanAndSd, plural, sampleText, short, whole } from './numbers.ts'

/** With more classes, those with the lowest recall stand for all. */
const mostShown = 20
/** With more classes, a matrix is mostly zeros, and the most frequent pairs say more. */
const mostInMatrix = 12
const mostPairs = 10
const mostWorst = 10

type Names = (name: string) => string

/** How the winner does by class and by row, as far as the report says. Names come from the data. */
export const predictionTables = (report: Report, shownName: Names): TextTable[] =>
  [classTable(report, shownName), confusionTable(report, shownName), worstTable(report, shownName)].filter((t) => t !== null)

/**
 * How the winner does on each class; null if the report does not say.
 *
 * @param shownName writes a name for where the table is shown
 */
function classTable({ verification, study, data }: Report, shownName: Names): TextTable | null {
  const found = verification?.byClass
  if (!found) return null
  const { split, seeds, rows, classes } = found
  const labels = study.task === 'multi-label'
  const shown =
    classes.length <= mostShown ? classes : classes.toSorted((a, b) => a.recall.mean - b.recall.mean).slice(0, mostShown)
  const left = classes.length - shown.length
  return {
    title: labels ? 'Label by label' : 'Class by class',
    header: [
      ...(labels ? ['Label', 'Rows with it'] : ['Class', `${split} rows`]),
      'Precision',
      'Recall',
      ...(labels ? ['F1'] : []),
      'nll',
    ],
    rows: shown.map((one) => [shownName(one.name), ...cells(one)]),
    notes: [
      (left > 0
        ? `The ${mostShown} ${labels ? 'labels' : 'classes'} of lowest recall; report.json has the other ${whole(left)}. `
        : '') +
        `Mean ± SD over ${plural(seeds, 'seed')} of the winner, on ${sampleText(rows, data.rows[split])} ${split} rows. ` +
        (labels ? labelNote : classNote),
    ],
  }
}

const classNote =
  'A class with few rows has a coarse recall. To gate on one class, write metric: recall and class: NAME; ' +
  'on the worst class, metric: worstRecall or worstNll.'
const labelNote =
  'A label that few rows have has a coarse recall. To gate on one label, write metric: recall and target: NAME; ' +
  'on the worst label, metric: worstRecall or worstNll.'

const cells = ({ rows, precision, recall, f1, nll }: ClassSummary): string[] => [
  whole(rows),
  precision === undefined ? '–' : meanAndSd(precision.mean, precision.sd),
  meanAndSd(recall.mean, recall.sd),
  ...(f1 ? [meanAndSd(f1.mean, f1.sd)] : []),
  meanAndSd(nll.mean, nll.sd),
]

/** Which classes the winner takes for which: a matrix, or with many classes the most frequent pairs. */
function confusionTable({ verification }: Report, shownName: Names): TextTable | null {
  const found = verification?.byClass
  if (!found?.confusions) return null
  const { confusions, seeds } = found
  const names = [...new Set([...found.classes.map((c) => c.name), ...confusions.map((c) => c.predicted)])]
  const over = `Counts over ${plural(seeds, 'seed')} together`
  if (names.length <= mostInMatrix) return matrix(found, names, shownName, over)
  if (confusions.length === 0) return null
  const more = confusions.length - mostPairs
  return {
    title: 'Most frequent confusions',
    header: ['Actual', 'Predicted', 'Rows'],
    rows: confusions.slice(0, mostPairs).map((c) => [shownName(c.actual), shownName(c.predicted), whole(c.count)]),
    notes: [`${over}.${more > 0 ? ` report.json has ${whole(more)} more pairs.` : ''}`],
  }
}

function matrix(
  { classes, confusions = [], seeds }: ByClass,
  names: readonly string[],
  shownName: Names,
  over: string,
): TextTable {
  const count = (actual: string, predicted: string): number => {
    const own = actual === predicted ? classes.find((c) => c.name === actual) : undefined
    if (own) return Math.round(own.recall.mean * own.rows * seeds)
    return confusions.find((c) => c.actual === actual && c.predicted === predicted)?.count ?? 0
  }
  return {
    title: 'Confusion matrix',
    header: ['Actual', ...names.map((name) => `as ${shownName(name)}`)],
    rows: classes.map(({ name: actual }) => [
      shownName(actual),
      ...names.map((predicted) => {
        const n = count(actual, predicted)
        return n === 0 ? '·' : whole(n)
      }),
    ]),
    notes: [`${over}: each row is an actual class, each column what the winner takes it for.`],
  }
}

/** The worst rows that a report lists. A row that every seed gets right is no error, however unsure they are. */
export const shownWorst = ({ rows }: WorstRows): WorstRows['rows'] =>
  rows.filter(({ wrong }) => wrong !== 0).slice(0, mostWorst)

/** The rows that the winner gets most wrong, by their number in the data. */
function worstTable({ verification, study, data }: Report, shownName: Names): TextTable | null {
  const found = verification?.worst
  if (!found) return null
  const { split, seeds, scored } = found
  const regression = study.task === 'regression'
  const rows = shownWorst(found)
  if (rows.length === 0) return null
  return {
    title: 'Worst errors',
    header: [
      'Row',
      'Actual',
      regression ? 'Predicted' : 'Most seeds predict',
      ...(regression ? ['Error'] : ['Wrong seeds', 'nll']),
    ],
    rows: rows.map((r) => [
      whole(r.row),
      shownName(r.actual),
      shownName(r.predicted),
      ...(r.wrong === null ? [] : [`${r.wrong} of ${seeds}`]),
      short(r.loss),
    ]),
    notes: [
      `${regression ? 'The largest mean errors' : 'Rows that a seed gets wrong, by their mean nll'} over ${plural(seeds, 'seed')}, on ` +
        `${sampleText(scored, data.rows[split])} ${split} rows. Row numbers count the rows of the data from 1, ` +
        'without a header. Look at these rows first: each is a wrong label, an odd case, or something that the model cannot see.',
    ],
  }
}
