import { listed } from '../base/lists.ts'
import { didYouMean, InputError } from '../base/diagnostics.ts'
import type { Column } from './column.ts'
import { type LabelTargets, yesCounts } from './labels.ts'
import { fail } from './problems.ts'
import type { DataConfig, WeightingConfig } from './types.ts'

/** What weights are computed from. */
export interface Weighed {
  /** Class of each row. */
  readonly codes: ArrayLike<number>
  readonly classes: readonly string[]
  /** The column of weights; null if there is none. */
  readonly column: Pick<Column, 'at' | 'name'> | null
  readonly train: Int32Array
  /** Validation rows, if some seeds train on them. */
  readonly validation?: Int32Array
}

/**
 * The weight of each row in the training loss: that of its class times that of the column, scaled to a mean of 1 over the
 * training rows, so that learning rates keep their meaning. Balanced weights are those of scikit-learn's
 * `compute_class_weight`: rows / (classes · rows of the class), counted in the training rows.
 *
 * @returns nothing if the config has no weights
 * @throws InputError if a class that has a weight does not exist, a weight is negative, or all are 0
 */
export function rowWeights(
  { weighting }: Pick<DataConfig, 'weighting'>,
  weighed: Weighed,
): { readonly weights?: Float32Array } {
  if (!weighting) return {}
  const { codes, column, train, validation } = weighed
  const ofClass = classWeights(weighting, weighed)
  const at = (row: number): number => (ofClass[codes[row] ?? -1] ?? 1) * (column?.at(row) ?? 1)
  if (column) {
    requireWeights(column, train)
    if (validation)
      requireWeights(column, validation, 'some seeds train on validation rows too, unless data.split has rows: fixed')
  }
  let sum = 0
  for (const row of train) sum += at(row)
  if (!(sum > 0)) {
    fail({ code: 'data/weights', message: 'the weights of all training rows are 0, so there is nothing to learn' })
  }
  return { weights: Float32Array.from({ length: codes.length }, (_, row) => (at(row) * train.length) / sum) }
}

/**
 * How much each label counts in the training loss where it applies. Balanced, it counts as much as where it does not: rows
 * without it / rows with it, counted in the training rows, which is the usual `pos_weight` of PyTorch.
 *
 * @returns nothing if the config has no weights
 * @throws InputError if a label that has a weight does not exist, or a weight is 0
 */
export function labelWeights(
  { weighting }: Pick<DataConfig, 'weighting'>,
  labels: LabelTargets,
  train: Int32Array,
): { readonly labelWeights?: Float32Array } {
  const wanted = weighting?.classes
  const { targetNames } = labels
  if (wanted === undefined) return {}
  if (wanted !== 'balanced') {
    requireKnown(wanted, targetNames, 'a label that data.target does not have')
    const none = targetNames.find((name) => wanted[name] === 0)
    if (none !== undefined) {
      fail({
        code: 'data/weights',
        message: `the label "${none}" has a weight of 0, so a model would never say it`,
        allowed: 'numbers above 0',
        hint: 'leave the label out of data.target',
      })
    }
    return { labelWeights: Float32Array.from(targetNames, (name) => wanted[name] ?? 1) }
  }
  // A base may have no row of a label that its change adds.
  return { labelWeights: Float32Array.from(yesCounts(labels, train), (yes) => (yes === 0 ? 1 : (train.length - yes) / yes)) }
}

function classWeights({ classes: wanted }: WeightingConfig, { codes, classes, train }: Weighed): readonly number[] {
  if (wanted === undefined) return []
  if (wanted === 'balanced') {
    const counts = new Array<number>(classes.length).fill(0)
    for (const row of train) counts[codes[row] ?? -1] = (counts[codes[row] ?? -1] ?? 0) + 1
    const present = counts.filter((count) => count > 0).length
    return counts.map((count) => (count === 0 ? 0 : train.length / (present * count)))
  }
  requireKnown(wanted, classes, 'a class that the target does not have')
  return classes.map((name) => wanted[name] ?? 1)
}

/** @param what what a name that is not known names */
function requireKnown(wanted: Readonly<Record<string, number>>, names: readonly string[], what: string): void {
  const unknown = Object.keys(wanted).filter((name) => !names.includes(name))
  if (unknown.length === 0) return
  throw new InputError(
    unknown.map((name) => {
      const meant = didYouMean(name, names)
      return {
        code: 'data/no-class',
        severity: 'error' as const,
        message: `data.classWeights names ${what}`,
        found: name,
        allowed: listed(names, 20),
        ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }),
      }
    }),
  )
}

function requireWeights({ name, at }: Pick<Column, 'at' | 'name'>, rows: Int32Array, hint?: string): void {
  const row = rows.find((one) => !(at(one) >= 0))
  if (row === undefined) return
  fail({
    code: 'data/weights',
    message: `the column "${name}" has a value that is not a weight`,
    found: Number.isNaN(at(row)) ? 'nothing' : String(at(row)),
    allowed: 'numbers of 0 or more',
    ...(hint === undefined ? {} : { hint }),
  })
}
