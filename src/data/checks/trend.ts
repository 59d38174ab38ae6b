import { listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { allRows, columnsOf, valuesOf } from './methods/columns.ts'
import { holmRejects, kolmogorovSmirnov } from './methods/two-samples.ts'

/** Probability of even one false finding over all columns and classes. */
const ALPHA = 0.001
/** Kolmogorov–Smirnov's D between the first and the last third of the file from which a change matters. */
const CHANGE = 0.25
/** Share of the compared inputs that must change: a single one may be sorted. */
const SHARE = 0.1
/** Rows of a third, and different values of a column, from which they are compared; of more rows, every few are. */
const [FEWEST_ROWS, FEWEST_VALUES, MOST_ROWS] = [15, 10, 2000]
/** The parts of a random split lie all over the file: their rows' mean places differ by less than this share of it. */
const MIXED = 0.25

/**
 * Finds inputs that change along the file although the split is random. If the file is in the order of time, new rows will
 * differ from those of any part, and a random split hides that. Within each class, the first third of its rows is compared
 * with the last, so that a file sorted by label says nothing. Many files are sorted by something else, so a finding is a
 * note.
 */
export const trend: CheckDefinition = {
  name: 'trend',
  schema: {
    title: 'Trend',
    description:
      'Inputs that change along the file although the split is random. If the file is in the order of time, a random split ' +
      'hides that new rows differ.',
  },
  severity: 'note',
  find,
}

function find(dataset: Dataset): Found[] {
  const { splits, targets } = dataset
  const parts = [splits.train, splits.validation, splits.test].filter((rows) => rows.length > 0)
  const places = parts.map((rows) => rows.reduce((sum, row) => sum + row / rows.length, 0) / targets.length)
  if (Math.max(...places) - Math.min(...places) > MIXED) return []
  const found = changesOf(dataset)
  const rejected = holmRejects(
    found.map(({ p }) => p),
    ALPHA,
  )
  const large = found.filter(({ effect }, i) => rejected[i] === true && effect >= CHANGE).sort((a, b) => b.effect - a.effect)
  const most = new Map(large.toReversed().map(({ name, effect }) => [name, effect]))
  const compared = new Set(found.map(({ name }) => name)).size
  if (most.size === 0 || most.size < SHARE * compared) return []
  const names = listed(
    [...most].reverse().map(([name, effect]) => `${name} (${effect.toFixed(2)})`),
    5,
  )
  const message =
    `${counted(most.size, 'input')} different at the end of the file than at its beginning, by Kolmogorov–Smirnov's D, ` +
    `limit ${CHANGE}: ${names}; if the rows are in the order of time, add the time as a column and set split.time to it, ` +
    'because a random split then promises too much; if the file is sorted by something else, nothing is wrong'
  return [{ message }]
}

/** The first third of each class's rows against the last, for every number. */
function changesOf(dataset: Dataset) {
  const groups = groupsOf(dataset).flatMap((rows) => {
    const third = Math.floor(rows.length / 3)
    return third < FEWEST_ROWS ? [] : [[thinned(rows.subarray(0, third)), thinned(rows.subarray(-third))] as const]
  })
  return columnsOf(dataset).flatMap((column) => {
    if (column.width > 1) return []
    return groups.flatMap(([first, last]) => {
      const [before, after] = [valuesOf(dataset, column, first), valuesOf(dataset, column, last)]
      if (new Set([...before, ...after]).size < FEWEST_VALUES) return []
      return [{ name: column.name, ...kolmogorovSmirnov(before.sort(), after.sort()) }]
    })
  })
}

/** The rows of each class in the order of the file; all rows for numbers. */
function groupsOf(dataset: Dataset): Int32Array[] {
  const rows = allRows(dataset)
  return dataset.classes?.map((_, code) => rows.filter((row) => dataset.targets[row] === code)) ?? [rows]
}

function thinned(rows: Int32Array): Int32Array {
  const step = Math.ceil(rows.length / MOST_ROWS)
  return rows.filter((_, i) => i % step === 0)
}
