import { listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { allRows, columnsOf, valuesOf } from './methods/columns.ts'
import { predictivePower, scoredRows } from './methods/predictive-power.ts'

/** The score above which a single column is assumed to reveal the label. */
export const LEAKS = 0.8
/** With fewer rows than this, one of many columns reaches the score by luck. */
const FEWEST_ROWS = 50

/**
 * Finds columns that predict the label on their own: an outcome noted beside its cause, a label under another name. By
 * default this is a warning, not an error. In an honest and easy data set, one good measurement can reach this score (the
 * petals of iris do), and only a person can distinguish it from a leak. A table with one column is not judged: there the
 * question is whether that column predicts.
 */
export const leakage: CheckDefinition = {
  name: 'leakage',
  schema: {
    title: 'Leakage',
    description:
      'A single column that predicts the label: a small decision tree has a predictive power of 0.8 or more. Use error ' +
      'once you know the data. The default is warn because one legitimate column can predict easy data.',
  },
  // A default that stops an honest and easy study would be switched off for good.
  severity: 'warn',
  find,
}

function find(dataset: Dataset): Found[] {
  const columns = columnsOf(dataset)
  const rows = allRows(dataset)
  if (columns.length < 2 || rows.length < FEWEST_ROWS) return []
  const looked = scoredRows(dataset, columns.length)
  const targets = Float32Array.from(looked, (row) => dataset.targets[row] ?? 0)
  const classes = dataset.classes?.length ?? null
  const found = columns
    .map((column) => ({ name: column.name, score: predictivePower(valuesOf(dataset, column, looked), targets, classes) }))
    .filter(({ score }) => score >= LEAKS)
    .sort((a, b) => b.score - a.score)
  if (found.length === 0) return []
  const names = listed(found.map(({ name, score }) => `${name} (${score.toFixed(2)})`))
  const sample = looked.length < rows.length ? `, measured on a sample of ${counted(looked.length, 'row')}` : ''
  const message =
    `a single column predicts the label, which may be a leak: ${names}; ` +
    `predictive power is from 0 to 1, and ${LEAKS} or more is suspect${sample}`
  return [{ message }]
}
