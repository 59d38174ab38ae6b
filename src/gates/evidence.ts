import type { LockedSeed } from '../records/lock.ts'
import type { Measured } from '../records/gates.ts'
import type { RunCalibration, RunTime } from '../records/run.ts'
import { nominalAlpha } from '../stats/sequential.ts'

/** What gates are judged on: seeds that no selection saw, on both sides. */
export interface GateEvidence {
  readonly candidate: readonly SeedEvidence[]
  readonly baseline: BaselineEvidence | null
  /** Why there is no baseline, as a sentence; null where there is one. */
  readonly missingBaselineReason: string | null
  /** Trainable numbers in the candidate's model; left out where they are not known. */
  readonly parameters?: number
}

/** A seed with what a lock holds of it, and what only the run itself tells. */
export interface SeedEvidence extends LockedSeed {
  readonly time?: RunTime
  /** Why it crashed, where that is known. */
  readonly reason?: string
  readonly calibration?: RunCalibration
}

export interface BaselineEvidence {
  /**
   * What the baseline is, to be read after "against": `tuning.lock.json`, `the declared levers, retrained on the same
   * seeds`.
   */
  readonly source: string
  readonly runs: readonly SeedEvidence[]
  /** Trainable numbers in its model; left out where they are not known. */
  readonly parameters?: number
  /** Whether its runs were trained in turn with the candidate's, so that a busy moment of the machine meets both. */
  readonly alternated?: boolean
  /** What a reader must know of it, as "it was trained on another engine". */
  readonly notes: readonly string[]
}

/** One look at the seeds. With several looks the nominal alpha of each is smaller (Pocock), see `stats/sequential.ts`. */
export interface Look {
  /** One-sided chance of error that each bound is allowed at this look. */
  readonly alpha: number
  /** The same for each bound of σ, of which seeds know less than of a mean. */
  readonly spreadAlpha: number
  readonly look: number
  readonly of: number
  /** Time ended the verification before its last look. */
  readonly cutShort?: true
}

const alpha = 0.05
const spreadAlpha = 0.025

/** All verification seeds are looked at once, at the end. */
export const singleLook: Look = { alpha, spreadAlpha, look: 1, of: 1 }

/**
 * The look at `seeds` of those planned. Every look, the last too, tests at the nominal level under which all of them
 * together err as seldom as one test would. A look that the budget forced, between two planned ones, keeps that level:
 * it was not chosen by what the seeds showed. The information of a look is taken to grow with the candidate's seeds; where
 * the baseline's are fixed, as in a lock, successive looks agree more than that and the level errs to the safe side.
 */
export function lookAt(looks: readonly number[], seeds: number): Look {
  if (looks.length <= 1) return singleLook
  const reached = looks.findIndex((n) => n >= seeds)
  return {
    alpha: nominalAlpha(looks, alpha),
    spreadAlpha: nominalAlpha(looks, spreadAlpha),
    look: reached === -1 ? looks.length : reached + 1,
    of: looks.length,
  }
}

/** One metric on one split, seed by seed, with what kept a seed from having a value. */
export interface Side {
  readonly values: readonly SeedValue[]
  readonly diverged: readonly number[]
  readonly crashed: readonly number[]
  /** Why they crashed, each reason once. */
  readonly reasons: readonly string[]
  /** Seeds that completed but hold no finite value of the metric. */
  readonly unmeasured: readonly number[]
  /** One entry a seed, null where it has no value: for the verdict's record. */
  readonly all: readonly (number | null)[]
}

export interface SeedValue {
  readonly seed: number
  readonly value: number
  readonly weights: string | null
}

/** Reads the rule's metric from every seed; nothing is dropped, only sorted by why it has no value. */
export function readSide(seeds: readonly SeedEvidence[], rule: Measured): Side {
  const read = seeds.map((s) => ({ ...s, value: finiteOrNull(s[rule.split]?.[rule.metric]) }))
  const without = (status: LockedSeed['status']): number[] => read.filter((s) => s.status === status).map((s) => s.seed)
  return {
    values: read.flatMap(({ status, seed, value, weights }) =>
      status === 'complete' && value !== null ? [{ seed, value, weights }] : [],
    ),
    diverged: without('diverged'),
    crashed: without('crashed'),
    reasons: [...new Set(read.flatMap(({ reason }) => reason ?? []))],
    unmeasured: read.filter((s) => s.status === 'complete' && s.value === null).map((s) => s.seed),
    all: read.map((s) => (s.status === 'complete' ? s.value : null)),
  }
}

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null
