import { listed } from '../../base/lists.ts'
import { addTo } from '../../base/numbers.ts'
import type { Augmentation, Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { sampled } from './methods/columns.ts'
import { distributionsOf, isContinuous } from './methods/properties.ts'
import { centred } from './methods/centred.ts'
import { meansOfClasses, nearestMeans } from './methods/class-means.ts'
import { associationOf, holmRejects, kolmogorovSmirnov, stability, type Comparison } from './methods/two-samples.ts'

/** Probability of even one false finding over all comparisons. */
const ALPHA = 0.001
/**
 * A change is too large from these values of Cramér's V of the classes, and of Kolmogorov–Smirnov's D and PSI of a property.
 * Augmentation is meant to change images, so their limits lie where harm begins. On the digits, amounts beyond the limits
 * (shift 0.25, flip 0.5, erase 0.5, noise 0.4) cost a convolutional network 2 to 6 points of accuracy; amounts within them
 * (shift 0.125, erase 0.25, noise 0.2) cost nothing. The limits of tables are those of drift.
 */
const CLASSES = 0.4
const IMAGES = { distance: 0.75, stability: 5 } as const
const TABLES = { distance: 0.2, stability: 0.1 } as const
/** The number of training rows examined, and of their values. */
const [MOST_ROWS, MOST_CELLS] = [1000, 4_000_000]
const FEWEST_ROWS = 20

/**
 * Finds augmentation that turns training rows into data unlike those in validation. The check applies each augmentation by
 * itself, at the largest amount that the study may use, and compares clean with augmented rows: the brightness and contrast
 * of images, or the distribution of each input of a table; and, for each class, the class whose mean its rows are nearest
 * to. A mirrored image that is nearest to another class shows that class, or none. Mixup is left out: its rows lie between
 * classes on purpose, and it mixes their labels as well.
 */
export const augmentation: CheckDefinition = {
  name: 'augmentation',
  schema: {
    title: 'Augmentation',
    description:
      'Training rows that look like another class or like other data after augmentation at the largest strength in the ' +
      'study. The finding names the amount. Mixup is not checked.',
  },
  severity: 'warn',
  find,
}

function find(dataset: Dataset, all: readonly Augmentation[]): Found[] {
  const most = Math.min(MOST_ROWS, Math.floor(MOST_CELLS / dataset.features.length))
  const rows = sampled(dataset.splits.train, most, 'augmentation')
  if (rows.length < FEWEST_ROWS) return []
  const found = all.flatMap((one) => differences(dataset, rows, one).map((difference) => ({ ...difference, one })))
  const rejected = holmRejects(
    found.map(({ p }) => p),
    ALPHA,
  )
  const large = found.filter(({ effect, limit }, i) => rejected[i] === true && effect >= limit)
  return all.flatMap((one) =>
    findingOf(
      one,
      large.filter((d) => d.one === one),
    ),
  )
}

interface Difference extends Comparison {
  /** What differs, in words. */
  readonly what: string
  readonly measure: string
  readonly limit: number
}

function differences(dataset: Dataset, rows: Int32Array, one: Augmentation): Difference[] {
  const clean = gathered(dataset, rows)
  const changed = clean.slice()
  one.apply(changed, rows.length)
  const [before, after] = [distributionsOf(dataset, clean), distributionsOf(dataset, changed)]
  const limits = dataset.inputShape.length === 3 ? IMAGES : TABLES
  const properties = before.flatMap(({ what, values }, i) => {
    if (!isContinuous(values)) return []
    const [left, right] = [values.slice().sort(), (after[i]?.values ?? values).slice().sort()]
    return [
      { ...kolmogorovSmirnov(left, right), what, measure: "Kolmogorov–Smirnov's D", limit: limits.distance },
      { ...stability(left, right), what, measure: 'PSI', limit: limits.stability },
    ]
  })
  return [...classDifferences(dataset, rows, clean, changed), ...properties]
}

/** For each class, the classes whose means its clean and its augmented rows are nearest to. */
function classDifferences(
  { classes, targets, inputShape }: Dataset,
  rows: Int32Array,
  clean: Float32Array,
  changed: Float32Array,
): Difference[] {
  if (!classes) return []
  const labels = Int32Array.from(rows, (row) => targets[row] ?? 0)
  const [left, right] = [centred(clean, inputShape), centred(changed, inputShape)]
  const means = meansOfClasses(left, labels, classes.length)
  const [before, after] = [nearestMeans(left, means), nearestMeans(right, means)]
  return classes.flatMap((name, code): Difference[] => {
    const own = [...labels.keys()].filter((i) => labels[i] === code)
    const [from, to] = [countsOf(own, before, classes.length), countsOf(own, after, classes.length)]
    const kept = (counts: readonly number[]): string => `${Math.round((100 * (counts[code] ?? 0)) / own.length)} %`
    const what = `"${name}" (nearest to its own mean: ${kept(from)} before, ${kept(to)} after)`
    return [{ ...associationOf(from, to), what, measure: "Cramér's V", limit: CLASSES }]
  })
}

function countsOf(places: readonly number[], nearest: Int32Array, classes: number): number[] {
  const counts = new Float64Array(classes)
  for (const i of places) addTo(counts, nearest[i] ?? 0)
  return [...counts]
}

function gathered({ inputs, features }: Dataset, rows: Int32Array): Float32Array {
  const width = features.length
  const out = new Float32Array(rows.length * width)
  rows.forEach((row, i) => out.set(inputs.subarray(row * width, (row + 1) * width), i * width))
  return out
}

function findingOf({ name, amount }: Augmentation, found: readonly Difference[]): Found[] {
  const said = ({ what, measure, effect, limit }: Difference): string =>
    `${what}, ${measure} ${effect.toFixed(2)}, limit ${limit}`
  const classes = found.filter(({ measure }) => measure === "Cramér's V")
  // A property may differ by two measures; reporting the first is enough.
  const properties = found.filter((d, i) => !classes.includes(d) && found.findIndex(({ what }) => what === d.what) === i)
  const finding = (message: string): Found => ({ message })
  const where = `augmentation.${name} ${Number(amount.toPrecision(4))}`
  const hint = 'lower the amount, or set it to 0 if the change alters what a row means'
  return [
    ...(classes.length > 0
      ? [finding(`${where} makes rows of one class look like another: ${listed(classes.map(said), 3)}; ${hint}`)]
      : []),
    ...(properties.length > 0
      ? [finding(`${where} makes the training rows look like other data: ${listed(properties.map(said), 3)}; ${hint}`)]
      : []),
  ]
}
