import type { LockedSeed } from '../records/lock.ts'
import type { Measured } from '../records/gates.ts'
import type { RunCalibration, RunTime } from '../records/run.ts'
import { nominalAlpha } from '../stats/sequential.ts'

/** What gates judge: seeds that no selection used, on both sides. */
export interface GateEvidence {
  readonly candidate: readonly SeedEvidence[]
  readonly baseline: BaselineEvidence | null
  /** Why there is no baseline, as a sentence; null if there is one. */
  readonly missingBaselineReason: string | null
  /** What to do about it, in a sentence; omitted for a study that could retrain its own. */
  readonly missingBaselineRemedy?: string
  /** Number of trainable parameters in the candidate's model; omitted if unknown. */
  readonly parameters?: number
  /** Rows of each split that metrics are measured on; omitted if unknown. */
  readonly rows?: { readonly validation: number; readonly test: number }
  /**
   * Set if the seeds' values are of a class or a segment: its test rows, or the groups that they are in. There may be so few
   * that their spread shows too little of what other rows would.
   */
  readonly few?: number
}

/** A seed with what a lock stores about it, and what only the run itself knows. */
export interface SeedEvidence extends LockedSeed {
  readonly time?: RunTime
  /** Why it crashed, if known. */
  readonly reason?: string
  readonly calibration?: RunCalibration
}

export interface BaselineEvidence {
  /** What the baseline is; reads after "against": `tuning.lock.json`, `the declared levers, retrained on the same seeds`. */
  readonly source: string
  readonly runs: readonly SeedEvidence[]
  /** Number of trainable parameters in its model; omitted if unknown. */
  readonly parameters?: number
  /** Whether its runs were interleaved with the candidate's, so that a busy moment of the machine affects both. */
  readonly alternated?: boolean
  /** What a reader must know about it, such as "it was trained on another engine". */
  readonly notes: readonly string[]
}

/**
 * One interim analysis of the seeds. With several, each uses a smaller nominal alpha (Pocock); see `stats/sequential.ts`.
 */
export interface InterimAnalysis {
  /** One-sided error probability of each bound at this analysis. */
  readonly alpha: number
  /** The same for each bound of σ. Seeds say less about σ than about a mean. */
  readonly spreadAlpha: number
  readonly number: number
  readonly of: number
  /** The time budget ended the verification before its last interim analysis. */
  readonly cutShort?: true
}

const alpha = 0.05
const spreadAlpha = 0.025

/** A single analysis of all verification seeds, at the end. */
export const singleAnalysis: InterimAnalysis = { alpha, spreadAlpha, number: 1, of: 1 }

/**
 * The interim analysis at `seeds` of the planned seeds. Every one, including the last, tests at the nominal level that keeps
 * the error rate of all looks together at the level of a single test. A look that the budget forces between two planned ones
 * keeps that level, because the seeds' results did not trigger it. The information of a look is assumed to grow with the
 * candidate's seeds. If the baseline's seeds are fixed, as in a lock, successive looks correlate more than that, and the
 * level errs on the safe side.
 */
export function analysisAt(looks: readonly number[], seeds: number): InterimAnalysis {
  if (looks.length <= 1) return singleAnalysis
  const reached = looks.findIndex((n) => n >= seeds)
  return {
    alpha: nominalAlpha(looks, alpha),
    spreadAlpha: nominalAlpha(looks, spreadAlpha),
    number: reached === -1 ? looks.length : reached + 1,
    of: looks.length,
  }
}

/** One metric on one split, per seed, with the reason for each seed without a value. */
export interface Side {
  readonly values: readonly SeedValue[]
  readonly diverged: readonly number[]
  readonly crashed: readonly number[]
  /** Why seeds crashed, each reason once. */
  readonly reasons: readonly string[]
  /** Seeds that completed but have no finite value of the metric. */
  readonly unmeasured: readonly number[]
  /** One entry per seed, null if it has no value; for the verdict's record. */
  readonly all: readonly (number | null)[]
}

export interface SeedValue {
  readonly seed: number
  readonly value: number
  readonly weights: string | null
  /** What each group of rows adds to the value; see `RowValues`. Omitted if verdicts hold on these rows alone. */
  readonly rows?: readonly number[]
}

/** Reads the rule's metric from every seed. It drops no seed; it groups seeds without a value by reason. */
export function readSide(seeds: readonly SeedEvidence[], rule: Measured): Side {
  const read = seeds.map((s) => ({
    ...s,
    value: finiteOrNull(s[rule.split]?.[rule.metric]),
    rows: rule.split === 'test' ? s.testRows?.[rule.metric] : undefined,
  }))
  const without = (status: LockedSeed['status']): number[] => read.filter((s) => s.status === status).map((s) => s.seed)
  return {
    values: read.flatMap(({ status, seed, value, weights, rows }) =>
      status === 'complete' && value !== null ? [{ seed, value, weights, ...(rows ? { rows } : {}) }] : [],
    ),
    diverged: without('diverged'),
    crashed: without('crashed'),
    reasons: [...new Set(read.flatMap(({ reason }) => reason ?? []))],
    unmeasured: read.filter((s) => s.status === 'complete' && s.value === null).map((s) => s.seed),
    all: read.map((s) => (s.status === 'complete' ? s.value : null)),
  }
}

/** The values of seeds that both sides have, in the order of the candidate. */
export interface SharedSeeds {
  readonly baseline: readonly SeedValue[]
  readonly candidate: readonly SeedValue[]
}

export function sharedSeeds(baseline: readonly SeedValue[], candidate: readonly SeedValue[]): SharedSeeds {
  const bySeed = new Map(baseline.map((v) => [v.seed, v]))
  const shared = candidate.flatMap((own) => {
    const base = bySeed.get(own.seed)
    return base ? [{ base, own }] : []
  })
  return { baseline: shared.map(({ base }) => base), candidate: shared.map(({ own }) => own) }
}

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null
