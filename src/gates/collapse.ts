import type { Collapse } from '../dsl/tuning.gen.ts'
import type { MetricRule } from '../records/gates.ts'
import { gain } from '../records/metrics.ts'
import { exactShareBounds } from '../stats/shares.ts'
import type { GateDefinition } from './definition.ts'
import { readSide, type InterimAnalysis, type Side } from './evidence.ts'
import { unfinished, type Finding } from './finding.ts'
import { judgesMetric, metricDefaults } from './metric-rule.ts'
import { designAnalysis, seedsAlone, type PowerProblem, type StudyDesign } from './power.ts'
import { requireLevel } from './range.ts'
import { ofClass, shared } from './schema.ts'
import { intervalWords, limitWords, measuredWords, seedList, shown, worseSide } from './words.ts'

/** Few seeds end worse than a level: few trainings collapse. */
export interface CollapseRule extends MetricRule {
  readonly gate: 'collapse'
  /** A seed that ends worse than this has collapsed; in units of the metric. */
  readonly level: number
  /** The largest acceptable share of trainings that collapse. */
  readonly maxShare: number
}

/**
 * Tests how often training collapses: a mean and a spread over a few seeds miss a model that fails under one seed in ten. By
 * exact binomial bounds (Clopper and Pearson): pass if the upper bound is at or below the limit, fail if the lower bound is
 * above it, else inconclusive. n clean seeds leave shares up to 1 − alpha^(1/n) open: .45 for 5, .26 for 10.
 */
export const collapse: GateDefinition<CollapseRule, Collapse> = {
  ...judgesMetric,
  name: 'collapse',
  schema: {
    summary: 'Few seeds end worse than a level. A model that fails under a rare seed shows here, and in no mean.',
    example: { metric: 'accuracy', level: 0.6, maxShare: 0.5 },
    description: 'Rule of the collapse gate: the share of trainings that collapse, judged by exact binomial bounds.',
    required: ['metric', 'level'],
    properties: {
      metric: shared.metric,
      level: {
        title: 'Level',
        description:
          'A seed that ends worse than this has collapsed. For example halfway between a guess and a usual result.',
        type: 'number',
        default: 0.5,
      },
      maxShare: {
        title: 'Largest share',
        description:
          'Largest acceptable share of trainings that collapse. 5 seeds that all train show a share of at most 0.46, 10 seeds 0.26.',
        type: 'number',
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        default: 0.5,
      },
      ...ofClass,
      split: shared.split,
      onInconclusive: shared.onInconclusive,
    },
  },
  rules({ metric, level, maxShare = 0.5, ...rest }, report) {
    requireLevel(metric, 'level', level, report)
    // It counts seeds, so their rows need not show how other rows would do.
    const { minRows: _, ...of } = metricDefaults(rest)
    return [{ gate: 'collapse', metric, ...of, level, maxShare }]
  },
  neutral: () => null,
  limitKey: () => 'maxShare',
  judge(rule, evidence, analysis) {
    const side = readSide(evidence.candidate, rule)
    const finding = unfinished(side) ?? decide(rule, side, analysis)
    return { limit: rule.maxShare, sides: { candidate: side.all, baseline: null }, finding }
  },
  powerCheck,
  question: ({ level, maxShare, ...of }) =>
    `Is it shown that at most ${shown(100 * maxShare)} % of trainings end with ${measuredWords(of)} ${worseSide(of.metric)} ${shown(level)}?`,
  passingLimits: (_, { upper }) => `These seeds would pass with any share from ${limitWords(upper)} on.`,
  requirement: ({ level, maxShare, ...of }) =>
    `at most ${limitWords(100 * maxShare)} % of trainings with ${measuredWords(of)} ${worseSide(of.metric)} ${limitWords(level)}`,
  planLimit: ({ metric, level, maxShare }) => `${worseSide(metric)} ${level} in at most ${maxShare}`,
  seedDots: () => [],
  seedDotsCaption: 'single seeds',
}

function decide(rule: CollapseRule, side: Side, { alpha }: InterimAnalysis): Finding {
  const { metric, level, maxShare } = rule
  const of = measuredWords(rule)
  const n = side.values.length
  const collapsed = side.values.filter(({ value }) => gain(metric, level, value) < 0).map(({ seed }) => seed)
  const bounds = { ...exactShareBounds(collapsed.length, n, alpha), level: 1 - 2 * alpha }
  const status = bounds.upper <= maxShare ? 'pass' : bounds.lower > maxShare ? 'fail' : 'inconclusive'
  const what =
    collapsed.length === 0
      ? `No seed of ${n} ends with ${of} ${worseSide(metric)} ${shown(level)}`
      : `${seedList(collapsed).replace('seed', 'Seed')} of ${n} ${collapsed.length === 1 ? 'ends' : 'end'} with ${of} ` +
        `${worseSide(metric)} ${shown(level)}`
  const open =
    `that leaves shares up to ${shown(100 * bounds.upper)} % of trainings open` +
    `${collapsed.length === 0 ? '' : ` (${intervalWords(bounds)})`}; at most ${shown(100 * maxShare)} % may collapse`
  const needed = collapsed.length === 0 ? cleanSeeds(maxShare, alpha) : undefined
  return {
    status,
    sentence: `${what}: ${open}.`,
    estimate: { what: 'share of trainings that collapse', value: collapsed.length / n, ...bounds },
    notes: [],
    ...(status !== 'inconclusive'
      ? { remedy: null }
      : needed !== undefined && needed > n
        ? { remedy: `${needed} seeds that all train would settle it.`, seedsToSettle: needed }
        : { remedy: 'Find out why these seeds collapse: a lower rate, more warmup or clipping often helps.' }),
  }
}

/** The fewest seeds that pass if all of them train. */
const cleanSeeds = (maxShare: number, alpha: number): number => Math.ceil(Math.log(alpha) / Math.log(1 - maxShare) - 1e-9)

function powerCheck({ maxShare }: CollapseRule, design: StudyDesign): PowerProblem | null {
  const { seeds } = design
  const { alpha } = designAnalysis(design)
  const needed = cleanSeeds(maxShare, alpha)
  if (needed <= seeds) return null
  const least = Math.ceil(100 * exactShareBounds(0, seeds, alpha).upper) / 100
  return {
    code: 'below-noise',
    message: `the share of the collapse gate is below what ${seeds} seeds can show, even if all of them train`,
    found: `maxShare ${shown(maxShare)}`,
    allowed: `${seedsAlone(needed)}, or a share of ${shown(least)} with ${seeds}`,
    hint: 'raise the verify seeds or maxShare',
  }
}
