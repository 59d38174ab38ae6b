import { unreachable } from '../base/result.ts'
import type { GateRule } from '../records/plan.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { signed } from './words.ts'

/**
 * What would change the verdict: the limits with which these seeds would pass, whatever the verdict is now. It says how near
 * a call was; a limit that is chosen after the fact proves nothing. Null where nothing was estimated.
 */
export function turning(rule: GateRule, estimate: GateVerdict['estimate']): string | null {
  if (estimate === null) return null
  const { lower, upper } = estimate
  switch (rule.gate) {
    case 'regression':
    case 'calibration':
      return upper < 0 ? 'These seeds would pass with any margin.' : `These seeds would pass with any margin above ${signed(upper)}.`
    case 'seed-variance':
      return `These seeds would pass with any ${'maxRatio' in rule ? 'limit' : 'cap'} above ${signed(upper)}.`
    case 'threshold':
      return rule.min !== null
        ? `These seeds would pass with any level up to ${signed(lower)}.`
        : `These seeds would pass with any limit from ${signed(upper)} on.`
    case 'training-time':
      return `These runs would pass with any limit from ${signed(upper)} on.`
    case 'model-size':
      return `This model would pass with any limit from ${signed(upper)} on.`
    default:
      return unreachable(rule, 'gate')
  }
}
