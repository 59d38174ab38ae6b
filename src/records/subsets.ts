import type { MetricName, Metrics, RowValues } from './metrics.ts'

/** Part of what a metric is measured on, which a gate names: a class of the target, a segment of the rows, or both. */
export interface Subset {
  /** Name of the class; omitted for a metric of all classes. */
  readonly class?: string
  /** Omitted for all rows. */
  readonly segment?: Segment
}

/** The rows in which a column has one value. */
export interface Segment {
  readonly column: string
  readonly level: string
}

/** What a gate asks runs to measure besides the metrics of whole splits. */
export interface SubsetRequest {
  readonly metric: MetricName
  readonly class?: string
  /** Columns; each value of each is a segment. */
  readonly segments?: readonly string[]
}

/** The metrics that gates name, on one subset. A metric that its rows do not define is left out. */
export interface SubsetMetrics extends Subset {
  /** Number of its rows in each split; of a class, those that have it. */
  readonly rows: { readonly validation: number; readonly test: number }
  /** Number of different groups that its test rows are in; omitted if every row stands for itself. */
  readonly groups?: number
  /**
   * Test rows of its rarer side, if a metric ranks rows of different classes: of the class or of the others, whichever are
   * fewer; without a class, of the rarest class. Omitted if no gate names such a metric.
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

/** Whether both are the same part. */
export const sameSubset = (one: Subset, other: Subset): boolean =>
  one.class === other.class && one.segment?.column === other.segment?.column && one.segment?.level === other.segment?.level
