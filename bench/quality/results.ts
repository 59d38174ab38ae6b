// What the benchmark writes down, and the numbers that follow from it.
import { mean, sampleSd } from '../../src/stats/describe.ts'
import { welch } from '../../src/stats/t-tests.ts'
import type { Levers } from '../../src/records/levers.ts'
import type { Final } from './final.ts'
import type { Start } from './starts.ts'
import type { StageAccount } from './study.ts'

/** One arm on one data set, from one start, under one root seed. */
export interface Cell {
  readonly set: string
  /** `declared`, `tunegate`, `before` (tunegate in the reference), or a search, which has no start: its cells say `init`. */
  readonly arm: string
  readonly start: Start
  /** 0 for the declared levers, which depend on no seed. */
  readonly root: number
  readonly steps: number
  readonly levers: Levers
  /** What differs from the start, for people. */
  readonly moved: string
  readonly stages?: readonly Omit<StageAccount, 'levers'>[]
  readonly final: Final
}

/** The best levers that are known for a data set. */
export interface Oracle {
  readonly levers: Levers
  readonly final: Final
  /** Steps of every run behind it. */
  readonly steps: number
}

/** What is known of a data set beforehand, so that a change of rules is judged without searching again. */
export interface SetReference {
  /** The fingerprint of the data that it was measured on. */
  readonly data: string
  readonly objective: string
  /** Steps that a search may take, by root seed: those of the tunegate arm from `init` when this was measured. */
  readonly budgets: Readonly<Record<string, number>>
  readonly oracle: Oracle
  /** Cells of the arms that were measured then; tunegate's are those of that day's rules. */
  readonly cells: readonly Cell[]
}

export type Reference = Readonly<Record<string, SetReference>>

/** The seed SD of the oracle on test rows: the unit of every gap. */
export const unitOf = ({ final }: Oracle): number => sampleSd(final.test)

/** How far an arm ends from the oracle on test rows, in the oracle's seed SDs; below 0 if it ends better. */
export const gapOf = ({ final }: Pick<Cell, 'final'>, oracle: Oracle): number =>
  (mean(final.test) - mean(oracle.final.test)) / unitOf(oracle)

export interface Estimate {
  readonly mean: number
  /** Of the mean; NaN for fewer than two values. */
  readonly standardError: number
  readonly n: number
}

export const estimate = (values: readonly number[]): Estimate => ({
  mean: mean(values),
  standardError: sampleSd(values) / Math.sqrt(values.length),
  n: values.length,
})

/** One-sided P of "the study made the objective on test rows worse than the levers that it started from" (Welch). */
export function worsened(cell: Cell, declared: Cell): number {
  const [a, b] = [cell.final.test, declared.final.test]
  const test = welch(a, b)
  if (test.kind === 'test') return test.pGreater
  // No spread on either side: equal levers, or a difference without noise.
  return mean(a) > mean(b) ? 0 : 1
}
