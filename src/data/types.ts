import type { Spec } from '../dsl/tuning.gen.ts'
import type { MissingConfig } from './missing.ts'
import type { FittedScaling, Standardize } from './scaling.ts'

/** What to read and how to prepare it: the spec's `data` block with every default filled in. */
export interface DataConfig {
  /** Path, already resolved and confined to the workspace by the caller. */
  readonly source: string
  /** Files of the other parts, if the data are split already; `source` then has the training rows. */
  readonly files?: PartFiles
  /**
   * A column's name, or its index from 0 ("64"), or from the end ("-1" is the last); in an archive of arrays, the array's
   * name.
   */
  readonly target: string
  /** All labels, or all targets of a regression, the first of them `target`, if there are several. Omitted for one. */
  readonly targets?: readonly string[]
  /** How `target` lists the labels of each row, if it is one column of labels. Omitted if not. */
  readonly labels?: LabelsConfig
  readonly header: boolean | 'auto'
  readonly task: Task
  readonly inputs: InputsConfig
  /** How numeric inputs are scaled; fitted on the training rows only. */
  readonly standardize: Standardize
  /** Scaling of single numeric columns, by name or position, in place of `standardize`. Omitted if there is none. */
  readonly scaling?: Readonly<Record<string, Standardize>>
  /** Weights of rows in the training loss; omitted if all are equal. */
  readonly weighting?: WeightingConfig
  /** How missing inputs are filled in; omitted if they are errors. */
  readonly missing?: MissingConfig
  /** What happens to rare categories; omitted if every category is an input of its own. */
  readonly categories?: CategoriesConfig
  /** Columns whose values divide the rows into segments for gates. They change nothing else. Omitted if there is none. */
  readonly segments?: readonly string[]
  readonly split: SplitConfig
}

/** How much rows count in the training loss. Metrics count every row once. */
export interface WeightingConfig {
  /**
   * `balanced`: each class has the same weight in sum; or a weight by class name, 1 if a class is not named. Of labels, the
   * weight of the rows that have one, where all others have 1.
   */
  readonly classes?: 'balanced' | Readonly<Record<string, number>>
  /** A column of weights of 0 or more, by name or position. It is not an input. */
  readonly column?: string
}

/** One column that lists the labels of each row. */
export interface LabelsConfig {
  /** What stands between two labels of a cell; null if every cell is a list. */
  readonly separator: string | null
  /** Rows that a label must have, of all rows, at least 1. Rarer labels are left out. */
  readonly minRows: number
}

/** What happens to rare categories. */
export interface CategoriesConfig {
  /**
   * Training rows that a category must have to be an input of its own, at least 1. Those with fewer become one category, as
   * do those that the training rows lack.
   */
  readonly minRows: number
}

/**
 * Files that hold one part of the split each. The parts that have no file are drawn from `source`, by the shares of the
 * split.
 */
export interface PartFiles {
  readonly validation?: string
  readonly test?: string
}

/** What is predicted: one of several classes, whether each of several labels applies, or numbers. */
export type Task = Spec['task']

export type InputsConfig =
  /** Every column except the target and the group, in order, times `scale`, reshaped row-major. */
  | { readonly kind: 'array'; readonly shape: readonly number[]; readonly scale: number }
  | ({ readonly kind: 'columns'; readonly encoding: 'one-hot' | 'index' } & NamedColumns)
  /** One column of texts, as the ids of its tokens, and behind them named columns, if there are any. */
  | TextInputs
  /** Determined by the columns' types: numbers unchanged, categories one-hot, constants and identifiers dropped. */
  | { readonly kind: 'auto' }

export interface TextInputs {
  readonly kind: 'text'
  readonly column: string
  /** A name of `tokenizers`, or the path of a tokenizer file. */
  readonly tokenizer: string
  /** The most token ids, padding and unknown included; at least 3. */
  readonly vocabulary: number
  /** Tokens per text, at least 1: longer texts are cut, shorter ones padded. */
  readonly length: number
  /** Columns beside the text; omitted if there are none. Categories are one-hot. */
  readonly columns?: NamedColumns
}

/** Columns by name or position: first the numeric ones, then the categorical ones, each in the order written. */
export interface NamedColumns {
  readonly numeric: readonly string[]
  readonly categorical: readonly string[]
}

export interface SplitConfig {
  /** Fractions of all rows, each in [0, 1), together below 1; the training rows are the rest. */
  readonly validation: number
  readonly test: number
  /** Keep the proportions of classes or labels in every part; ignored for regression. */
  readonly stratify: boolean
  /** The column whose equal values stay in one part: a patient, a session. It is never an input. */
  readonly groupBy: string | null
  readonly seed: number
  /** The column of times that orders the rows: training rows are the earliest, test rows the latest. Never an input. */
  readonly time?: string
  /** Rows left out between two parts that are split by time. Omitted if there are none. */
  readonly gap?: number
  /** Set if all seeds share their rows, and verdicts hold on these rows alone. */
  readonly fixed?: true
}

/** Fractions, or counts, of train, validation and test. */
export type Parts = readonly [train: number, validation: number, test: number]

/** Row numbers in the data set, ascending; no row is in two parts, and those in a gap between times are in none. */
export interface Splits {
  readonly train: Int32Array
  readonly validation: Int32Array
  readonly test: Int32Array
}

/** Data ready for a model. */
export interface Dataset {
  /** rows × inputSize, row-major. */
  readonly inputs: Float32Array
  /** Shape of one row; its product is inputSize. */
  readonly inputShape: readonly number[]
  /**
   * One per row: the class's index in `classes`, or the standardized value. Of several targets, rows × targets; of labels,
   * 1 where one applies and 0 where not.
   */
  readonly targets: Float32Array
  /** Names of labels, or of several targets of a regression, in their order; omitted for one. */
  readonly targetNames?: readonly string[]
  /** Weight of each row in the training loss, with a mean of 1 over the training rows; omitted if all are equal. */
  readonly weights?: Float32Array
  /** How much each label counts in the training loss where it applies; omitted if as much as where it does not. */
  readonly labelWeights?: Float32Array
  readonly task: Task
  /** Class names in the order of their indices; null for labels and regression. */
  readonly classes: readonly string[] | null
  /** One name per input. */
  readonly features: readonly string[]
  /** If an input is a text, the tokens in the order of their ids; 0 is padding and 1 any other token. */
  readonly vocabulary?: readonly string[]
  /** How the inputs were made, one per column, in order; fitted on the training rows. */
  readonly fitted: readonly FittedInput[]
  /** value = target × sd + mean for each target, fitted on the training rows; null for classes and labels. */
  readonly targetScale: TargetScale | null
  readonly splits: Splits
  /** Whether the rows were drawn, so that what is measured on the test rows can hold for other rows from the same source. */
  readonly rowsVary: boolean
  /** Validation rows of other ways to divide the training and validation rows, ascending; see `foldsOf`. */
  readonly folds: readonly Int32Array[]
  /** SHA-256 over the inflated file's content and every setting that shapes the data, without the file's path. */
  readonly fingerprint: string
  /** What was done that the user may want to know: "3 constant columns dropped: a, b, c". */
  readonly notes: readonly string[]
  /** Columns, inputs or not, that may say which rows belong together; never the target. */
  readonly keys: readonly KeyColumn[]
  /** Numeric inputs of whole numbers of five digits or more, before they were scaled. */
  readonly wholeNumbers: readonly WholeNumbers[]
  /** Columns that divide the rows into segments, as the config names them. */
  readonly segments: readonly SegmentColumn[]
}

/** A column whose values are segments of the rows. */
export interface SegmentColumn {
  /** The column as the config names it. */
  readonly name: string
  /** At least one; each is a segment. */
  readonly levels: readonly string[]
  /** One per row: an index in `levels`. */
  readonly codes: Int32Array
}

/** How each target of a regression was standardized. */
export type TargetScale = readonly { readonly mean: number; readonly sd: number }[]

/** An input that may name its row, or a point in time. */
export interface WholeNumbers {
  readonly name: string
  /** One per row, as written. */
  readonly values: Float64Array
}

/** How one column becomes inputs of the model, with everything that was fitted on the training rows. */
export type FittedInput =
  /** (value × scale), scaled. */
  | {
      readonly as: 'number'
      readonly name: string
      readonly scale: number
      readonly scaling: FittedScaling
      /** What stands in for a missing value, before `scale`; null if a missing value is an error. */
      readonly missing: { readonly filler: number; readonly indicator: boolean } | null
    }
  /** `levels` in the order of their codes: positions of a one-hot vector, or the number itself for `index`. */
  | {
      readonly as: 'one-hot' | 'index'
      readonly name: string
      readonly levels: readonly string[]
      /** The code of a missing value: −1 for none of the levels, null if a missing value is an error. */
      readonly missing: number | null
      /** The code of a category that is none of the levels; −1 for none. */
      readonly other: number
    }
  /** Ids of tokens: `length` of them, padded at the end with 0. 1 stands for any token that the vocabulary lacks. */
  | {
      readonly as: 'tokens'
      readonly name: string
      readonly vocabulary: readonly string[]
      readonly length: number
    }

/** A column whose equal values may identify one patient, session or place. */
export interface KeyColumn {
  readonly name: string
  /** One per row; equal codes are equal values. */
  readonly codes: Int32Array
  /** Whether the values are numbers and the codes are in their order. */
  readonly ordered: boolean
  /** Whether the split keeps its groups whole: `split.groupBy`. */
  readonly declared: boolean
}

/** One augmentation at the largest amount that a study may use. */
export interface Augmentation {
  /** Its name in the spec: `flip`. */
  readonly name: string
  readonly amount: number
  /** Changes `rows` rows of inputs in place, at random, the same way each time. */
  readonly apply: (inputs: Float32Array, rows: number) => void
}
