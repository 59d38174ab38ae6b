import { gain, higherIsBetter } from '../records/metrics.ts'
import type { MetricRule } from '../records/gates.ts'
import { overRows, turned } from '../stats/crossed.ts'
import { differenceInterval, type Interval } from '../stats/intervals.ts'
import { resolvableEffect, seedsNeeded, tPower } from '../stats/power.ts'
import type { RuleBehavior } from './definition.ts'
import { readSide, type GateEvidence, type InterimAnalysis, type Side } from './evidence.ts'
import { differingRows } from './few-rows.ts'
import { inconclusive, seedHasNoEffect, seedsWithoutEffect, type Finding, type Judged } from './finding.ts'
import { matchSides, noiseOfDifference, type Matched } from './match.ts'
import { comparesMetric, pairsOf } from './metric-rule.ts'
import { designAnalysis, noiseOf, power, seedsASide, type PowerProblem, type StudyDesign } from './power.ts'
import { moreSeeds, tightMarginNotes } from './seeds-needed.ts'
import { comparisonEvidence } from './supplementary.ts'
import { softened, missingData, withoutBaseline } from './missing-data.ts'
import { dropOnRows, equalValuesRemedy } from './without-spread.ts'
import {
  holdsFor,
  intervalWords,
  limitWords,
  measuredWords,
  segmentsWords,
  shown,
  signed,
  widthNotes,
  worseSide,
} from './words.ts'

/** A rule that allows a loss of less than a margin. */
export interface MarginRule extends MetricRule {
  /** The largest acceptable loss, in units of the metric. */
  readonly margin: number
  /** Whether both sides share split, order and initialization streams for each seed. */
  readonly paired: boolean
}

/** Behavior that all gates with a margin share. */
export const nonInferiority: RuleBehavior<MarginRule> = {
  ...comparesMetric,
  neutral: () => 0,
  limitKey: () => 'margin',
  judge: judgeMargin,
  powerCheck: checkMargin,
  question: ({ margin, ...of }) =>
    `Is it shown that ${measuredWords(of)} is less than ${shown(margin)} ${worseSide(of.metric)} the baseline's${segmentsWords(of)}?`,
  passingLimits: (_, { upper }) =>
    upper < 0 ? 'These seeds would pass with any margin.' : `These seeds would pass with any margin above ${signed(upper)}.`,
  requirement: ({ margin, paired, ...of }) =>
    `${measuredWords(of)} worse by less than ${limitWords(margin)}${segmentsWords(of)}${paired ? ', paired by seed' : ''}`,
  planLimit: ({ margin }) => `margin ${margin}`,
  seedDots: ({ metric, paired }, sides) => (paired ? pairsOf(sides).map(([own, base]) => gain(metric, own, base)) : []),
  seedDotsCaption: 'how much worse each seed is',
}

/** The question in the form that the steps below pass on. */
interface Question {
  readonly rule: MarginRule
  readonly evidence: GateEvidence
  readonly sides: { readonly baseline: Side; readonly candidate: Side }
  /** What the baseline is, in words. */
  readonly source: string
  readonly matched: Matched
  readonly analysis: InterimAnalysis
}

/**
 * Tests that the candidate is not worse than the baseline by the margin or more. The drop is baseline − candidate, oriented
 * so that more is better. Its interval is Welch's, or the paired t interval if seeds are shared; each bound is one-sided at
 * the analysis's alpha. Upper bound below the margin: pass. Else lower bound above 0 and a drop of the margin or more: fail.
 * Else inconclusive: a drop that is real but smaller than the margin is one that the margin allows.
 */
function judgeMargin(rule: MarginRule, evidence: GateEvidence, analysis: InterimAnalysis): Judged {
  const candidate = readSide(evidence.candidate, rule)
  const baseline = evidence.baseline && readSide(evidence.baseline.runs, rule)
  const found = decide(rule, evidence, candidate, baseline, analysis)
  const notes = [...(evidence.baseline?.notes ?? []), ...found.notes]
  return {
    limit: rule.margin,
    sides: { candidate: candidate.all, baseline: baseline?.all ?? null },
    finding: { ...found, notes },
  }
}

function checkMargin(rule: MarginRule, design: StudyDesign): PowerProblem | null {
  const noise = noiseOf(rule, design)
  if (!noise) return null
  const { alpha } = designAnalysis(design)
  const needed = seedsNeeded({ effect: rule.margin, sd: noise.sd, alpha, power })
  const seeds = needed.kind === 'seeds' ? needed.seeds : undefined
  if (seeds !== undefined && seeds <= design.seeds) return null
  const least = resolvableEffect({ seeds: design.seeds, sd: noise.sd, alpha, power })
  // Unpaired: nobody knows before training how closely the pairs will agree.
  const settled = tPower(design.seeds, { effect: rule.margin, sd: noise.sd, alpha })
  const orMargin = least === undefined ? '' : `, or a margin of ${shown(Number(least.toPrecision(2)))} with ${design.seeds}`
  return {
    code: 'below-noise',
    message:
      `the margin of the ${rule.gate} gate is below what ${design.seeds} seeds can resolve: a change that makes nothing ` +
      `better or worse would end inconclusive in about ${Math.round(100 * (1 - settled))} of 100 studies`,
    found: `margin ${shown(rule.margin)}, ${shown(Number((rule.margin / noise.sd).toPrecision(2)))} times the noise: ${noise.words}`,
    allowed: `${seedsASide(seeds)}${orMargin}, settle it in 4 of 5 cases`,
    open: 1 - settled,
    hint: `raise the verify seeds or the margin${rule.paired ? '; paired by seed it may need fewer' : ''}`,
  }
}

function decide(
  rule: MarginRule,
  evidence: GateEvidence,
  candidate: Side,
  baseline: Side | null,
  analysis: InterimAnalysis,
): Finding {
  if (baseline === null || evidence.baseline === null) return withoutBaseline(candidate, evidence)
  const early = missingData(candidate, baseline, { ...rule, source: evidence.baseline.source })
  if (early) return early
  const sameRows = matchSides(rule, candidate, baseline)
  const matched = { ...sameRows, rows: differingRows(rule, evidence, sameRows.rows) }
  const sides = { baseline, candidate }
  const question = { rule, evidence, sides, source: evidence.baseline.source, matched, analysis }
  if (matched.identical) return unchanged(question)
  return softened(baseline, weigh(question))
}

/**
 * Every seed was trained on both sides and ended with the same weights, so the candidate is the baseline, retrained. There
 * is nothing to estimate. An interval here would only show how noisy seeds are, and would block a change that changes
 * nothing.
 */
function unchanged({ rule, source, matched }: Question): Finding {
  const what = dropOf(rule)
  return {
    status: 'pass',
    remedy: null,
    notes: [],
    sentence:
      `On all ${matched.candidate.length} seeds, the candidate ends with exactly the weights of ${source}: ` +
      `nothing changed, so the ${what} is exactly 0.`,
    estimate: { what, value: 0, lower: 0, upper: 0, level: 1 },
  }
}

/** What becoming worse is for the metric, in a word. */
const worsening = ({ metric }: MarginRule): string => (higherIsBetter(metric) ? 'drop' : 'rise')
const dropOf = (rule: MarginRule): string => `${worsening(rule)} in ${measuredWords(rule)}`

function weigh(question: Question): Finding {
  const { rule, matched, analysis } = question
  // Oriented so that more is better and baseline − candidate is the drop, for every metric.
  const turn = gain(rule.metric, 0, 1)
  const base = matched.baseline.map((v) => turn * v)
  const cand = matched.candidate.map((v) => turn * v)
  const paired = matched.paired
    ? differenceInterval(base, cand, { paired: true, alpha: analysis.alpha, leastSd: noiseOfDifference(matched).least })
    : undefined
  if (paired?.kind === 'interval') return judged(question, paired, [])
  const welch = differenceInterval(base, cand, { paired: false, alpha: analysis.alpha })
  if (welch.kind === 'undefined') return withoutInterval(question, base, cand, welch.reason)
  return judged(
    question,
    welch,
    paired === undefined
      ? []
      : ["Every pair differs by the same amount, so Welch's interval was used instead of the paired one."],
  )
}

function judged(question: Question, overSeeds: Interval, fallback: readonly string[]): Finding {
  const { rule, source, matched, analysis } = question
  const found = overRows(overSeeds, turned(matched.rows, gain(rule.metric, 1, 0)))
  const { status, outcome } = placed(rule, found)
  const method =
    found.method === 'paired-t'
      ? `paired over ${matched.candidate.length} seeds`
      : `unpaired, ${matched.baseline.length} against ${matched.candidate.length} seeds`
  const { estimate: value, lower, upper, level } = found
  return {
    status,
    estimate: { what: dropOf(rule), value, lower, upper, level },
    sentence: `The ${dropOf(rule)} against ${source} is ${signed(value)}${value < 0 ? ', an improvement' : ''} (${intervalWords(found)} ${holdsFor(matched.rows)}; ${method}): ${outcome}.`,
    ...(status === 'inconclusive' ? moreSeeds(rule.margin, found, matched, analysis) : { remedy: null }),
    // A drop that was seen once gets no second look: on real trainings, that let a drop of the margin pass in .08, not .05.
    ...(status === 'inconclusive' && found.lower > 0 ? { settled: true as const } : {}),
    notes: [
      ...matched.notes,
      ...fallback,
      ...widthNotes(overSeeds, matched.rows),
      ...tightMarginNotes(rule.margin, matched, analysis),
    ],
    evidence: comparisonEvidence(rule, matched),
  }
}

type Bounds = Pick<Interval, 'estimate' | 'lower' | 'upper'>

function placed(rule: MarginRule, { estimate, lower, upper }: Bounds) {
  const { margin } = rule
  if (upper < margin) return { status: 'pass', outcome: `its upper bound is below the margin ${shown(margin)}` } as const
  if (lower > 0 && estimate >= margin) {
    const outcome = `the ${worsening(rule)} reaches the margin ${shown(margin)}, and the interval is entirely above 0: worse by more than noise`
    return { status: 'fail', outcome } as const
  }
  const outcome =
    lower > 0
      ? `a ${worsening(rule)} beyond noise, but whether it reaches the margin ${shown(margin)} is open`
      : `the interval extends from no ${worsening(rule)} to beyond the margin ${shown(margin)}`
  return { status: 'inconclusive', outcome } as const
}

/** Neither side varies over its seeds. Only the rows can decide then, if the metric is a share of them. */
function withoutInterval(question: Question, base: readonly number[], cand: readonly number[], reason: string): Finding {
  const { rule, evidence, sides, source, matched, analysis } = question
  if (seedsWithoutEffect(sides.candidate)) return seedHasNoEffect('All seeds of the candidate end in the same weights')
  if (new Set(base).size > 1 || new Set(cand).size > 1) {
    return inconclusive(`The ${dropOf(rule)} against ${source} has no interval: ${reason}.`, 'Look at the per-seed values.')
  }
  const estimate = (base[0] ?? NaN) - (cand[0] ?? NaN)
  const words = `Neither side varies over its seeds; the ${dropOf(rule)} against ${source} is ${signed(estimate)}`
  const found = dropOnRows(rule, evidence, sides, analysis)
  const { status, outcome } = found ? placed(rule, { estimate, ...found }) : { status: 'inconclusive' as const, outcome: '' }
  if (!found || status === 'inconclusive') {
    const rows = found ? `, and on ${found.rows} rows ${outcome} (${intervalWords(found)})` : ''
    return inconclusive(`${words}${rows}. Without spread, the noise of a seed is unknown.`, equalValuesRemedy)
  }
  const { lower, upper, level, rows } = found
  return {
    status,
    estimate: { what: dropOf(rule), value: estimate, lower, upper, level },
    remedy: null,
    sentence: `${words} (${intervalWords(found)} on ${rows} rows): ${outcome}.`,
    notes: [
      ...matched.notes,
      "The seeds show no spread, so Newcombe's interval over the rows was used instead of a t interval over seeds.",
    ],
  }
}
