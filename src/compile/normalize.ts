import { sortDiagnostics, type Diagnostic } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { MetricName } from '../records/metrics.ts'
import type { ParsedSpec } from '../dsl/parse.ts'
import { checkStages } from './check/stages.ts'
import type { NormalizedSpec } from './normalized.ts'
import { normalizeChecks, normalizeData } from './normalize/data.ts'
import { checkMetric, normalizeGates } from './normalize/gates.ts'
import { layerOf } from '../layers/index.ts'
import { everyLayer, normalizeLayer } from '../layers/layer.ts'
import { normalizeLevers } from './normalize/levers.ts'
import { normalizeStages } from './normalize/stages.ts'
import { presetFor, presetNamed } from './presets/index.ts'
import { collectProblems } from './problem.ts'

/**
 * Spec → normalized spec: no shorthand, all defaults, presets applied. Whatever can be wrong without looking at the data
 * is found here: metrics that the task does not have, stages twice or out of order, ranges the wrong way round, gates
 * that nothing feeds.
 */
export function normalize({ spec, locate }: ParsedSpec): Result<NormalizedSpec, Diagnostic[]> {
  const { report, all } = collectProblems(locate)
  const { task, seed = 17 } = spec

  // 1. Data and model: what is there.
  const data = normalizeData(spec.data, task, seed, report)
  const layers = spec.model.layers.map(normalizeLayer)

  // 2. The preset that fits them, and what it says of augmentation and levers.
  const tokens = everyLayer(layers).some((layer) => layerOf(layer.kind).readsWholeNumbers !== undefined)
  const images = data.inputs.kind === 'array' && data.inputs.shape.length === 3
  const { preset: named = 'auto' } = spec
  const preset = named === 'auto' ? presetFor({ tokens, images }) : presetNamed(named)
  const augmentation = { ...preset.augmentation({ task, standardized: data.standardize }), ...spec.augmentation }
  const levers = normalizeLevers(spec.levers, preset, layers, task, report)

  // 3. The process: what is compared, in which stages, under which gates.
  const objective: MetricName = spec.objective ?? (task === 'classification' ? 'nll' : 'mse')
  checkMetric(objective, task, ['objective'], report)
  const stages = normalizeStages(spec.stages, { preset, task, levers, layers, augmentation })
  checkStages(stages, spec.stages ?? [], { task, levers, layers, augmentation }, report)
  const verifies = stages.some((s) => s.stage === 'verify')
  const gates = normalizeGates(spec.gates, { task, testShare: data.split.test, verifies, report })

  if (all.length > 0) return err(sortDiagnostics(all))
  const checks = normalizeChecks(spec.data.checks)
  const budget = { minutes: spec.budget?.minutes ?? null, trials: spec.budget?.trials ?? null }
  const { name, evaluateEvery = 1 } = spec
  return ok({
    version: 1, name, task, preset: preset.name, seed, objective, evaluateEvery,
    data, checks, augmentation, layers, levers, stages, gates, budget,
  })
}
