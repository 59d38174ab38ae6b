import { occurrences, listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { LEAKS } from './leakage.ts'
import { columnsOf, valuesOf } from './methods/columns.ts'
import { predictivePower, scoredRows } from './methods/predictive-power.ts'

const FEWEST_ROWS = 100
/** Predictive power of a blurred copy: of classes by a column with as many values, and of numbers by numbers. */
const [COPY, BLURRED] = [0.5, 0.4]
/** More values than this are no names of classes. */
const MOST_VALUES = 20
/** The share of the rows that may have the value for "not known", and how well the others must tell classes or numbers. */
const [LEAST_UNKNOWN, KNOWN_CLASSES, KNOWN_NUMBERS] = [0.1, 0.95, 0.8]
const FEWEST_KNOWN = 30
/** A flag marks so many rows and this share of one class, and chance marks no other class less often than this. */
const [FEWEST_MARKED, MARKED, CHANCE] = [15, 0.5, 1e-6]

/**
 * Finds columns that look as though they were filled in after the label was known: a copy of it with errors, the label of
 * some rows, or a flag that only one class has. Honest columns can look like that: of 87 real data sets,
 * six have such a column (see docs/validation/checks.md). A finding is therefore a note: somebody who knows the columns
 * should look at these.
 */
export const hindsight: CheckDefinition = {
  name: 'hindsight',
  schema: {
    title: 'Hindsight',
    description:
      'Columns that look as though they were filled in after the label was known: a copy of the label with errors, the ' +
      'label of some of the rows, or a value that only one class has. An honest column can look the same.',
  },
  severity: 'note',
  find,
}

/** A column at the scored rows, with the labels. */
interface Scored {
  readonly values: Float32Array
  readonly targets: Float32Array
  /** Null for numbers. */
  readonly classes: number | null
}

function find(dataset: Dataset): Found[] {
  const columns = columnsOf(dataset)
  if (columns.length < 2) return []
  const rows = scoredRows(dataset, columns.length)
  if (rows.length < FEWEST_ROWS) return []
  const targets = Float32Array.from(rows, (row) => dataset.targets[row] ?? 0)
  const classes = dataset.classes?.length ?? null
  const found = columns.flatMap((column) => {
    const scored = { values: valuesOf(dataset, column, rows), targets, classes }
    const why = partlyKnown(scored) ?? marksOneClass(scored, dataset.classes) ?? blurredCopy(scored)
    return why === undefined ? [] : [`${column.name} (${why})`]
  })
  if (found.length === 0) return []
  const message =
    `${counted(found.length, 'input')} that may have been filled in after the label was known: ${listed(found, 5)}; if so, ` +
    'leave it out of the inputs, because new rows will not have it'
  return [{ message }]
}

/** The column tells the label wherever it does not have its most common value. */
function partlyKnown({ values, targets, classes }: Scored): string | undefined {
  const [[unknown, count] = [0, 0]] = [...occurrences(values)].sort((a, b) => b[1] - a[1])
  const known = [...values.keys()].filter((i) => values[i] !== unknown)
  if (count < LEAST_UNKNOWN * values.length || known.length < FEWEST_KNOWN) return undefined
  const at = (all: Float32Array): Float32Array => Float32Array.from(known, (i) => all[i] ?? 0)
  if (new Set(at(targets)).size < 2) return undefined
  const power = predictivePower(at(values), at(targets), classes)
  // A column that tells the label of all rows is found elsewhere.
  if (power < (classes === null ? KNOWN_NUMBERS : KNOWN_CLASSES) || predictivePower(values, targets, classes) >= LEAKS)
    return undefined
  const share = Math.round((100 * known.length) / values.length)
  return `it tells the label of the ${share} % of the rows without its most common value`
}

/** One value of the column occurs with one class only, and with most rows of that class. */
function marksOneClass({ values, targets, classes }: Scored, names: readonly string[] | null): string | undefined {
  const counts = occurrences(values)
  if (classes === null || counts.size > MOST_VALUES) return undefined
  const sizes = occurrences(targets)
  for (const [value, count] of counts) {
    if (count < FEWEST_MARKED) continue
    const own = new Set([...targets].filter((_, i) => values[i] === value))
    const [code = 0] = own
    const size = sizes.get(code) ?? 0
    if (own.size > 1 || count < MARKED * size || count * Math.log(size / targets.length) > Math.log(CHANCE)) continue
    return `one of its values marks ${Math.round((100 * count) / size)} % of the rows of "${names?.[code] ?? code}" and no other row`
  }
  return undefined
}

/** A copy of the label with errors: as many values as classes, or numbers that tell numbers. */
function blurredCopy({ values, targets, classes }: Scored): string | undefined {
  const different = new Set(values).size
  if (classes === null ? different <= MOST_VALUES : different > MOST_VALUES || different !== new Set(targets).size)
    return undefined
  const power = predictivePower(values, targets, classes)
  if (power < (classes === null ? BLURRED : COPY) || power >= LEAKS) return undefined
  return `predictive power ${power.toFixed(2)}, as of a copy with errors`
}
