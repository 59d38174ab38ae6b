import { didYouMean } from '../../base/diagnostics.ts'
import { unreachable } from '../../base/result.ts'
import { metrics, metricsOf, type MetricName, type Task } from '../../records/metrics.ts'
import { isResourceRule, type GateRule, type MetricRule } from '../../records/gates.ts'
import type { SpecPath } from '../../dsl/parse.ts'
import type { Gate, Spec } from '../../dsl/tuning.gen.ts'
import type { Report } from '../problem.ts'

type Kind = keyof Gate

/** What gates may measure. */
export interface GateContext {
  readonly task: Task
  readonly testShare: number
  readonly verifies: boolean
  readonly report: Report
}

/**
 * The rules, each with split, pairing and what an inconclusive verdict does; a threshold with both ends becomes two rules, and so
 * does a seed-variance gate with a cap and a ratio.
 */
export function normalizeGates(gates: Spec['gates'] = [], context: GateContext): GateRule[] {
  if (gates.length > 0 && !context.verifies) {
    context.report('gate-without-verify', ['gates'], 'gates need verified seeds, and the stage verify is not listed', {
      hint: 'add verify to the stages, or remove the gates',
    })
  }
  return gates.flatMap((gate, index) => {
    const kind = Object.keys(gate)[0] as Kind
    const rules = rulesOf(gate, kind, index, context)
    const [rule] = rules
    if (rule && !isResourceRule(rule)) checkMeasured(rule, ['gates', index, kind], context)
    return rules
  })
}

/** How many rules of the plan a gate of a valid spec is. */
export function rulesIn({ threshold, 'seed-variance': spread }: Gate): number {
  const given = (...limits: readonly (number | null | undefined)[]): number => limits.filter((l) => l !== null && l !== undefined).length
  return Math.max(1, given(threshold?.min, threshold?.max), given(spread?.maxStd, spread?.maxRatio))
}

function rulesOf(gate: Gate, kind: Kind, index: number, { report }: GateContext): GateRule[] {
  switch (kind) {
    case 'seed-variance':
      return spreadRules(ruleOf(gate, kind), ['gates', index, kind], report)
    case 'regression': {
      const rule = ruleOf(gate, kind)
      return [{ gate: kind, metric: rule.metric, ...common(rule), margin: rule.margin, paired: rule.paired ?? false }]
    }
    case 'calibration': {
      const rule = ruleOf(gate, kind)
      const { metric = 'nll', margin, paired = false } = rule
      return [{ gate: kind, metric, ...common(rule), margin, paired }]
    }
    case 'threshold':
      return thresholds(ruleOf(gate, kind), ['gates', index, kind], report)
    case 'training-time':
    case 'model-size': {
      const { maxRatio, onInconclusive = 'fail' } = ruleOf(gate, kind)
      return [{ gate: kind, onInconclusive, maxRatio }]
    }
    default:
      return unreachable(kind, 'gate')
  }
}

/** A cap and a ratio to the baseline are two rules. */
function spreadRules(rule: NonNullable<Gate['seed-variance']>, at: SpecPath, report: Report): GateRule[] {
  const { maxStd = null, maxRatio = null } = rule
  const base = { gate: 'seed-variance', metric: rule.metric, ...common(rule) } as const
  if (maxStd === null && maxRatio === null) {
    report('seed-variance-open', at, 'a seed-variance gate has maxStd, maxRatio or both', { hint: 'write maxStd: 0.01, or maxRatio: 2' })
    // There is one rule still, so that its metric is checked too; the spec is refused anyway.
    return [{ ...base, maxStd: 1 }]
  }
  return [...(maxStd === null ? [] : [{ ...base, maxStd }]), ...(maxRatio === null ? [] : [{ ...base, maxRatio }])]
}

function thresholds(rule: NonNullable<Gate['threshold']>, at: SpecPath, report: Report): GateRule[] {
  const { min = null, max = null } = rule
  if (min === null && max === null) report('threshold-open', at, 'a threshold has min, max or both')
  if (min !== null && max !== null && min > max) {
    const found = `min ${min}, max ${max}`
    report('range-reversed', [...at, 'min'], 'the threshold is the wrong way round', { found, allowed: 'min at most max' })
  }
  const base = { gate: 'threshold', metric: rule.metric, ...common(rule) } as const
  // With neither end there is one rule still, so that its metric is checked too; the spec is refused anyway.
  if (max === null) return [{ ...base, min, max: null }]
  return [...(min === null ? [] : [{ ...base, min, max: null }]), { ...base, min: null, max }]
}

function ruleOf<K extends Kind>(gate: Gate, kind: K): NonNullable<Gate[K]> {
  const rule = gate[kind]
  if (rule === undefined) throw new Error(`the gate has no rule for ${kind}`)
  return rule as NonNullable<Gate[K]>
}

const common = (rule: { readonly split?: 'validation' | 'test'; readonly onInconclusive?: 'fail' | 'pass' }) =>
  ({ split: rule.split ?? 'validation', onInconclusive: rule.onInconclusive ?? 'fail' }) as const

function checkMeasured(rule: MetricRule, at: SpecPath, { task, testShare, report }: GateContext): void {
  checkMetric(rule.metric, task, [...at, 'metric'], report)
  if (rule.split === 'test' && testShare === 0) {
    report('metric-not-computed', [...at, 'split'], 'no test metrics are computed, since the split keeps no test rows', {
      found: 'split: test',
      allowed: 'split: validation, or data.split.test above 0',
    })
  }
}

export function checkMetric(metric: MetricName, task: Task, at: SpecPath, report: Report): void {
  if (metrics[metric].task === task) return
  const allowed = metricsOf(task)
  const meant = didYouMean(metric, allowed)
  report('metric-task', at, `a ${task} run does not compute this metric`, {
    found: metric,
    allowed: allowed.join(', '),
    ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }),
  })
}
