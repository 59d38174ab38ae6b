import { sortDiagnostics, type Diagnostic } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { MetricName } from '../records/metrics.ts'
import type { ParsedSpec } from '../dsl/parse.ts'
import type { NormalizedSpec } from './normalized.ts'
import { normalizeChecks, normalizeData } from './normalize/data.ts'
import { checkMetric, normalizeGates } from './normalize/gates.ts'
import { layerOf } from '../layers/index.ts'
import { everyLayer, normalizeLayer } from '../layers/layer.ts'
import { movesNothing, normalizeLevers } from './normalize/levers.ts'
import { normalizeStages } from './normalize/stages.ts'
import { confirmationIn } from '../stages/index.ts'
import { presetFor, presetNamed } from './presets/index.ts'
import { collectProblems } from './problem.ts'
import type { SpecContext } from '../stages/definition.ts'

/**
 * Spec → normalized spec: no shorthand, all defaults, presets applied. It finds every error that does not depend on the
 * data: metrics that the task does not have, stages that repeat or are out of order, reversed ranges, gates without input.
 */
export function normalize({ spec, locate }: ParsedSpec): Result<NormalizedSpec, Diagnostic[]> {
  const { report, all } = collectProblems(locate)
  const { task, seed = 17 } = spec

  // 1. Data and model: what is there.
  const data = normalizeData(spec.data, task, seed, report)
  const layers = spec.model.layers.map(normalizeLayer)

  // 2. The preset that fits them, and its augmentation and levers.
  const tokens = everyLayer(layers).some((layer) => layerOf(layer.kind).readsWholeNumbers !== undefined)
  const images = data.inputs.kind === 'array' && data.inputs.shape.length === 3
  const { preset: named = 'auto' } = spec
  const preset = named === 'auto' ? presetFor({ tokens, images }) : presetNamed(named)
  const augmentation = { ...preset.augmentation({ task, standardized: data.standardize !== false }), ...spec.augmentation }
  const levers = normalizeLevers(spec.levers, preset, layers, task, report)

  // 3. The process: what is compared, in which stages, with which gates.
  const objective: MetricName = spec.objective ?? (task === 'classification' ? 'nll' : 'mse')
  checkMetric(objective, task, ['objective'], report)
  const idle: SpecContext['idle'] = (lever) => movesNothing(lever, { task, layers, augmentation })
  const stages = normalizeStages(spec.stages, { preset, levers, idle }, report)
  const verifies = confirmationIn(stages) !== undefined
  const gates = normalizeGates(spec.gates, { task, testShare: data.split.test, verifies, report })

  if (all.length > 0) return err(sortDiagnostics(all))
  const checks = normalizeChecks(spec.data.checks)
  const budget = { minutes: spec.budget?.minutes ?? null, trials: spec.budget?.trials ?? null }
  const { name, evaluateEvery = 1 } = spec
  return ok({
    version: 1,
    name,
    task,
    preset: preset.name,
    seed,
    objective,
    evaluateEvery,
    data,
    checks,
    augmentation,
    layers,
    levers,
    stages,
    gates,
    budget,
  })
}
