import type { SeedVariance } from '../../dsl/tuning.gen.ts'
import type { GateDefinition, RuleBehavior } from '../definition.ts'
import { metricDefaults } from '../metric-rule.ts'
import { cap, type SeedVarianceRule } from './cap.ts'
import { ratio, type SpreadRatioRule } from './ratio.ts'

type Rule = SeedVarianceRule | SpreadRatioRule

const isRatio = (rule: Rule): rule is SpreadRatioRule => 'maxRatio' in rule
const behaviorOf = (rule: Rule): RuleBehavior<Rule> => (isRatio(rule) ? ratio : cap)

/** The spread over seeds stays below a cap, below a multiple of the baseline's, or both: then it is two rules. */
export const seedVariance: GateDefinition<Rule, SeedVariance> = {
  name: 'seed-variance',
  rules({ metric, maxStd = null, maxRatio = null, ...rest }, report) {
    const base = { gate: 'seed-variance', metric, ...metricDefaults(rest) } as const
    if (maxStd === null && maxRatio === null) {
      report('seed-variance-open', null, 'a seed-variance gate has maxStd, maxRatio or both', { hint: 'write maxStd: 0.01, or maxRatio: 2' })
      // There is one rule still, so that its metric is checked too; the spec is refused anyway.
      return [{ ...base, maxStd: 1 }]
    }
    return [...(maxStd === null ? [] : [{ ...base, maxStd }]), ...(maxRatio === null ? [] : [{ ...base, maxRatio }])]
  },
  count: ({ maxStd = null, maxRatio = null }) => (maxStd !== null && maxRatio !== null ? 2 : 1),
  spreadCap: (rule) => (isRatio(rule) ? null : { metric: rule.metric, maxStd: rule.maxStd }),
  needsBaseline: (rule) => behaviorOf(rule).needsBaseline(rule),
  measures: (rule) => behaviorOf(rule).measures(rule),
  subject: (rule) => behaviorOf(rule).subject(rule),
  neutral: (rule) => behaviorOf(rule).neutral(rule),
  limitKey: (rule) => behaviorOf(rule).limitKey(rule),
  judge: (rule, evidence, look) => behaviorOf(rule).judge(rule, evidence, look),
  powerCheck: (rule, design) => behaviorOf(rule).powerCheck(rule, design),
  question: (rule) => behaviorOf(rule).question(rule),
  passingLimits: (rule, estimate) => behaviorOf(rule).passingLimits(rule, estimate),
  requirement: (rule) => behaviorOf(rule).requirement(rule),
  planLimit: (rule) => behaviorOf(rule).planLimit(rule),
  seedDots: (rule, sides) => behaviorOf(rule).seedDots(rule, sides),
  seedDotsCaption: cap.seedDotsCaption,
}
