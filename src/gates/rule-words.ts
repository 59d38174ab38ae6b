import { unreachable } from '../base/result.ts'
import { metrics } from '../records/metrics.ts'
import { subjectOf } from '../records/gates.ts'
import type { GateRule } from '../records/plan.ts'
import { shown } from './words.ts'

/** The rule as the question that it asks, in a sentence for a person who knows no statistics. */
export function ruleInWords(rule: GateRule): string {
  const what = subjectOf(rule)
  switch (rule.gate) {
    case 'regression':
    case 'calibration': {
      const worse = metrics[rule.metric].better === 'higher' ? 'below' : 'above'
      return `Is it shown that ${what} lies less than ${shown(rule.margin)} ${worse} the baseline's?`
    }
    case 'seed-variance':
      return 'maxRatio' in rule
        ? `Is it shown that ${what} varies from seed to seed at most ${shown(rule.maxRatio)} times as much as the baseline's?`
        : `Is it shown that ${what} varies from seed to seed by an SD below ${shown(rule.maxStd)}?`
    case 'threshold':
      return rule.min !== null
        ? `Is it shown that ${what} reaches ${shown(rule.min)} on average over seeds?`
        : `Is it shown that ${what} stays at or below ${shown(rule.max ?? NaN)} on average over seeds?`
    case 'training-time':
      return `Is it shown that a training takes at most ${shown(rule.maxRatio)} times as long as the baseline's?`
    case 'model-size':
      return `Does the model have at most ${shown(rule.maxRatio)} times as many parameters as the baseline's?`
    default:
      return unreachable(rule, 'gate')
  }
}
