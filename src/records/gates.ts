import type { MetricName } from './metrics.ts'
import type { Part } from './subsets.ts'

export type OnInconclusive = 'fail' | 'pass'

/** What every rule of a gate has. The other settings belong to the gate; see its definition in `gates/`. */
export interface GateRule {
  /** Name of the gate in the spec. */
  readonly gate: string
  /** Whether an inconclusive verdict blocks. */
  readonly onInconclusive: OnInconclusive
}

/** A metric on one split; of one class or target, if the rule names one. */
export interface Measured extends Part {
  readonly metric: MetricName
  readonly split: 'validation' | 'test'
  /** Columns; set if every segment of the rows is judged by itself. */
  readonly segments?: readonly string[]
}

/** A rule on a metric of the verified seeds. */
export interface MetricRule extends GateRule, Measured {
  /** Test rows, or groups of them, that a class, a label or a segment must have to be judged; set beside one of them. */
  readonly minRows?: number
}
