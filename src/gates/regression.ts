import type { Regression } from '../dsl/tuning.gen.ts'
import type { GateDefinition } from './definition.ts'
import { metricDefaults } from './metric-rule.ts'
import { nonInferiority, type MarginRule } from './non-inferiority.ts'

/** The candidate is not worse than the baseline by `margin` or more (non-inferiority). */
export interface RegressionRule extends MarginRule {
  readonly gate: 'regression'
}

export const regression: GateDefinition<RegressionRule, Regression> = {
  ...nonInferiority,
  name: 'regression',
  rules: ({ metric, margin, paired = false, ...rest }) => [{ gate: 'regression', metric, ...metricDefaults(rest), margin, paired }],
}
