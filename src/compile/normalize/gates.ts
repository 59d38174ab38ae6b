import { didYouMean } from '../../base/diagnostics.ts'
import type { SpecPath } from '../../dsl/parse.ts'
import type { Gate, Spec } from '../../dsl/tuning.gen.ts'
import type { GateDefinition, ReportProblem } from '../../gates/definition.ts'
import { gateNamed } from '../../gates/index.ts'
import type { GateRule, Measured } from '../../records/gates.ts'
import { allMetricsOf, isReported, type MetricName, type Task } from '../../records/metrics.ts'
import type { Report } from '../problem.ts'

/** What gates can measure. */
export interface GateContext {
  readonly task: Task
  /** Share of the rows held out for testing; null if it is not known yet. */
  readonly testShare: number | null
  readonly verifies: boolean
  /** Whether the numbers come from results or from a script, which may have metrics of their own. */
  readonly reports: boolean
  readonly report: Report
}

/** The rules in the order of the spec, with every default filled in. A gate with two limits makes two rules. */
export function normalizeGates(gates: Spec['gates'] = [], context: GateContext): GateRule[] {
  if (gates.length > 0 && !context.verifies) {
    context.report('gate-without-verify', ['gates'], 'gates need verified seeds, but the verify stage is not listed', {
      hint: 'add verify to the stages, or remove the gates',
    })
  }
  return gates.flatMap((written, index) => {
    const { gate, settings } = declared(written)
    const at = ['gates', index, gate.name]
    const report: ReportProblem = (code, key, message, more) =>
      context.report(code, key === null ? at : [...at, key], message, more)
    const rules = gate.rules(settings, report)
    const [rule] = rules
    const measured = rule ? gate.measures(rule) : null
    if (measured) checkMeasured(measured, at, context)
    return rules
  })
}

/** How many rules in the plan a gate of a valid spec makes. */
export function rulesIn(written: Gate): number {
  const { gate, settings } = declared(written)
  return gate.count?.(settings) ?? 1
}

/** A gate of a spec is a map with one key, its name. */
function declared(written: Gate): { readonly gate: GateDefinition; readonly settings: unknown } {
  const [name = '', settings] = Object.entries(written)[0] ?? []
  return { gate: gateNamed(name), settings }
}

function checkMeasured({ metric, split }: Measured, at: SpecPath, { task, testShare, reports, report }: GateContext): void {
  checkMetric(metric, { task, reports }, [...at, 'metric'], report)
  if (split === 'test' && testShare === 0) {
    report('metric-not-computed', [...at, 'split'], 'no test metrics are computed, because the split has no test rows', {
      found: 'split: test',
      allowed: 'split: validation, or data.split.test above 0',
    })
  }
}

export function checkMetric(
  metric: MetricName,
  { task, reports }: Pick<GateContext, 'task' | 'reports'>,
  at: SpecPath,
  report: Report,
): void {
  const allowed = allMetricsOf(task).filter((name) => reports || !isReported(name))
  if (allowed.includes(metric)) return
  const meant = didYouMean(metric, allowed)
  const hint = isReported(metric)
    ? 'only results and training scripts report it'
    : meant === undefined
      ? undefined
      : `did you mean "${meant}"?`
  report('metric-task', at, `a ${task} run does not compute this metric`, {
    found: metric,
    allowed: allowed.join(', '),
    ...(hint === undefined ? {} : { hint }),
  })
}
