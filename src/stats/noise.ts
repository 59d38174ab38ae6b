import { differences } from '../base/numbers.ts'
import { tQuantile, tUpperTail } from './distributions.ts'
import { mean, pooledSd } from './describe.ts'
import type { PooledSd } from './describe.ts'
import { firstReason, notAProbability, notPairs, shown, unusable } from './outcome.ts'

export interface NoiseQuestion {
  /** One value per seed. With `paired`, the i-th values share a seed. */
  readonly candidate: readonly number[]
  readonly incumbent: readonly number[]
  /** Noise of one seed's value, and the degrees of freedom behind it; with `paired`, of one pair's difference. */
  readonly pooledSd: number
  readonly pooledDf: number
  readonly higherIsBetter: boolean
  /** One-sided; default .05. To test the best of k candidates, pass alpha / k: the best is lucky. */
  readonly alpha?: number
}

export interface NoiseVerdict {
  readonly beats: boolean
  /** Mean of the candidate minus mean of the incumbent, oriented so that more is better; NaN if unavailable. */
  readonly gain: number
  /** What the gain must exceed; NaN if unavailable. */
  readonly threshold: number
  readonly t: number
  readonly pValue: number
  readonly df: number
  /** One sentence for the lineage: why it beats the incumbent, or why it does not. */
  readonly reason: string
}

const refused = (df: number, reason: string): NoiseVerdict => ({
  beats: false,
  gain: NaN,
  threshold: NaN,
  t: NaN,
  pValue: NaN,
  df,
  reason,
})

/**
 * Whether a change is better than the incumbent by more than noise: its gain exceeds t(1 − α, df) standard errors. The
 * noise is pooled over all configurations of the stage, because two or three seeds alone say little about it. If anything
 * cannot be computed, the incumbent stays and the result says why. It never throws on data.
 */
export function beatsNoise(question: NoiseQuestion): NoiseVerdict {
  const { candidate, incumbent } = question
  return decide(question, Math.sqrt(1 / candidate.length + 1 / incumbent.length), '')
}

/** Like `beatsNoise`, for two sides under the same seeds: effects that a seed has on both alike cancel in the difference. */
export function beatsNoisePaired(question: NoiseQuestion): NoiseVerdict {
  const reason = notPairs(question.candidate, question.incumbent)
  return reason === undefined
    ? decide(question, Math.sqrt(1 / question.candidate.length), 'paired ')
    : refused(question.pooledDf, reason)
}

/** The noise of a paired difference, pooled over several candidates that were each compared with the incumbent. */
export function pooledPairedSd(
  pairs: readonly { readonly candidate: readonly number[]; readonly incumbent: readonly number[] }[],
): PooledSd {
  return pooledSd(
    pairs.map(({ candidate, incumbent }) => {
      if (candidate.length !== incumbent.length) throw new Error('pairs need the same seeds on both sides')
      return differences(candidate, incumbent)
    }),
  )
}

function unusableQuestion({ candidate, incumbent, pooledSd: sd, pooledDf: df, alpha }: NoiseQuestion): string | undefined {
  const noise = !(df >= 1)
    ? 'the noise of a seed is unknown: no configuration has finite values under two seeds'
    : !Number.isFinite(sd)
      ? `the noise of a seed is not finite (${sd})`
      : sd <= 0
        ? 'the seeds of every configuration agree to the last digit, so there is no noise to compare a gain with'
        : undefined
  return firstReason(
    unusable(candidate, 'the candidate', 1),
    unusable(incumbent, 'the incumbent', 1),
    noise,
    notAProbability(alpha ?? 0.05, 'alpha'),
  )
}

function decide(question: NoiseQuestion, width: number, kind: string): NoiseVerdict {
  const { candidate, incumbent, pooledSd: sd, pooledDf: df, alpha = 0.05, higherIsBetter } = question
  const reason = unusableQuestion(question)
  if (reason !== undefined) return refused(df, reason)
  const gain = (mean(candidate) - mean(incumbent)) * (higherIsBetter ? 1 : -1)
  const threshold = tQuantile(1 - alpha, df) * sd * width
  const t = gain / (sd * width)
  if (![gain, threshold, t].every(Number.isFinite)) return refused(df, 'the values are too large to compute with')
  const beats = gain > threshold
  return { beats, gain, threshold, t, pValue: tUpperTail(t, df), df, reason: sentence(question, kind, gain, threshold) }
}

function sentence(question: NoiseQuestion, kind: string, gain: number, threshold: number): string {
  const { candidate, incumbent, pooledDf, pooledSd: sd } = question
  const verb = gain > threshold ? 'exceeds' : 'does not exceed'
  return (
    `a gain of ${shown(gain)} ${verb} the noise threshold ${shown(threshold)} (${candidate.length} against ` +
    `${incumbent.length} ${kind}runs, noise SD ${shown(sd)} on ${pooledDf} degrees of freedom)`
  )
}
