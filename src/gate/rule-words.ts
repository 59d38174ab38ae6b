import { unreachable } from '../base/result.ts'
import { metrics } from '../model/metrics.ts'
import type { GateRule } from '../plan/plan.ts'
import { shown } from './words.ts'

/** The rule as the question that it asks, in a sentence for a person who knows no statistics. */
export function ruleInWords(rule: GateRule): string {
  const what = `${rule.split} ${rule.metric}`
  switch (rule.gate) {
    case 'regression':
    case 'calibration': {
      const worse = metrics[rule.metric].better === 'higher' ? 'below' : 'above'
      return `Is it shown that ${what} lies less than ${shown(rule.margin)} ${worse} the baseline's?`
    }
    case 'seed-variance':
      return `Is it shown that ${what} varies from seed to seed by an SD below ${shown(rule.maxStd)}?`
    case 'threshold':
      return rule.min !== null
        ? `Is it shown that ${what} reaches ${shown(rule.min)} on average over seeds?`
        : `Is it shown that ${what} stays at or below ${shown(rule.max ?? NaN)} on average over seeds?`
    default:
      return unreachable(rule, 'gate')
  }
}
