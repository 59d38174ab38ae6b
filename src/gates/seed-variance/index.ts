import type { SeedVariance } from '../../dsl/tuning.gen.ts'
import type { GateDefinition, RuleBehavior } from '../definition.ts'
import { metricDefaults } from '../metric-rule.ts'
import { requireDifference } from '../range.ts'
import { ofClass, shared } from '../schema.ts'
import { cap, type SeedVarianceRule } from './cap.ts'
import { ratio, type SpreadRatioRule } from './ratio.ts'
import { partName } from '../../records/subsets.ts'

type Rule = SeedVarianceRule | SpreadRatioRule

const isRatio = (rule: Rule): rule is SpreadRatioRule => 'maxRatio' in rule
const behaviorOf = (rule: Rule): RuleBehavior<Rule> => (isRatio(rule) ? ratio : cap)

/** The spread over seeds stays below a cap, below a multiple of the baseline's, or both. Both make two rules. */
export const seedVariance: GateDefinition<Rule, SeedVariance> = {
  name: 'seed-variance',
  schema: {
    summary: "The SD over seeds stays below a cap or within a multiple of the baseline's.",
    example: { metric: 'accuracy', maxStd: 0.01 },
    description: 'Rule of the seed-variance gate, judged by the interval of the SD. Set maxStd, maxRatio or both.',
    required: ['metric'],
    properties: {
      metric: shared.metric,
      maxStd: {
        title: 'Cap',
        description: 'Maximum SD over seeds; null for no cap.',
        type: ['number', 'null'],
        exclusiveMinimum: 0,
        default: null,
      },
      maxRatio: {
        title: 'Ratio',
        description:
          "Maximum SD over seeds, as a multiple of the baseline's; null for no limit. Five seeds per side resolve a ratio " +
          'only to a factor of 3.1, ten to 2.',
        type: ['number', 'null'],
        exclusiveMinimum: 0,
        default: null,
      },
      ...ofClass,
      split: shared.split,
      onInconclusive: shared.onInconclusive,
    },
  },
  rules({ metric, maxStd = null, maxRatio = null, ...rest }, report) {
    const base = { gate: 'seed-variance', metric, ...metricDefaults(rest) } as const
    if (maxStd === null && maxRatio === null) {
      report('seed-variance-open', null, 'a seed-variance gate needs maxStd, maxRatio or both', {
        hint: 'write maxStd: 0.01, or maxRatio: 2',
      })
      // Returns a rule so that its metric is checked too; the spec is rejected anyway.
      return [{ ...base, maxStd: 1 }]
    }
    requireDifference(metric, 'maxStd', maxStd, report)
    return [...(maxStd === null ? [] : [{ ...base, maxStd }]), ...(maxRatio === null ? [] : [{ ...base, maxRatio }])]
  },
  count: ({ maxStd = null, maxRatio = null }) => (maxStd !== null && maxRatio !== null ? 2 : 1),
  spreadCap: (rule) => (isRatio(rule) || partName(rule) !== undefined ? null : { metric: rule.metric, maxStd: rule.maxStd }),
  needsBaseline: (rule) => behaviorOf(rule).needsBaseline(rule),
  measures: (rule) => behaviorOf(rule).measures(rule),
  subject: (rule) => behaviorOf(rule).subject(rule),
  neutral: (rule) => behaviorOf(rule).neutral(rule),
  limitKey: (rule) => behaviorOf(rule).limitKey(rule),
  judge: (rule, evidence, analysis) => behaviorOf(rule).judge(rule, evidence, analysis),
  powerCheck: (rule, design) => behaviorOf(rule).powerCheck(rule, design),
  question: (rule) => behaviorOf(rule).question(rule),
  passingLimits: (rule, estimate) => behaviorOf(rule).passingLimits(rule, estimate),
  requirement: (rule) => behaviorOf(rule).requirement(rule),
  planLimit: (rule) => behaviorOf(rule).planLimit(rule),
  seedDots: (rule, sides) => behaviorOf(rule).seedDots(rule, sides),
  seedDotsCaption: cap.seedDotsCaption,
}
