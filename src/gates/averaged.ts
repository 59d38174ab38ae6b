import type { VerifyFindings } from '../records/decision.ts'
import type { LeastEffects, MetricName } from '../records/metrics.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { leastEffectOn, matters, tooLittle } from './least-effect.ts'
import { pairedGain, type PairedGain } from './paired-gain.ts'
import { intervalWords, shown, signed } from './words.ts'

/**
 * The winner's averaged weights against its weights themselves, on the objective of one split, over the seeds that have
 * both. Reported, never gated on: the average is another model than the one that the gates judge.
 */
export interface AveragedComparison {
  readonly metric: MetricName
  readonly split: 'validation' | 'test'
  /** At least two. */
  readonly seeds: number
  readonly weights: Summary
  readonly averaged: Summary
  /** Of the average over the weights; null if there is no interval. */
  readonly gain: PairedGain | null
  readonly sentence: string
}

interface Summary {
  readonly mean: number
  readonly sd: number
}

/** Nothing if fewer than two seeds of the winner have averaged weights. */
export function averagedOf(
  verify: VerifyFindings,
  objective: MetricName,
  declared: LeastEffects = {},
): { readonly averaged?: readonly AveragedComparison[] } {
  const averaged = (['validation', 'test'] as const).flatMap((split) => compare(verify, objective, split, declared) ?? [])
  return averaged.length > 0 ? { averaged } : {}
}

function compare(
  { seeds }: VerifyFindings,
  metric: MetricName,
  split: 'validation' | 'test',
  declared: LeastEffects,
): AveragedComparison | undefined {
  const pairs = seeds.flatMap(({ candidate }) => {
    const [own, average] = [candidate[split]?.[metric], candidate.averaged?.[split]?.[metric]]
    return own === undefined || average === undefined ? [] : [{ own, average }]
  })
  if (pairs.length < 2) return undefined
  const [own, average] = [pairs.map((p) => p.own), pairs.map((p) => p.average)]
  const found = {
    metric,
    split,
    seeds: pairs.length,
    weights: summaryOf(own),
    averaged: summaryOf(average),
    gain: pairedGain(metric, own, average).gain,
  }
  return { ...found, sentence: sentenceOf(found, declared) }
}

const summaryOf = (values: readonly number[]): Summary => ({ mean: mean(values), sd: sampleSd(values) })

function sentenceOf(found: Omit<AveragedComparison, 'sentence'>, declared: LeastEffects): string {
  const { metric, split, seeds, weights, averaged, gain: of } = found
  const values =
    `With a moving average of its weights, the winner has ${split} ${metric} ${shown(averaged.mean)} over ${seeds} seeds, ` +
    `against ${shown(weights.mean)}`
  if (of === null) return `${values}.`
  const least = leastEffectOn(metric, weights.sd, declared)
  const size = matters(of.value, least) ? '' : `, but ${tooLittle(least)}`
  const claim = of.lower > 0 ? `better${size}` : of.upper < 0 ? `worse${size}` : 'not distinguishable'
  return `${values}: ${claim} (gain ${signed(of.value)}, ${intervalWords(of)}).`
}
