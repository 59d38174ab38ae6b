import type { LockedSeed } from '../records/lock.ts'
import type { Measured } from '../records/gates.ts'
import { partName, partOf } from '../records/subsets.ts'
import { sampleSd } from '../stats/describe.ts'
import { analysisAt, readSide, type BaselineEvidence, type InterimAnalysis, type Side } from './evidence.ts'
import { onSubset } from './subsets.ts'
import { measuredWords, shown } from './words.ts'

/** A setting that contains the limit of a gate. */
export type LimitKey = 'margin' | 'maxStd' | 'maxRatio' | 'maxShare' | 'min' | 'max'

/** What a power check says about one rule. */
export interface PowerProblem {
  /** `below-noise`: its seeds will rarely settle it. `fails-already`, `not-comparable`: no seed will change it. */
  readonly code: 'below-noise' | 'fails-already' | 'not-comparable'
  readonly message: string
  readonly found: string
  readonly allowed?: string
  readonly hint: string
  /** Share of studies in which a change that does nothing leaves the gate open; omitted if nobody knows it. */
  readonly open?: number
}

/** What is known before training. */
export interface StudyDesign {
  /** Number of verification seeds, and their interim analyses. */
  readonly seeds: number
  readonly looks: readonly number[]
  /** Number of trainable parameters in the model. */
  readonly parameters: number
  /** What the gates compare with if it is fixed before the run, or why it cannot be; null if it is not trained yet. */
  readonly baseline: BaselineEvidence | { readonly reason: string } | null
  /** Seeds that show how noisy the metrics are, and their source; null if there are none. */
  readonly noise: { readonly source: string; readonly seeds: readonly LockedSeed[] } | null
}

/** A gate that its seeds settle in fewer than four cases out of five disappoints. Better to warn before training. */
export const power = 0.8

/** The noise of a metric over seeds, as numbers and in words. */
export interface Noise {
  readonly sd: number
  readonly values: readonly number[]
  /** The seeds behind the values. */
  readonly side: Side
  readonly words: string
}

/** Undefined if the lock has too few values of the metric, or values without spread. */
export function noiseOf(rule: Measured, { noise }: StudyDesign): Noise | undefined {
  const seeds = noise?.seeds ?? []
  const side = readSide(partName(rule) === undefined ? seeds : onSubset(seeds, partOf(rule)), rule)
  const values = side.values.map((v) => v.value)
  const sd = sampleSd(values)
  if (!(sd > 0)) return undefined
  return {
    sd,
    values,
    side,
    words: `the seed SD of ${measuredWords(rule)} is ${shown(sd)} (${values.length} seeds of ${noise?.source})`,
  }
}

export const designAnalysis = ({ looks, seeds }: StudyDesign): InterimAnalysis => analysisAt(looks, seeds)

export const seedsASide = (n: number | undefined): string =>
  n === undefined ? 'an impractical number of seeds' : `${n} seeds per side`

/** For a rule on the candidate alone. */
export const seedsAlone = (n: number | undefined): string => seedsASide(n).replace(' per side', '')
