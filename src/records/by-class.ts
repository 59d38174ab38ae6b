/**
 * How the winner does on each class or label, from the predictions that its verification runs kept: on test rows, or on validation
 * rows if none are held out. No gate judges it; a rare class may have few rows.
 */
export interface ByClass {
  readonly split: 'validation' | 'test'
  /** Seeds of the winner that completed, at least 1. */
  readonly seeds: number
  /** Rows that every seed is scored on: all, or an evenly spaced sample if their outputs are many. */
  readonly rows: number
  /** The classes or labels that these rows have, in the order of their indices. */
  readonly classes: readonly ClassSummary[]
  /** Which classes it takes for which, the most frequent pair first. Absent for labels, and in reports from before it was stored. */
  readonly confusions?: readonly Confusion[]
}

/** Rows of one class that are taken for another. */
export interface Confusion {
  readonly actual: string
  readonly predicted: string
  /** How often, over all seeds together. */
  readonly count: number
}

/** One class or label, over the seeds. */
export interface ClassSummary {
  readonly name: string
  /** Rows of the class or with the label among those that are scored. */
  readonly rows: number
  /** Share of its rows whose most probable class is this one, or which get this label, in [0, 1]. */
  readonly recall: OverSeeds
  /**
   * Share of the rows that are taken for this class and are of it. Absent if a seed takes no row for it, and in reports from
   * before it was stored.
   */
  readonly precision?: OverSeeds
  /** F1 of a label. Absent for classes. */
  readonly f1?: OverSeeds
  /** Mean negative log-likelihood of its rows, in nats; of a label, of all rows. */
  readonly nll: OverSeeds
}

export interface OverSeeds {
  readonly mean: number
  /** Null for a single seed. */
  readonly sd: number | null
}
