import type { Regression } from '../dsl/tuning.gen.ts'
import type { GateDefinition } from './definition.ts'
import { metricDefaults } from './metric-rule.ts'
import { nonInferiority, type MarginRule } from './non-inferiority.ts'
import { requireDifference } from './range.ts'
import { bySegment, marginOf, ofClass, shared } from './schema.ts'

/** The candidate is not worse than the baseline by `margin` or more (non-inferiority). */
export interface RegressionRule extends MarginRule {
  readonly gate: 'regression'
}

export const regression: GateDefinition<RegressionRule, Regression> = {
  ...nonInferiority,
  name: 'regression',
  schema: {
    summary: 'The winner may be worse than the baseline only by less than the margin.',
    example: { metric: 'accuracy', margin: 0.01 },
    description: 'Rule of the regression gate: non-inferiority, judged by an interval.',
    required: ['metric', 'margin'],
    properties: {
      metric: shared.metric,
      margin: marginOf(0.01),
      paired: shared.paired,
      ...ofClass,
      split: shared.split,
      ...bySegment,
      onInconclusive: shared.onInconclusive,
    },
  },
  rules({ metric, margin, paired = false, ...rest }, report) {
    requireDifference(metric, 'margin', margin, report)
    return [{ gate: 'regression', metric, ...metricDefaults(rest), margin, paired }]
  },
}
