import type { Threshold } from '../dsl/tuning.gen.ts'
import type { MetricRule } from '../records/gates.ts'
import { rangeOf } from '../records/metric-ranges.ts'
import type { MetricName } from '../records/metrics.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { overRows, rowReach, type RowError } from '../stats/crossed.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { tQuantile } from '../stats/distributions.ts'
import { tInterval, type Interval } from '../stats/intervals.ts'
import { seedsNeeded, tPower } from '../stats/power.ts'
import type { GateDefinition, ReportProblem } from './definition.ts'
import { readSide, type GateEvidence, type InterimAnalysis, type Side } from './evidence.ts'
import { overFewRows, rowsToFail } from './few-rows.ts'
import { inconclusive, seedHasNoEffect, seedsWithoutEffect, unfinished, type Finding } from './finding.ts'
import { judgesMetric, metricDefaults } from './metric-rule.ts'
import { designAnalysis, noiseOf, power, seedsAlone, type PowerProblem, type StudyDesign } from './power.ts'
import { requireLevel } from './range.ts'
import { rowErrorOf } from './row-error.ts'
import { bySegment, ofClass, shared } from './schema.ts'
import { rowsDecide } from './seeds-needed.ts'
import { equalValuesRemedy, shareOnRows } from './without-spread.ts'
import { holdsFor, intervalWords, limitWords, measuredWords, segmentsWords, shown, signed, widthNotes } from './words.ts'

/**
 * The mean over seeds reaches a level, by its t interval. Exactly one of `min` and `max` is a number, in units of the
 * metric.
 */
export interface ThresholdRule extends MetricRule {
  readonly gate: 'threshold'
  readonly min: number | null
  readonly max: number | null
}

/**
 * Tests that the mean over seeds reaches a level: pass if the one-sided t bound on the safe side reaches it, fail if the
 * bound on the other side does not, else inconclusive. `max` instead of `min` reverses the direction. A threshold with both
 * ends makes two rules.
 */
export const threshold: GateDefinition<ThresholdRule, Threshold> = {
  ...judgesMetric,
  name: 'threshold',
  schema: {
    summary: 'The mean over seeds reaches a level.',
    example: { metric: 'accuracy', min: 0.9 },
    description: 'Rule of the threshold gate, judged by the interval of the mean. Set min, max or both.',
    required: ['metric'],
    properties: {
      metric: shared.metric,
      min: {
        title: 'Least',
        description: 'The mean must be at least this; null for no minimum.',
        type: ['number', 'null'],
        default: null,
      },
      max: {
        title: 'Most',
        description: 'The mean must be at most this; null for no maximum.',
        type: ['number', 'null'],
        default: null,
      },
      ...ofClass,
      split: shared.split,
      ...bySegment,
      onInconclusive: shared.onInconclusive,
    },
  },
  rules,
  count: ({ min = null, max = null }) => (min !== null && max !== null ? 2 : 1),
  neutral: () => null,
  limitKey: ({ min }) => (min === null ? 'max' : 'min'),
  judge(rule, evidence, analysis) {
    const side = readSide(evidence.candidate, rule)
    const limit = rule.min ?? rule.max
    if (limit === null) throw new Error('a threshold gate needs min or max')
    return {
      limit,
      sides: { candidate: side.all, baseline: null },
      finding: unfinished(side) ?? decide(rule, limit, side, evidence, analysis),
    }
  },
  powerCheck,
  question: ({ min, max, ...of }) =>
    `Is it shown that the mean ${measuredWords(of)} over seeds is ` +
    `${min !== null ? `at least ${shown(min)}` : `at most ${shown(max ?? NaN)}`}${segmentsWords(of)}?`,
  passingLimits: ({ min }, { lower, upper }) =>
    min !== null
      ? `These seeds would pass with any level up to ${signed(lower)}.`
      : `These seeds would pass with any limit at or above ${signed(upper)}.`,
  requirement: ({ min, max, ...of }) =>
    `${measuredWords(of)} ${min !== null ? `at least ${limitWords(min)}` : `at most ${limitWords(max ?? NaN)}`}${segmentsWords(of)}`,
  planLimit: ({ min, max }) => (min === null ? `at most ${max}` : `at least ${min}`),
  seedDots: (_, { candidate }) => candidate.filter((v) => v !== null),
  seedDotsCaption: 'single seeds',
}

function rules({ metric, min = null, max = null, ...rest }: Threshold, report: ReportProblem): ThresholdRule[] {
  if (min === null && max === null) report('threshold-open', null, 'a threshold needs min, max or both')
  if (min !== null && max !== null && min > max) {
    const found = `min ${min}, max ${max}`
    report('range-reversed', 'min', 'the threshold is reversed', { found, allowed: 'min at most max' })
  }
  requireLevel(metric, 'min', min, report)
  requireLevel(metric, 'max', max, report)
  const base = { gate: 'threshold', metric, ...metricDefaults(rest) } as const
  // With neither end, returns a rule so that its metric is checked too; the spec is rejected anyway.
  if (max === null) return [{ ...base, min, max: null }]
  return [...(min === null ? [] : [{ ...base, min, max: null }]), { ...base, min: null, max }]
}

/**
 * Warns if the lock's own mean is on the right side but too close. If it is on the wrong side, this change may be the fix.
 */
function powerCheck(rule: ThresholdRule, design: StudyDesign): PowerProblem | null {
  const noise = noiseOf(rule, design)
  const limit = rule.min ?? rule.max
  if (!noise || limit === null) return null
  const level = mean(noise.values)
  const distance = rule.min === null ? limit - level : level - limit
  if (distance <= 0) return null
  const rows = rowErrorOf(noise.side)
  const { alpha } = designAnalysis(design)
  const unsettled = rows && rowReach(rows, alpha) >= distance
  const needed = seedsNeeded({ effect: distance, sd: noise.sd, alpha, power, paired: true })
  const seeds = needed.kind === 'seeds' && !unsettled ? needed.seeds : undefined
  if (seeds !== undefined && seeds <= design.seeds) return null
  return {
    code: 'below-noise',
    message: `the level of the threshold gate is too close for ${design.seeds} seeds to decide`,
    found: `${rule.min === null ? 'at most' : 'at least'} ${shown(limit)}; the mean is ${shown(level)}, and ${noise.words}`,
    allowed: `${seedsAlone(seeds)} settle it in 4 of 5 cases`,
    open: unsettled ? 1 : 1 - tPower(design.seeds, { effect: distance, sd: noise.sd, alpha, paired: true }),
    hint: unsettled
      ? 'hold out more test rows, or move the level: the noise of the rows alone is as large'
      : 'raise the verify seeds, or move the level',
  }
}

function decide(rule: ThresholdRule, limit: number, side: Side, evidence: GateEvidence, analysis: InterimAnalysis): Finding {
  const values = side.values.map((v) => v.value)
  const overSeeds = tInterval(values, 1 - 2 * analysis.alpha)
  if (overSeeds.kind === 'undefined')
    return withoutSpread(rule, side, evidence, analysis, { limit, reason: overSeeds.reason })
  const rows = rowErrorOf(side)
  const found = withinRange(rule.metric, overFewRows(rule, evidence, overRows(overSeeds, rows), rows))
  const { status, outcome } = placed(rule, limit, found)
  const few = status === 'fail' ? rowsToFail(rule, evidence, rows) : undefined
  if (few) {
    return {
      ...inconclusive(
        `Mean ${measuredWords(rule)} over ${values.length} seeds is ${signed(found.estimate)} (${intervalWords(found)} ` +
          `${holdsFor(rows)}): ${outcome}, but an ${rule.metric} of ${few.found} test rows is too high by itself, and a fail ` +
          `needs ${few.needed}.`,
        `Hold out more test rows, or judge nll, which needs fewer. More candidate seeds would not settle it.`,
        widthNotes(overSeeds, rows),
      ),
      estimate: estimateOf(rule, found),
    }
  }
  return {
    status,
    notes: widthNotes(overSeeds, rows),
    ...(status === 'inconclusive' ? remedyFor(values, limit, analysis, rows) : { remedy: null }),
    sentence:
      `Mean ${measuredWords(rule)} over ${values.length} seeds is ${signed(found.estimate)} ` +
      `(${intervalWords(found)} ${holdsFor(rows)}): ${outcome}.`,
    estimate: estimateOf(rule, found),
  }
}

/** A mean of shares is no more than 1, however wide its t interval. */
function withinRange(metric: MetricName, found: Interval): Interval {
  const [least, most] = rangeOf(metric)
  const { estimate, lower, upper } = found
  return { ...found, lower: Math.max(lower, Math.min(least, estimate)), upper: Math.min(upper, Math.max(most, estimate)) }
}

const onTheSafeSide = (rule: ThresholdRule): string => (rule.min !== null ? 'at or above' : 'at or below')

function estimateOf(rule: ThresholdRule, { estimate: value, lower, upper, level }: Interval): GateVerdict['estimate'] {
  return { what: `mean ${measuredWords(rule)}`, value, lower, upper, level }
}

function placed(rule: ThresholdRule, limit: number, { lower, upper }: { readonly lower: number; readonly upper: number }) {
  const reached = rule.min !== null ? lower >= limit : upper <= limit
  const missed = rule.min !== null ? upper < limit : lower > limit
  const outcome = reached
    ? `entirely ${onTheSafeSide(rule)} ${shown(limit)}`
    : missed
      ? `entirely ${rule.min !== null ? 'below' : 'above'} ${shown(limit)}`
      : `the interval spans ${shown(limit)}`
  return { status: reached ? 'pass' : missed ? 'fail' : 'inconclusive', outcome } as const
}

/** Every seed gave the same value. Only the rows can decide then, if the metric is a share of them. */
function withoutSpread(
  rule: ThresholdRule,
  side: Side,
  evidence: GateEvidence,
  analysis: InterimAnalysis,
  { limit, reason }: { readonly limit: number; readonly reason: string },
): Finding {
  const [first] = side.values
  if (first === undefined || side.values.some((v) => v.value !== first.value)) {
    return inconclusive(`The mean has no interval: ${reason}.`, 'Look at the per-seed values.')
  }
  const same = `${side.values.length} seeds all give ${measuredWords(rule)} ${shown(first.value)}`
  if (seedsWithoutEffect(side)) return seedHasNoEffect(`${same}, with the same weights`)
  const found = shareOnRows(rule, evidence, side, analysis)
  const { status, outcome } = found ? placed(rule, limit, found) : { status: 'inconclusive' as const, outcome: '' }
  if (!found || status === 'inconclusive') {
    const rows = found ? `, and on ${found.rows} rows ${outcome} (${intervalWords(found)})` : ''
    return inconclusive(`${same}${rows}; without spread, the noise of a seed is unknown.`, equalValuesRemedy)
  }
  const { lower, upper, level, rows } = found
  return {
    status,
    remedy: null,
    sentence: `${same}; the interval of a share of ${rows} rows (${intervalWords(found)}) is ${outcome}.`,
    estimate: { what: measuredWords(rule), value: first.value, lower, upper, level },
    notes: ["The seeds show no spread, so Wilson's interval over the rows was used instead of a t interval over seeds."],
  }
}

/** The number of seeds that a t interval around the observed mean would need to exclude the limit. */
function remedyFor(
  values: readonly number[],
  limit: number,
  analysis: InterimAnalysis,
  rows: RowError | undefined,
): Pick<Finding, 'remedy' | 'seedsToSettle' | 'settled'> {
  const distance = Math.abs(mean(values) - limit)
  const sd = sampleSd(values)
  if (rows && rowReach(rows, analysis.alpha) >= distance) return rowsDecide
  for (let n = values.length + 1; n <= 1000; n++) {
    if (tQuantile(1 - analysis.alpha, n - 1) * Math.hypot(sd / Math.sqrt(n), Math.sqrt(rows?.variance ?? 0)) < distance) {
      const remedy = `About ${n} seeds would settle it if the mean and the noise are as estimated.`
      return { remedy, seedsToSettle: n }
    }
  }
  const remedy =
    'The mean is so close to the limit that no practical number of seeds would settle it: improve the levers or ' +
    'move the limit.'
  return { remedy, seedsToSettle: null }
}
