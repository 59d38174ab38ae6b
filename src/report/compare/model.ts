import type { LeverDifference } from '../../records/levers.ts'
import type { MetricName } from '../../records/metrics.ts'
import type { VerdictStatus } from '../../records/verdict.ts'

/** Two finished studies side by side: what differs, and by how much on the seeds that no selection used. */
export interface StudyComparison {
  readonly version: 1
  readonly first: StudySide
  readonly second: StudySide
  /** What a reader must know before comparing any number: other data, another engine, other rows. */
  readonly notes: readonly string[]
  /** From the first study's chosen levers to the second's. */
  readonly levers: readonly LeverDifference[]
  /** Empty if one of them verified nothing, or if they measured on different data. */
  readonly metrics: readonly ComparedMetric[]
}

export interface StudySide {
  readonly folder: string
  readonly name: string
  readonly verdict: VerdictStatus
  readonly sentence: string
  readonly engine: string
  readonly tool: string
  readonly runs: number
  readonly seconds: number
  /** Levers that the study moved. */
  readonly moved: number
}

export interface ComparedMetric {
  readonly metric: MetricName
  readonly split: 'validation' | 'test'
  readonly objective: boolean
  readonly first: { readonly mean: number | null; readonly sd: number | null }
  readonly second: { readonly mean: number | null; readonly sd: number | null }
  /** Winners on the seeds that both verified, in the order of the first; null if a run did not complete. */
  readonly seeds: readonly {
    readonly seed: number
    readonly first: number | null
    readonly second: number | null
    readonly gain: number | null
  }[]
  /** Mean gain of the second over the first, oriented so that more is better, with its two-sided interval. */
  readonly gain: {
    readonly value: number
    readonly lower: number
    readonly upper: number
    readonly level: number
    readonly paired: boolean
  } | null
  /** The conclusion, in a sentence. */
  readonly sentence: string
}
