import { printable } from '../base/printable.ts'
import type { MetricName, Metrics, RowValues } from './metrics.ts'

/** One class of the target, or one of several targets or labels; neither for a metric of all of them. */
export interface Part {
  readonly class?: string
  readonly target?: string
}

/** Part of what a metric is measured on, which a gate names: a class or a target, a segment of the rows, or both. */
export interface Subset extends Part {
  /** Omitted for all rows. */
  readonly segment?: Segment
}

/** The rows in which a column has one value. */
export interface Segment {
  readonly column: string
  readonly level: string
}

/** What a gate asks runs to measure besides the metrics of whole splits. */
export interface SubsetRequest extends Part {
  readonly metric: MetricName
  /** Columns; each value of each is a segment. */
  readonly segments?: readonly string[]
}

/** The metrics that gates name, on one subset. A metric that its rows do not define is left out. */
export interface SubsetMetrics extends Subset {
  /** Number of its rows in each split; of a class or a label, those that have it. */
  readonly rows: { readonly validation: number; readonly test: number }
  /** Number of different groups that its test rows are in; omitted if every row stands for itself. */
  readonly groups?: number
  /**
   * Test rows of its rarer side, if a metric ranks rows of different classes: of the class or label or of the others,
   * whichever are fewer; without one, of the rarest class, or of the label with the fewest. Omitted if no gate names such a metric.
   */
  readonly rarer?: number
  readonly validation: Metrics
  /** Null if the run reads no test rows. */
  readonly test: Metrics | null
  /**
   * How much the test metrics depend on the test rows; omitted if verdicts hold on these rows alone, or if too few rows define
   * them.
   */
  readonly testRows?: RowValues
}

/** The part alone, whatever else names it has. */
export const partOf = ({ class: named, target }: Part): Part => ({
  ...(named !== undefined && { class: named }),
  ...(target !== undefined && { target }),
})
/** The name of the class or target; undefined for all of them. */
export const partName = ({ class: named, target }: Part): string | undefined => named ?? target
export const samePart = (one: Part, other: Part): boolean => one.class === other.class && one.target === other.target
/** `the class "malignant"`, or `the target "height"`; names come from the data. */
export const partWords = ({ class: named, target }: Part): string =>
  named === undefined ? `the target "${printable(target ?? '', 60)}"` : `the class "${printable(named, 60)}"`

/** Whether both are the same part. */
export const sameSubset = (one: Subset, other: Subset): boolean =>
  samePart(one, other) && one.segment?.column === other.segment?.column && one.segment?.level === other.segment?.level
