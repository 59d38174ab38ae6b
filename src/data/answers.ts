// What the target columns become, by task.
import { unreachable } from '../base/result.ts'
import type { Column } from './column.ts'
import { labelColumn } from './label-column.ts'
import { checkLabels, encodeLabels, labelStrata, requireLearnable, type LabelTargets } from './labels.ts'
import { requireDifferent } from './same-levels.ts'
import type { Limits } from './source.ts'
import { checkClasses, encodeLevels, standardizeTargets } from './targets.ts'
import type { DataConfig, Dataset, Splits } from './types.ts'
import { labelWeights, rowWeights } from './weights.ts'

/** Answers of all rows, before and after the rows are split. */
export interface Answers {
  /** A code for each row whose proportions every part keeps; null if the split is not stratified. */
  readonly strata: Int32Array | null
  readonly notes: readonly string[]
  /** The answers as members of a data set. */
  readonly prepared: (
    parts: TrainedParts,
  ) => Pick<Dataset, 'targets' | 'targetNames' | 'classes' | 'targetScale' | 'weights' | 'labelWeights'>
}

/** The split, and whether some seeds train on its validation rows. */
interface TrainedParts {
  readonly splits: Splits
  readonly folds: Dataset['folds']
}

/** Columns of the answers. */
interface AnswerColumns {
  /** At least one. */
  readonly targets: readonly [Column, ...Column[]]
  /** The column of weights; null if there is none. */
  readonly weight: Column | null
  readonly rows: number
  /** Number of rows that are divided, the first of all. */
  readonly divided: number
}

/** @throws InputError if the columns have values that the task does not allow, or too few of one kind */
export function answersOf(config: DataConfig, columns: AnswerColumns, limits: Limits): Answers {
  const { task } = config
  switch (task) {
    case 'classification':
      return classAnswers(config, columns, limits)
    case 'multi-label':
      return labelAnswers(config, columns)
    case 'regression':
      return numberAnswers(config, columns)
    default:
      return unreachable(task, 'task')
  }
}

function classAnswers(config: DataConfig, { targets: [target], weight, divided }: AnswerColumns, limits: Limits): Answers {
  const { levels: classes, codes } = encodeLevels(target, limits.levels)
  const notes = requireDifferent(target.name, classes, 'classes')
  checkClasses(config, classes, codes.subarray(0, divided))
  return {
    strata: config.split.stratify ? codes : null,
    notes,
    prepared: ({ splits: { train, validation }, folds }) => {
      const trained = folds.length > 0 ? { validation } : {}
      const weighted = rowWeights(config, { codes, classes, column: weight, train, ...trained })
      return { targets: Float32Array.from(codes), classes, targetScale: null, ...weighted }
    },
  }
}

function labelAnswers(config: DataConfig, { targets, rows, divided }: AnswerColumns): Answers {
  const { labels, notes } = config.labels
    ? labelColumn(targets[0], rows, config.labels)
    : { labels: encodeLabels(targets, rows), notes: [] }
  checkLabels(config, labels, divided)
  return {
    strata: config.split.stratify ? labelStrata(labels) : null,
    notes: [...notes, ...(excludeEachOther(labels) ? [exclusive] : [])],
    prepared: ({ splits }) => {
      requireLearnable(config, labels, splits)
      return { ...labels, ...labelWeights(config, labels, splits.train) }
    },
  }
}

const exclusive =
  'every row has exactly one label, so the labels are classes that exclude each other: one column of class names and ' +
  'task: classification fit better'

/** Whether every row has one label, as classes written as one column each do. */
function excludeEachOther({ targets, targetNames: { length } }: LabelTargets): boolean {
  for (let start = 0; start < targets.length; start += length) {
    let count = 0
    for (let k = 0; k < length; k++) count += targets[start + k] ?? NaN
    if (count !== 1) return false
  }
  return true
}

const numberAnswers = ({ split }: DataConfig, { targets, rows }: AnswerColumns): Answers => ({
  strata: null,
  notes: split.stratify ? ['regression: the split is not stratified'] : [],
  prepared: ({ splits }) => ({ ...standardizeTargets(targets, rows, splits), classes: null }),
})
