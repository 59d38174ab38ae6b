import type { Levers } from './levers.ts'
import type { MetricName, Metrics } from './metrics.ts'
import type { LineageEntry } from './decision.ts'

/** `tuning.lock.json`: the tuned levers with all that a later gate needs, committed beside the spec. No clock in it. */
export interface Lock {
  readonly version: 1
  readonly name: string
  readonly tool: string
  readonly engine: string
  /** The metric that checkpoints were chosen by, and the trainable numbers in the model; left out by versions that did not write them. */
  readonly objective?: MetricName
  readonly parameters?: number
  /** Time ended the study before it was done, so another machine may come to another lock; left out where it did not. */
  readonly cutShort?: 'minutes'
  readonly fingerprints: { readonly spec: string; readonly plan: string; readonly data: string }
  readonly levers: Levers
  readonly lineage: readonly LockedChange[]
  /** Verification seeds in order; a crashed or diverged seed has null metrics and stays listed. */
  readonly seeds: readonly LockedSeed[]
}

export interface LockedSeed {
  readonly seed: number
  readonly status: 'complete' | 'diverged' | 'crashed'
  readonly validation: Metrics | null
  readonly test: Metrics | null
  /** SHA-256 of the trained weights. */
  readonly weights: string | null
}

/** A lineage entry without its times. */
export type LockedChange = Omit<LineageEntry, 'evidence'> & { readonly evidence: Omit<LineageEntry['evidence'], 'seconds'> }
