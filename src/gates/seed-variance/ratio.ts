import type { MetricRule } from '../../records/gates.ts'
import { sigmaRatioInterval } from '../../stats/intervals.ts'
import { spreadRatioSeeds } from '../../stats/power.ts'
import type { RuleBehavior } from '../definition.ts'
import { readSide, type GateEvidence, type InterimAnalysis, type Side } from '../evidence.ts'
import { inconclusive, seedHasNoEffect, seedsWithoutEffect, type Finding } from '../finding.ts'
import { matchSides } from '../match.ts'
import { comparesMetric } from '../metric-rule.ts'
import { designAnalysis, power, type PowerProblem, type StudyDesign } from '../power.ts'
import { spreadEvidence } from '../supplementary.ts'
import { softened, missingData, withoutBaseline } from '../missing-data.ts'
import { intervalWords, measuredWords, shown, signed, timesBaseline } from '../words.ts'

/** The seed SD of the candidate is at most this many times the baseline's, by the F interval of the ratio. */
export interface SpreadRatioRule extends MetricRule {
  readonly gate: 'seed-variance'
  /** Candidate SD over baseline SD. */
  readonly maxRatio: number
}

/**
 * Tests that the spread over seeds is at most `maxRatio` times the baseline's, by the F interval of the ratio of SDs: pass
 * if the whole interval is at most the limit, fail if the whole interval is above it, else inconclusive. Five seeds per side
 * determine a ratio of SDs only to within a factor of 3.1 either way.
 */
export const ratio: RuleBehavior<SpreadRatioRule> = {
  ...comparesMetric,
  neutral: () => 1,
  limitKey: () => 'maxRatio',
  judge(rule, evidence, analysis) {
    const candidate = readSide(evidence.candidate, rule)
    const baseline = evidence.baseline && readSide(evidence.baseline.runs, rule)
    const finding = decide(rule, evidence, candidate, baseline, analysis)
    const notes = [...(evidence.baseline?.notes ?? []), ...finding.notes]
    return {
      limit: rule.maxRatio,
      sides: { candidate: candidate.all, baseline: baseline?.all ?? null },
      finding: { ...finding, notes },
    }
  },
  powerCheck,
  question: ({ maxRatio, ...of }) =>
    `Is it shown that the seed SD of ${measuredWords(of)} is at most ${shown(maxRatio)} times the baseline's?`,
  passingLimits: (_, { upper }) => `These seeds would pass with any limit above ${signed(upper)}.`,
  requirement: ({ maxRatio, ...of }) => `SD of ${measuredWords(of)} at most ${timesBaseline(maxRatio)}`,
  planLimit: ({ maxRatio }) => `SD at most ${maxRatio} × the baseline's`,
  seedDots: () => [],
  seedDotsCaption: '',
}

/** Needs no noise estimate: if both sides vary alike, the ratio is 1 whatever the spread. */
function powerCheck({ maxRatio }: SpreadRatioRule, design: StudyDesign): PowerProblem | null {
  const { baseline, seeds: declared } = design
  const fixed = baseline && 'runs' in baseline ? { fixed: baseline.runs.filter((r) => r.status === 'complete').length } : {}
  const seeds = spreadRatioSeeds({ distance: maxRatio, alpha: designAnalysis(design).spreadAlpha, power, ...fixed })
  if (seeds !== undefined && seeds <= declared) return null
  const against = 'fixed' in fixed ? ` against the ${fixed.fixed} of the baseline` : ' per side'
  return {
    code: 'below-noise',
    message: `the limit of the seed-variance gate is below what ${declared} seeds can resolve`,
    found: `at most ${shown(maxRatio)} times the baseline's spread, with ${declared} seeds${against}`,
    allowed:
      maxRatio <= 1
        ? 'a limit above 1: equal spreads do not pass this one'
        : seeds === undefined
          ? 'a wider limit, or a baseline with more seeds'
          : `${seeds} seeds${against} settle it in 4 of 5 cases if the spreads are equal`,
    hint: 'raise the verify seeds or the limit',
  }
}

function decide(
  rule: SpreadRatioRule,
  evidence: GateEvidence,
  candidate: Side,
  baseline: Side | null,
  analysis: InterimAnalysis,
): Finding {
  if (baseline === null || evidence.baseline === null) return withoutBaseline(candidate, evidence)
  const { source } = evidence.baseline
  const early = missingData(candidate, baseline, { ...rule, source })
  if (early) return early
  return matchSides({ paired: false }, candidate, baseline).identical
    ? unchanged(rule, source)
    : softened(baseline, weigh(rule, source, candidate, baseline, analysis))
}

const ratioOf = (rule: SpreadRatioRule): string => `ratio of seed SDs of ${measuredWords(rule)}`

/** The candidate is the baseline, retrained. An interval would only show how little seeds say about a spread. */
function unchanged(rule: SpreadRatioRule, source: string): Finding {
  const [what, passes] = [ratioOf(rule), rule.maxRatio >= 1]
  return {
    status: passes ? 'pass' : 'fail',
    sentence:
      `On all seeds, the candidate ends with exactly the weights of ${source}: nothing changed, so the ${what} is exactly 1` +
      (passes ? '.' : `, above the limit ${shown(rule.maxRatio)}.`),
    estimate: { what, value: 1, lower: 1, upper: 1, level: 1 },
    remedy: null,
    notes: [],
  }
}

function weigh(rule: SpreadRatioRule, source: string, candidate: Side, baseline: Side, analysis: InterimAnalysis): Finding {
  const [own, theirs] = [candidate, baseline].map((side) => side.values.map((v) => v.value)) as [number[], number[]]
  const level = 1 - 2 * analysis.spreadAlpha
  const found = sigmaRatioInterval(own, theirs, level)
  if (found.kind === 'undefined') return withoutSpread(rule, candidate, found.reason)
  const { estimate: value, lower, upper } = found
  const status = upper <= rule.maxRatio ? 'pass' : lower > rule.maxRatio ? 'fail' : 'inconclusive'
  const outcome = { pass: 'entirely at or below', fail: 'entirely above', inconclusive: 'the interval spans' }[status]
  return {
    status,
    estimate: { what: ratioOf(rule), value, lower, upper, level },
    sentence:
      `The ${ratioOf(rule)} against ${source} is ${shown(value)} (${intervalWords(found)}; F, ${theirs.length} against ` +
      `${own.length} seeds): ${outcome} the limit ${shown(rule.maxRatio)}.`,
    ...(status === 'inconclusive' ? moreSeeds(rule.maxRatio, value, own.length, analysis) : { remedy: null }),
    notes: [],
    evidence: spreadEvidence(own, theirs),
  }
}

/** Equal values on one side: a spread of 0 would make the ratio 0 or infinite without evidence. */
function withoutSpread(rule: SpreadRatioRule, candidate: Side, reason: string): Finding {
  if (seedsWithoutEffect(candidate)) return seedHasNoEffect('All seeds of the candidate end in the same weights')
  return inconclusive(
    `The ${ratioOf(rule)} has no interval: ${reason}.`,
    'The split is too small for this metric to show noise: gate on nll (or rmse), or use a larger split.',
  )
}

/** Assumes equal spreads, as a plan would; otherwise uses the observed ratio. */
function moreSeeds(
  maxRatio: number,
  ratio: number,
  seeds: number,
  analysis: InterimAnalysis,
): Pick<Finding, 'remedy' | 'seedsToSettle'> {
  const question = { alpha: analysis.spreadAlpha, power }
  const more = (distance: number): number | undefined => {
    const n = spreadRatioSeeds({ ...question, distance })
    return n !== undefined && n > seeds ? n : undefined
  }
  const n = more(maxRatio) ?? more(Math.max(maxRatio / ratio, ratio / maxRatio))
  return n === undefined
    ? {
        remedy: 'The ratio is so close to the limit that no practical number of seeds would settle it: move the limit.',
        seedsToSettle: null,
      }
    : {
        remedy: `About ${n} seeds per side would settle it in 4 of 5 cases if the spreads are as estimated.`,
        seedsToSettle: n,
      }
}
