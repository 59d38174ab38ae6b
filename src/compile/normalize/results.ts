import { sortDiagnostics, type Diagnostic } from '../../base/diagnostics.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { ParsedSpec } from '../../dsl/parse.ts'
import type { Results, Spec } from '../../dsl/tuning.gen.ts'
import { gateOf } from '../../gates/index.ts'
import { allMetricsOf, metricsOf, metrics, type MetricName, type Task } from '../../records/metrics.ts'
import { taskOf } from '../../records/tasks.ts'
import { resultSplits, type ResultNames, type ResultSplit, type ResultsSettings } from '../../records/results.ts'
import type { ResultsSpec } from '../normalized.ts'
import { collectProblems, type Report } from '../problem.ts'
import { checkMetric, normalizeGates, normalizeLeastEffect } from './gates.ts'

/** The spec of results that some other tool made, with every default filled in, or every error in it. */
export function normalizeResults({ spec, locate }: ParsedSpec): Result<ResultsSpec, Diagnostic[]> {
  const { report, all } = collectProblems(locate)
  const { name, task } = spec
  if (!spec.results) {
    report('no-results', [], 'the spec does not say what the names in the results mean', {
      found: 'no section results',
      hint: 'add results: { validation: { accuracy: val_acc } } in place of data, model or trainer',
    })
    return err([...all])
  }
  const results = settingsOf(spec.results)
  checkSection(spec.results, task, report)
  const measured = { validation: measuredOn('validation', results, task), test: measuredOn('test', results, task) }
  const objective = objectiveOf(spec, measured)
  if (spec.objective !== undefined)
    checkMetric(spec.objective, { task, reports: true, namesClass: true }, ['objective'], report)
  const testShare = measured.test.length === 0 ? 0 : null
  const gates = normalizeGates(spec.gates, { task, testShare, verifies: true, reports: true, report })
  if (objective === undefined) nothingMeasured(report)
  else if (!measured.validation.includes(objective) && (spec.objective ?? results.value === 'best')) {
    report('results-objective', ['objective'], 'the results have no validation values of the objective', {
      found: objective,
      allowed: measured.validation.join(', ') || 'none: results.validation is empty',
      hint: `add results.validation: { ${objective}: NAME }`,
    })
  }
  checkGates(gates, measured, report)
  const leastEffect = normalizeLeastEffect(spec.leastEffect, { task, reports: true, namesClass: true }, report)
  checkLeastEffect(spec, measured, report)
  if (all.length > 0 || objective === undefined) return err(sortDiagnostics(all))
  return ok({ version: 1, name, task, objective, results, measured, gates, ...leastEffect })
}

const settingsOf = (written: Results): ResultsSettings => ({
  names: { validation: written.validation ?? {}, test: written.test ?? {} },
  predictions: written.predictions
    ? {
        kind: written.predictions.kind,
        validation: written.predictions.validation ?? null,
        test: written.predictions.test ?? null,
      }
    : null,
  value: written.value ?? 'last',
  percent: written.percent ?? [],
  seed: written.seed ?? 'seed',
  seeds: written.seeds ?? null,
})

/** The metrics that every seed has on a split, in the order of the table. */
function measuredOn(split: ResultSplit, { names, predictions }: ResultsSettings, task: Task): readonly MetricName[] {
  if (predictions?.[split]) return metricsOf(task)
  return allMetricsOf(task).filter((metric) => names[split][metric] !== undefined)
}

/**
 * Without one in the spec: the first metric that the spec names on validation rows, or on test rows if there are no others.
 */
function objectiveOf({ objective, results }: Spec, measured: ResultsSpec['measured']): MetricName | undefined {
  if (objective !== undefined) return objective
  for (const split of resultSplits) {
    const written = Object.keys(results?.[split] ?? {})
    const first = measured[split].find((metric) => metric === written[0]) ?? measured[split][0]
    if (first !== undefined) return first
  }
  return undefined
}

function nothingMeasured(report: Report): void {
  report('results-nothing', ['results'], 'the section names no metric and no predictions', {
    hint: 'name what the results call a metric, as in results: { validation: { accuracy: val_acc } }',
  })
}

function checkSection(written: Results, task: Task, report: Report): void {
  for (const split of resultSplits) {
    for (const metric of Object.keys(written[split] ?? {}) as MetricName[]) {
      checkMetric(metric, { task, reports: true, namesClass: true }, ['results', split, metric], report)
    }
    if (written.predictions?.[split] && written[split]) {
      report('results-twice', ['results', split], `the ${split} metrics are computed from predictions already`, {
        hint: `remove results.${split}, or results.predictions.${split}`,
      })
    }
  }
  const { kind } = written.predictions ?? {}
  if (kind !== undefined && !taskOf(task).kinds.includes(kind)) {
    report('results-kind', ['results', 'predictions', 'kind'], `predictions of a ${task} are not of this kind`, {
      found: kind,
      allowed: taskOf(task).kinds.join(', '),
    })
  }
  const named = resultSplits.flatMap((split) => Object.values<string>(namesIn(written[split])))
  for (const [index, name] of (written.percent ?? []).entries()) {
    if (named.includes(name)) continue
    report('results-percent', ['results', 'percent', index], 'no metric of the section has this name', {
      found: name,
      allowed: named.join(', ') || 'none: the section names no metric',
    })
  }
}

const namesIn = (names: ResultNames = {}): Record<string, string> => ({ ...names })

/** A least effect on a metric that nobody measures would never be used. */
function checkLeastEffect({ leastEffect = {} }: Spec, measured: ResultsSpec['measured'], report: Report): void {
  const known = [...new Set(resultSplits.flatMap((split) => measured[split]))]
  for (const metric of Object.keys(leastEffect) as MetricName[]) {
    if (metrics[metric] === undefined || known.includes(metric)) continue
    report('results-metric', ['leastEffect', metric], 'the section results does not name this metric', {
      found: metric,
      allowed: known.join(', ') || 'none: the section names no metric',
      hint: `add results.test: { ${metric}: NAME }`,
    })
  }
}

/** Results have metrics, and neither times nor models. */
function checkGates(gates: ResultsSpec['gates'], measured: ResultsSpec['measured'], report: Report): void {
  for (const [index, rule] of gates.entries()) {
    const gate = gateOf(rule)
    const at = ['gates', index, gate.name]
    if (gate.restsOnTime || gate.decidedByPlan) {
      report('results-gate', at, `results have no ${gate.restsOnTime ? 'training times' : 'model'} for this gate`, {
        hint: 'remove the gate',
      })
    }
    const found = gate.measures(rule)
    if (!found || metrics[found.metric] === undefined || measured[found.split].includes(found.metric)) continue
    if (found.split === 'test' && measured.test.length === 0) continue
    report('results-metric', [...at, 'metric'], `the section results does not name this metric on ${found.split} rows`, {
      found: found.metric,
      allowed: measured[found.split].join(', ') || `none: results.${found.split} is empty`,
      hint: `add results.${found.split}: { ${found.metric}: NAME }`,
    })
  }
}
