import type { Matrix } from './checks/methods/linear-fit.ts'
import { inputsOf, spaced } from './reference-loss.ts'
import { scalingOf, softmaxLosses, type SoftmaxSettings } from './softmax-regression.ts'
import { tokensOf, unknownId } from './token-ids.ts'
import { inputWidth, targetAt, targetWidth } from '../base/rows.ts'
import { labelClasses } from './labels.ts'
import type { Dataset } from './types.ts'

/** Training rows that are used, evenly spaced, and fewer than which say nothing. */
const [MOST_ROWS, FEWEST_ROWS] = [800, 80]
/** Inputs, and classes, beyond which the model takes too long. */
const [MOST_INPUTS, MOST_CLASSES] = [400, 40]
/** The most frequent words that a bag of words counts. */
const MOST_WORDS = 1000
/** Penalties to try, for columns and for words. The best one counts, since one fixed penalty suits few inputs, or many. */
const penalties = [
  [1, 0.1],
  [10, 0.3],
  [100, 1],
] as const

export type EvidenceData = Pick<
  Dataset,
  'inputs' | 'inputShape' | 'targets' | 'classes' | 'vocabulary' | 'fitted' | 'splits'
> &
  Partial<Pick<Dataset, 'task'>>

/** What a linear model can tell from some inputs. */
export interface InputEvidence {
  /** Log loss in nats, on training rows that the model was not fitted on. */
  readonly loss: number
  /** That of a model that knows how frequent each class is, and nothing else. */
  readonly chance: number
}

/**
 * How well a logistic regression tells the classes from the inputs: two halves of the training rows, each predicted by the
 * model of the other. Numbers and categories are standardized; texts become tf-idf of their most frequent words, in rows of
 * length 1. With both, columns stand beside the words. Of numbers to predict, it tells the upper half from the lower. So the
 * same rows say which of two kinds of inputs knows more. Of several targets or labels, it is the mean over them. Null where
 * it cannot be computed: of few rows, many inputs or many classes.
 */
export function inputEvidence(data: EvidenceData): InputEvidence | null {
  const width = targetWidth(data)
  if (width > 1) return meanEvidence(data, width)
  const rows = spaced(data.splits.train, MOST_ROWS)
  const classes = data.classes?.length ?? 2
  if (rows.length < FEWEST_ROWS || classes > MOST_CLASSES) return null
  const tokens = tokensOf(data)
  if (inputWidth(data) - tokens > MOST_INPUTS) return null
  const labels = labelsOf(data, rows)
  const chance = entropy(labels)
  if (chance === 0) return null
  const all = inputsOf(data, rows)
  const words = data.vocabulary ? wordsOf(all, tokens, data.vocabulary.length) : null
  const losses = penalties.map(([penalty, ofWords]) =>
    words
      ? heldOutLoss(beside(words, all, tokens, ofWords / penalty), labels, classes, { standardize: false, penalty: ofWords })
      : heldOutLoss(all, labels, classes, { standardize: true, penalty }),
  )
  return { loss: Math.min(...losses), chance }
}

/** The mean over several targets or labels; null if one has none. */
function meanEvidence({ task, ...data }: EvidenceData, width: number): InputEvidence | null {
  const classes = task === 'multi-label' ? labelClasses : null
  const found = Array.from({ length: width }, (_, k) =>
    inputEvidence({ ...data, classes, targets: targetAt(data.targets, k, width) }),
  )
  const known = found.flatMap((one) => one ?? [])
  if (known.length < width) return null
  const over = (of: (one: InputEvidence) => number): number => known.reduce((sum, one) => sum + of(one) / width, 0)
  return { loss: over(({ loss }) => loss), chance: over(({ chance }) => chance) }
}

/** Each half of the rows by the model of the other. */
function heldOutLoss(inputs: Matrix, labels: Float64Array, classes: number, settings: SoftmaxSettings): number {
  const [even, odd] = [half(inputs, labels, 0), half(inputs, labels, 1)]
  const losses = [softmaxLosses(even, odd, classes, settings), softmaxLosses(odd, even, classes, settings)].flat()
  return losses.reduce((sum, loss) => sum + loss / losses.length, 0)
}

/** Every other row, from the first or the second. */
function half({ values, rows, columns }: Matrix, labels: Float64Array, from: 0 | 1): readonly [Matrix, Float64Array] {
  const places = Array.from({ length: rows }, (_, place) => place).filter((place) => place % 2 === from)
  const own = new Float64Array(places.length * columns)
  places.forEach((place, i) => own.set(values.subarray(place * columns, (place + 1) * columns), i * columns))
  return [{ values: own, rows: places.length, columns }, Float64Array.from(places, (place) => labels[place] ?? 0)]
}

/** The class of each row; of numbers, whether it lies above the median. */
function labelsOf({ targets, classes }: EvidenceData, rows: Int32Array): Float64Array {
  const values = Float64Array.from(rows, (row) => targets[row] ?? 0)
  if (classes) return values
  const median = values.toSorted()[values.length >> 1] ?? 0
  return values.map((value) => Number(value >= median))
}

function entropy(labels: Float64Array): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / labels.length) * Math.log(count / labels.length), 0)
}

/** Which of the most frequent words a text has, rarer ones with more weight; each row has length 1. */
function wordsOf({ values: inputs, rows, columns: width }: Matrix, tokens: number, vocabulary: number): Matrix {
  // Words have the ids after padding and unknown, the most frequent first.
  const columns = Math.min(MOST_WORDS, Math.max(1, vocabulary - unknownId - 1))
  const found = Array.from({ length: rows }, (_, row) => {
    const ids = inputs.subarray(row * width, row * width + tokens)
    return [...new Set(ids)].map((id) => id - unknownId - 1).filter((word) => word >= 0 && word < columns)
  })
  const texts = new Float64Array(columns)
  for (const word of found.flat()) texts[word] = (texts[word] ?? 0) + 1
  const weight = texts.map((count) => Math.log((1 + rows) / (1 + count)) + 1)
  const values = new Float64Array(rows * columns)
  found.forEach((words, i) => {
    const norm = Math.hypot(...words.map((word) => weight[word] ?? 0)) || 1
    for (const word of words) values[i * columns + word] = (weight[word] ?? 0) / norm
  })
  return { values, rows, columns }
}

/** The inputs after the tokens, standardized, times √share and beside the words. So their penalty is that of words / share. */
function beside(words: Matrix, all: Matrix, tokens: number, share: number): Matrix {
  const columns = words.columns + all.columns - tokens
  const values = new Float64Array(all.rows * columns)
  const { means, scales } = scalingOf(all)
  for (let row = 0; row < all.rows; row++) {
    values.set(words.values.subarray(row * words.columns, (row + 1) * words.columns), row * columns)
    for (let input = tokens; input < all.columns; input++) {
      const value = (all.values[row * all.columns + input] ?? 0) - (means[input] ?? 0)
      values[row * columns + words.columns + input - tokens] = value * (scales[input] ?? 0) * Math.sqrt(share)
    }
  }
  return { values, rows: all.rows, columns }
}
