import { didYouMean } from '../../base/diagnostics.ts'
import type { SpecPath } from '../../dsl/parse.ts'
import type { Gate, Spec } from '../../dsl/tuning.gen.ts'
import type { GateDefinition, ReportProblem } from '../../gates/definition.ts'
import { gateNamed, gateOf } from '../../gates/index.ts'
import type { GateRule, Measured } from '../../records/gates.ts'
import {
  allMetricsOf,
  isReported,
  titleOf,
  needsClass,
  type LeastEffects,
  type MetricName,
  type Task,
} from '../../records/metrics.ts'
import { checkPart } from './gate-parts.ts'
import { isShareOfRight, taskOf } from '../../records/tasks.ts'
import type { NormalizedData } from '../normalized.ts'
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

/** The data with the columns whose segments these gates judge. */
export function withSegments({ segments: _, ...data }: NormalizedData, gates: readonly GateRule[]): NormalizedData {
  const segments = [...new Set(gates.flatMap((rule) => gateOf(rule).measures(rule)?.segments ?? []))]
  return { ...data, ...(segments.length > 0 && { segments }) }
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

function checkMeasured(measured: Measured, at: SpecPath, context: GateContext): void {
  const { metric, split } = measured
  const { task, testShare, reports, report } = context
  checkMetric(metric, { task, reports, namesClass: true }, [...at, 'metric'], report)
  checkPart(measured, at, context)
  if (split === 'test' && testShare === 0) {
    report('metric-not-computed', [...at, 'split'], 'no test metrics are computed, because the split has no test rows', {
      found: 'split: test',
      allowed: 'split: validation, or data.split.test above 0',
    })
  }
}

interface MetricContext extends Pick<GateContext, 'task' | 'reports'> {
  /** Whether a metric of one class makes sense: a gate can name the class; a script or results may have one in mind. */
  readonly namesClass: boolean
}

/** The least effects of a spec, each on a metric that its runs have; nothing if it declares none. */
export function normalizeLeastEffect(
  declared: Spec['leastEffect'],
  context: MetricContext,
  report: Report,
): { readonly leastEffect?: LeastEffects } {
  const named = Object.keys(declared ?? {}) as MetricName[]
  for (const metric of named) checkMetric(metric, context, ['leastEffect', metric], report)
  return declared && named.length > 0 ? { leastEffect: declared } : {}
}

export function checkMetric(
  metric: MetricName,
  { task, reports, namesClass }: MetricContext,
  at: SpecPath,
  report: Report,
): void {
  const allowed = allMetricsOf(task).filter((name) => (reports || !isReported(name)) && (namesClass || !needsClass(name)))
  if (allowed.includes(metric)) return
  const meant = didYouMean(metric, allowed)
  const { right } = taskOf(task)
  const hint = isReported(metric)
    ? 'only results and training scripts report it'
    : right !== null && isShareOfRight(metric)
      ? `${right} is the ${titleOf(right, task)}`
      : meant === undefined
        ? undefined
        : `did you mean "${meant}"?`
  report('metric-task', at, `a ${task} run does not compute this metric`, {
    found: metric,
    allowed: allowed.join(', '),
    ...(hint === undefined ? {} : { hint }),
  })
}
