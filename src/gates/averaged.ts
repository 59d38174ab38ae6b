import type { VerifyFindings } from '../records/decision.ts'
import { gain, type MetricName } from '../records/metrics.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { differenceInterval } from '../stats/intervals.ts'
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
  /** Mean paired difference, positive if the average is better, with its two-sided 95 % interval; null if there is none. */
  readonly gain: { readonly value: number; readonly lower: number; readonly upper: number; readonly level: number } | null
  readonly sentence: string
}

interface Summary {
  readonly mean: number
  readonly sd: number
}

const level = 0.95

/** Nothing if fewer than two seeds of the winner have averaged weights. */
export function averagedOf(
  verify: VerifyFindings,
  objective: MetricName,
): { readonly averaged?: readonly AveragedComparison[] } {
  const averaged = (['validation', 'test'] as const).flatMap((split) => compare(verify, objective, split) ?? [])
  return averaged.length > 0 ? { averaged } : {}
}

function compare(
  { seeds }: VerifyFindings,
  metric: MetricName,
  split: 'validation' | 'test',
): AveragedComparison | undefined {
  const pairs = seeds.flatMap(({ candidate }) => {
    const [own, average] = [candidate[split]?.[metric], candidate.averaged?.[split]?.[metric]]
    return own === undefined || average === undefined ? [] : [{ own, average }]
  })
  if (pairs.length < 2) return undefined
  const [own, average] = [pairs.map((p) => p.own), pairs.map((p) => p.average)]
  const turn = gain(metric, 0, 1)
  const interval = differenceInterval(
    average.map((v) => turn * v),
    own.map((v) => turn * v),
    { paired: true, alpha: (1 - level) / 2 },
  )
  const found = {
    metric,
    split,
    seeds: pairs.length,
    weights: summaryOf(own),
    averaged: summaryOf(average),
    gain:
      interval.kind === 'interval'
        ? { value: interval.estimate, lower: interval.lower, upper: interval.upper, level: interval.level }
        : null,
  }
  return { ...found, sentence: sentenceOf(found) }
}

const summaryOf = (values: readonly number[]): Summary => ({ mean: mean(values), sd: sampleSd(values) })

function sentenceOf(found: Omit<AveragedComparison, 'sentence'>): string {
  const { metric, split, seeds, weights, averaged, gain: of } = found
  const values =
    `With a moving average of its weights, the winner has ${split} ${metric} ${shown(averaged.mean)} over ${seeds} seeds, ` +
    `against ${shown(weights.mean)}`
  if (of === null) return `${values}.`
  const claim = of.lower > 0 ? 'better' : of.upper < 0 ? 'worse' : 'not distinguishable'
  return `${values}: ${claim} (gain ${signed(of.value)}, ${intervalWords(of)}).`
}
