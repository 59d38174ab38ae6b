import type { MetricRule } from '../../records/gates.ts'
import { sampleSd } from '../../stats/describe.ts'
import { chiSquareQuantile } from '../../stats/distributions.ts'
import { sigmaInterval } from '../../stats/intervals.ts'
import { capSeeds } from '../../stats/power.ts'
import type { RuleBehavior } from '../definition.ts'
import { readSide, type Side } from '../evidence.ts'
import { inconclusive, seedHasNoEffect, seedsWithoutEffect, unfinished, type Finding } from '../finding.ts'
import { judgesMetric } from '../metric-rule.ts'
import { designAnalysis, noiseOf, power, seedsAlone, type PowerProblem, type StudyDesign } from '../power.ts'
import { intervalWords, limitWords, measuredWords, shown, signed } from '../words.ts'

/** The seed SD of the candidate stays below a cap, by the χ² interval of σ. */
export interface SeedVarianceRule extends MetricRule {
  readonly gate: 'seed-variance'
  /** In units of the metric. */
  readonly maxStd: number
}

/**
 * Tests that the spread over seeds stays below a cap, by the χ² interval of σ: fail if the whole interval is above the cap,
 * pass if the whole interval is below it, else inconclusive. Five seeds determine σ only to within 0.60 to 2.87 times the SD
 * that they show.
 */
export const cap: RuleBehavior<SeedVarianceRule> = {
  ...judgesMetric,
  neutral: () => null,
  limitKey: () => 'maxStd',
  judge(rule, evidence, analysis) {
    const side = readSide(evidence.candidate, rule)
    const finding = unfinished(side) ?? decide(rule, side, 1 - 2 * analysis.spreadAlpha)
    return { limit: rule.maxStd, sides: { candidate: side.all, baseline: null }, finding }
  },
  powerCheck,
  question: ({ maxStd, ...of }) => `Is it shown that the seed SD of ${measuredWords(of)} is below ${shown(maxStd)}?`,
  passingLimits: (_, { upper }) => `These seeds would pass with any cap above ${signed(upper)}.`,
  requirement: ({ maxStd, ...of }) => `SD of ${measuredWords(of)} below ${limitWords(maxStd)}`,
  planLimit: ({ maxStd }) => `SD below ${maxStd}`,
  seedDots(_, { candidate }) {
    const known = candidate.filter((v) => v !== null)
    const center = known.reduce((sum, v) => sum + v, 0) / known.length
    return known.map((v) => Math.abs(v - center))
  },
  seedDotsCaption: 'per-seed distances from the mean',
}

function powerCheck(rule: SeedVarianceRule, design: StudyDesign): PowerProblem | null {
  const noise = noiseOf(rule, design)
  if (!noise) return null
  const seeds = capSeeds({ sd: noise.sd, cap: rule.maxStd, alpha: designAnalysis(design).spreadAlpha, power })
  if (seeds !== undefined && seeds <= design.seeds) return null
  return {
    code: 'below-noise',
    message: `the cap of the seed-variance gate is too close to the noise for ${design.seeds} seeds to decide`,
    found: `cap ${shown(rule.maxStd)}; ${noise.words}`,
    allowed: noise.sd >= rule.maxStd ? `a cap above ${shown(noise.sd)}` : `${seedsAlone(seeds)} settle it in 4 of 5 cases`,
    hint: 'raise the verify seeds or the cap',
  }
}

/** @param level two-sided coverage of the interval of σ */
function decide(rule: SeedVarianceRule, side: Side, level: number): Finding {
  const values = side.values.map((v) => v.value)
  const found = sigmaInterval(values, level)
  if (found.kind === 'undefined') return withoutSpread(rule, side, found.reason)
  const status = found.lower > rule.maxStd ? 'fail' : found.upper < rule.maxStd ? 'pass' : 'inconclusive'
  const outcome = { fail: 'entirely above', pass: 'entirely below', inconclusive: 'the interval spans' }[status]
  const what = `seed SD of ${measuredWords(rule)}`
  const { estimate: value, lower, upper } = found
  return {
    status,
    notes: [],
    ...(status === 'inconclusive' ? remedyFor(values, rule.maxStd, level) : { remedy: null }),
    sentence:
      `S${what.slice(1)} over ${values.length} seeds is ${shown(found.estimate)} ` +
      `(${intervalWords(found)} for σ): ${outcome} the cap ${shown(rule.maxStd)}.`,
    estimate: { what, value, lower, upper, level },
  }
}

/**
 * Equal values over all seeds. That looks like perfect stability, but five equal values do not bound the spread: a rare bad
 * seed would not have shown. A seed that never reaches the training looks the same. So equal values alone never pass.
 */
function withoutSpread(rule: SeedVarianceRule, side: Side, reason: string): Finding {
  if (seedsWithoutEffect(side)) return seedHasNoEffect(`All ${side.values.length} seeds end in the same weights`)
  return inconclusive(
    `Seed SD of ${measuredWords(rule)}: ${reason}.`,
    'The split is too small for this metric to show noise: gate on nll (or rmse), use a larger split, or set ' +
      'onInconclusive: pass.',
  )
}

function remedyFor(values: readonly number[], cap: number, level: number): Pick<Finding, 'remedy' | 'seedsToSettle'> {
  const sd = sampleSd(values)
  for (let n = values.length + 1; n <= 1000; n++) {
    const bound = (p: number): number => sd * Math.sqrt((n - 1) / chiSquareQuantile(p, n - 1))
    if (bound((1 - level) / 2) < cap || bound((1 + level) / 2) > cap) {
      return { remedy: `About ${n} seeds would settle it if the SD is as estimated.`, seedsToSettle: n }
    }
  }
  const remedy =
    'The SD is so close to the cap that no practical number of seeds would settle it: move the cap, or choose ' +
    'levers with less seed noise.'
  return { remedy, seedsToSettle: null }
}
