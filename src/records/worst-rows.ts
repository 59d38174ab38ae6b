/**
 * The scored rows that the winner gets most wrong, over its verification seeds: what to look at first, such as a wrong label
 * or a case that the training rows lack. On test rows, or on validation rows if none are held out.
 */
export interface WorstRows {
  readonly split: 'validation' | 'test'
  /** Seeds of the winner that completed, at least 1. */
  readonly seeds: number
  /** Rows that every seed is scored on. */
  readonly scored: number
  /** The largest loss first. */
  readonly rows: readonly WorstRow[]
}

export interface WorstRow {
  /** Number of the row among the data, from 1, as the data checks count. */
  readonly row: number
  /** The class, the labels, or the target's value in its own units; of several targets, one after the other. */
  readonly actual: string
  /** The class or labels that most seeds predict, or the mean prediction. */
  readonly predicted: string
  /**
   * Mean negative log-likelihood in nats, or mean absolute error in units of the target; of several targets, in SDs of each.
   */
  readonly loss: number
  /** Seeds whose most probable class is another one, or that get a label wrong; null for a regression. */
  readonly wrong: number | null
}
