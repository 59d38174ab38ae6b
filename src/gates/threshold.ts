import type { ThresholdRule } from '../records/plan.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { tQuantile } from '../stats/distributions.ts'
import { tInterval, type Interval } from '../stats/intervals.ts'
import { readSide, singleLook, type GateEvidence, type Look, type Side } from './evidence.ts'
import { allOnOneSide } from './exact.ts'
import { inconclusive, seedsWithoutEffect, tooFewSeeds, unfinished, verdictOf, type Finding } from './finding.ts'
import { intervalWords, shown, signed } from './words.ts'

/**
 * The mean over seeds reaches a level: pass where the one-sided t bound on the safe side reaches it, fail where the bound on
 * the other side does not, else inconclusive. With `max` instead of `min` the same with the direction turned.
 */
export function threshold(rule: ThresholdRule, evidence: GateEvidence, look: Look = singleLook): GateVerdict {
  const side = readSide(evidence.candidate, rule)
  const limit = rule.min ?? rule.max
  if (limit === null) throw new Error('a threshold gate needs min or max')
  return verdictOf(rule, limit, { candidate: side.all, baseline: null }, unfinished(side) ?? decide(rule, limit, side, look))
}

function decide(rule: ThresholdRule, limit: number, side: Side, look: Look): Finding {
  const values = side.values.map((v) => v.value)
  const found = tInterval(values, 1 - 2 * look.alpha)
  if (found.kind === 'undefined') return withoutSpread(rule, limit, side, look, found.reason)
  const reached = rule.min !== null ? found.lower >= limit : found.upper <= limit
  const missed = rule.min !== null ? found.upper < limit : found.lower > limit
  const status = reached ? 'pass' : missed ? 'fail' : 'inconclusive'
  const outcome = reached
    ? `all of it ${onTheSafeSide(rule)} ${shown(limit)}`
    : missed
      ? `all of it ${rule.min !== null ? 'below' : 'above'} ${shown(limit)}`
      : `it reaches across ${shown(limit)}`
  return {
    status,
    notes: [],
    ...(status === 'inconclusive' ? remedyFor(values, limit, look) : { remedy: null }),
    sentence:
      `Mean ${rule.split} ${rule.metric} over ${values.length} seeds is ${signed(found.estimate)} ` +
      `(${intervalWords(found)}): ${outcome}.`,
    estimate: estimateOf(rule, found),
  }
}

const onTheSafeSide = (rule: ThresholdRule): string => (rule.min !== null ? 'at or above' : 'at or below')

function estimateOf(rule: ThresholdRule, { estimate: value, lower, upper, level }: Interval): GateVerdict['estimate'] {
  return { what: `mean ${rule.split} ${rule.metric}`, value, lower, upper, level }
}

/**
 * Every seed gave the same value. The sign test still speaks, if there are seeds enough and they are not one run
 * repeated.
 */
function withoutSpread(rule: ThresholdRule, limit: number, side: Side, look: Look, reason: string): Finding {
  const [first] = side.values
  if (first === undefined || side.values.some((v) => v.value !== first.value)) {
    return inconclusive(`The mean has no interval: ${reason}.`, 'Look at the values a seed.')
  }
  const n = side.values.length
  const same = `${n} seeds all give ${rule.split} ${rule.metric} ${shown(first.value)}`
  if (seedsWithoutEffect(side)) {
    return inconclusive(
      `${same}, with the same weights: the seed does not reach the training.`,
      'Report this; it is a defect.',
    )
  }
  const reached = rule.min !== null ? first.value >= limit : first.value <= limit
  const enough = allOnOneSide(n) <= look.alpha
  const words = `${same}, ${reached ? onTheSafeSide(rule) : rule.min !== null ? 'below' : 'above'} ${shown(limit)}`
  if (!enough) {
    return tooFewSeeds(
      `${words}; without spread there is no interval, and ${n} seeds are too few for the sign test.`,
      'Verify with 5 seeds or more.',
      Math.max(5, n + 1),
    )
  }
  return {
    status: reached ? 'pass' : 'fail',
    estimate: null,
    remedy: null,
    sentence: `${words} (sign test, p ${shown(allOnOneSide(n))}).`,
    notes: ['The seeds show no spread, so the sign test was used instead of a t interval.'],
  }
}

/** The seeds that a t interval around the mean seen here would need to leave the limit outside. */
function remedyFor(values: readonly number[], limit: number, look: Look): Pick<Finding, 'remedy' | 'seedsToSettle'> {
  const distance = Math.abs(mean(values) - limit)
  const sd = sampleSd(values)
  for (let n = values.length + 1; n <= 1000; n++) {
    if ((tQuantile(1 - look.alpha, n - 1) * sd) / Math.sqrt(n) < distance) {
      const remedy = `About ${n} seeds would settle it, if mean and noise are what they look like.`
      return { remedy, seedsToSettle: n }
    }
  }
  const remedy =
    'The mean lies so close to the limit that no affordable number of seeds would settle it: improve the levers or ' +
    'move the limit.'
  return { remedy, seedsToSettle: null }
}
