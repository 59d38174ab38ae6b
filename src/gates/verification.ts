import { higherIsBetter, metricNames, metrics, type LeastEffects, type MetricName } from '../records/metrics.ts'
import type { VerifyFindings } from '../records/decision.ts'
import { pOverRows } from '../stats/crossed.ts'
import { interquartileMean, mean, sampleSd } from '../stats/describe.ts'
import { interquartileMeanInterval, pairedT } from '../stats/intervals.ts'
import { superiority } from '../stats/superiority.ts'
import { holm } from '../stats/tests.ts'
import { candidateSeeds, retrainedBaseline } from './baseline.ts'
import { leastEffectOn, matters, tooLittleByRule, type LeastEffect } from './least-effect.ts'
import { readSide, sharedSeeds, type SeedValue } from './evidence.ts'
import { rowErrorOfSeeds } from './row-error.ts'
import { pairedGain, type PairedGain } from './paired-gain.ts'
import { intervalWords, seedList, shown, signed } from './words.ts'

/** Winner against baseline on one metric of one split, over the seeds that both finished. */
export interface MetricComparison {
  readonly metric: MetricName
  readonly split: 'validation' | 'test'
  readonly better: 'higher' | 'lower'
  /** Whether it is the objective, which is tested alone. The other metrics share their error probability (Holm). */
  readonly objective: boolean
  readonly baseline: SideSummary
  readonly candidate: SideSummary
  /** Seeds that both sides finished. */
  readonly pairs: number
  /** Of the candidate over the baseline; null if there is no interval. */
  readonly gain: PairedGain | null
  /** Two-sided p of the paired t test, corrected unless it is the objective; null if there is none. */
  readonly p: number | null
  /** Share of all candidate–baseline pairs in which the candidate is better; ties count half. Reported, never gated on. */
  readonly probabilityBetter: number | null
  /** The smallest gain that counts as better; null if any does, omitted by versions that did not write it. */
  readonly least?: LeastEffect | null
  /** `negligible`: better by more than noise, but by too little to matter. */
  readonly claim: 'better' | 'negligible' | 'worse' | 'not-distinguishable' | 'identical' | 'undecidable'
  readonly sentence: string
}

/** Null if too few seeds finished. */
export interface SideSummary {
  readonly seeds: number
  readonly mean: number | null
  readonly sd: number | null
  readonly interquartileMean: number | null
  readonly interquartileInterval: { readonly lower: number; readonly upper: number; readonly level: number } | null
}

const alpha = 0.05

/**
 * Every metric on validation and test, in the order of the table. The claims of one split are corrected together.
 *
 * @param declared the least effects of the spec
 */
export function verificationStatistics(
  verify: VerifyFindings,
  objective: MetricName,
  declared: LeastEffects = {},
): MetricComparison[] {
  return (['validation', 'test'] as const).flatMap((split) => {
    const drafts = metricNames.flatMap((metric) => draft(verify, metric, split, metric === objective))
    const others = drafts.filter((d) => !d.objective)
    const corrected = holm(others.map((d) => d.p ?? NaN)).adjusted
    return drafts.map((d) => {
      const p = d.objective || d.p === null ? d.p : (corrected[others.indexOf(d)] ?? null)
      return claimed({ ...d, p, least: leastEffectOn(d.metric, d.baseline.sd, declared) })
    })
  })
}

/** Of these comparisons, those in which the winner is worse, if each is corrected for the others (Holm). */
export function provenLosses(comparisons: readonly MetricComparison[]): readonly MetricComparison[] {
  const { adjusted } = holm(comparisons.map(({ p }) => p ?? NaN))
  return comparisons.filter(({ claim }, i) => claim === 'worse' && (adjusted[i] ?? 1) <= alpha)
}

interface Draft extends Omit<MetricComparison, 'claim' | 'sentence' | 'least'> {
  readonly equal: boolean
  readonly reason: string | null
  /** Candidate seeds without a value. If there are any, no improvement is claimed, whatever the other seeds show. */
  readonly unfinished: readonly number[]
}

function draft(verify: VerifyFindings, metric: MetricName, split: 'validation' | 'test', objective: boolean): Draft[] {
  const baseline = readSide(retrainedBaseline(verify).runs, { metric, split }).values
  const candidate = readSide(candidateSeeds(verify), { metric, split }).values
  if (baseline.length === 0 && candidate.length === 0) return []
  const both = sharedSeeds(baseline, candidate)
  const [from, to] = [values(both.baseline), values(both.candidate)]
  const rows = rowErrorOfSeeds(both)
  const { gain, reason } = pairedGain(metric, from, to, rows)
  const test = pairedT(to, from)
  const better = superiority(values(candidate), values(baseline), higherIsBetter(metric))
  return [
    {
      metric,
      split,
      better: metrics[metric].better,
      objective,
      pairs: from.length,
      baseline: summarize(values(baseline)),
      candidate: summarize(values(candidate)),
      gain,
      p: test.kind === 'test' ? pOverRows(test, rows) : null,
      probabilityBetter: better.kind === 'superiority' ? better.probability : null,
      equal: from.length > 0 && from.every((v, i) => v === to[i]),
      unfinished: verify.seeds.map((s) => s.seed).filter((seed) => !candidate.some((c) => c.seed === seed)),
      reason,
    },
  ]
}

const values = (side: readonly SeedValue[]): number[] => side.map((v) => v.value)

function summarize(list: readonly number[]): SideSummary {
  const interval = interquartileMeanInterval(list)
  return {
    seeds: list.length,
    mean: list.length > 0 ? mean(list) : null,
    sd: list.length > 1 ? sampleSd(list) : null,
    interquartileMean: list.length > 0 ? interquartileMean(list) : null,
    interquartileInterval:
      interval.kind === 'interval' ? { lower: interval.lower, upper: interval.upper, level: interval.level } : null,
  }
}

type Drafted = Draft & { readonly least: LeastEffect | null }

function claimed(draft: Drafted): MetricComparison {
  const { equal: _, reason: __, unfinished: ___, ...found } = draft
  const claim = claimOf(draft)
  return { ...found, claim, sentence: sentenceOf(draft, claim) }
}

function claimOf({ equal, gain: found, p, unfinished, least }: Drafted): MetricComparison['claim'] {
  if (found !== null && p !== null && p <= alpha && found.value < 0) return 'worse'
  if (unfinished.length > 0) return 'undecidable'
  if (equal) return 'identical'
  if (found === null || p === null) return 'undecidable'
  if (p > alpha) return 'not-distinguishable'
  return matters(found.value, least) ? 'better' : 'negligible'
}

function sentenceOf({ reason, unfinished, least, ...found }: Drafted, claim: MetricComparison['claim']): string {
  const what = `${found.split} ${found.metric}`
  if (claim === 'identical') return `${what} is the same on every seed.`
  if (found.gain === null || found.p === null) return `${what} cannot be compared: ${reason ?? 'there is no interval'}.`
  const p = found.p < 0.0001 ? 'p below 0.0001' : `p ${shown(Number(found.p.toPrecision(2)))}`
  const correction = found.objective ? '' : ', corrected for the other metrics'
  const words = {
    better: 'better by more than noise',
    negligible: `better by more than noise, but ${tooLittleByRule(least)}`,
    worse: 'worse by more than noise',
    'not-distinguishable': 'not distinguishable from the baseline',
    undecidable: `not compared, because the winner has no value on ${seedList(unfinished)}; on the others`,
  }[claim]
  return `${what} is ${words}: gain ${signed(found.gain.value)} (${intervalWords(found.gain)}, ${p}${correction}).`
}
