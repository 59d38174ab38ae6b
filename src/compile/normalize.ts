import { ownCommand } from '../base/own-command.ts'
import { sortDiagnostics, type Diagnostic } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { LeverName } from '../records/levers.ts'
import type { MetricName } from '../records/metrics.ts'
import { taskOf } from '../records/tasks.ts'
import type { ParsedSpec } from '../dsl/parse.ts'
import type { Spec, Trainer } from '../dsl/tuning.gen.ts'
import type { ModelSpec, NormalizedSpec, TrainerSpec } from './normalized.ts'
import { checkText } from './check/text.ts'
import { normalizeChecks, normalizeData } from './normalize/data.ts'
import { checkMetric, normalizeGates, normalizeLeastEffect, withSegments } from './normalize/gates.ts'
import { layerOf } from '../layers/index.ts'
import { everyLayer, hasDropoutLever, normalizeLayer } from '../layers/layer.ts'
import { movesNothing, normalizeLevers } from './normalize/levers.ts'
import { checkFixed, givenLevers, normalizeTrainer, takesLever } from './normalize/trainer.ts'
import { normalizeStages } from './normalize/stages.ts'
import { confirmationIn } from '../stages/index.ts'
import type { Preset } from './presets/definition.ts'
import { presetFor, presetNamed, type PresetName } from './presets/index.ts'
import { collectProblems, type Report } from './problem.ts'
import type { SpecContext } from '../stages/definition.ts'

/**
 * Spec → normalized spec: no shorthand, all defaults, presets applied. It finds every error that does not depend on the
 * data: metrics that the task does not have, stages that repeat or are out of order, reversed ranges, gates without input.
 */
export function normalize(parsed: ParsedSpec): Result<NormalizedSpec, Diagnostic[]> {
  const { report, all } = collectProblems(parsed.locate)
  if (parsed.spec.results) {
    report('results-only', ['results'], 'a spec with the section results trains nothing', {
      hint: `judge results with it: ${ownCommand('gate', 'SPEC', '--results', 'FILE')}`,
    })
    return err([...all])
  }
  const normalized = parsed.spec.trainer
    ? normalizeScript(parsed.spec, parsed.spec.trainer, report)
    : normalizeModel(parsed.spec, report)
  return all.length > 0 ? err(sortDiagnostics(all)) : ok(normalized)
}

function normalizeModel(spec: Spec, report: Report): ModelSpec {
  const { task, seed = 17, data: written, model } = spec
  if (!written || !model) throw new Error('the schema accepted a spec without data, model and trainer')

  // 1. Data and model: what is there.
  const data = normalizeData(written, task, seed, report)
  const layers = model.layers.map(normalizeLayer)

  // 2. The preset that fits them, and its augmentation and levers.
  const tokens = everyLayer(layers).some((layer) => layerOf(layer.kind).readsWholeNumbers !== undefined)
  const images = data.inputs.kind === 'array' && data.inputs.shape.length === 3
  const { preset: named = 'auto' } = spec
  const preset = named === 'auto' ? presetFor({ tokens, images, text: data.inputs.kind === 'text' }) : presetNamed(named)
  const augmentation = { ...preset.augmentation({ task, standardized: data.standardize !== false }), ...spec.augmentation }
  checkText({ inputs: data.inputs, layers, augmentation }, report)
  const levers = normalizeLevers(spec.levers, preset, hasDropoutLever(layers), task, report)
  if (spec.levers?.custom) {
    report('custom-levers', ['levers', 'custom'], 'only a training script has levers of its own', {
      found: Object.keys(spec.levers.custom).join(', '),
      hint: 'remove them; a model has the levers of the four buckets',
    })
  }

  // 3. The process: what is compared, in which stages, with which gates.
  const idle: SpecContext['idle'] = (lever) => movesNothing(lever, { task, layers, augmentation })
  const testShare = data.split.test
  const { objective, ...process } = normalizeProcess(spec, { preset, levers, idle, known: () => true, testShare }, report)
  const checks = normalizeChecks(written.checks)
  const { evaluateEvery = 1 } = spec
  const measured = { objective, evaluateEvery, data: withSegments(data, process.gates), checks }
  return { ...headOf(spec, preset.name), ...measured, augmentation, layers, levers, ...process }
}

/** What the script can do is not known here: it says so itself, when it is asked, and `compile` compares. */
function normalizeScript(spec: Spec, written: Trainer, report: Report): TrainerSpec {
  const { task, preset: named = 'auto' } = spec
  const trainer = normalizeTrainer(written, { task, custom: Object.keys(spec.levers?.custom ?? {}) }, report)
  const preset = named === 'auto' ? presetFor({ tokens: false, images: false, text: false }) : presetNamed(named)
  const levers = normalizeLevers(spec.levers, preset, false, task, report)
  const idle: SpecContext['idle'] = (lever) =>
    takesLever(trainer, lever) ? undefined : 'trainer.levers does not name it, so the script keeps it fixed'
  const given = givenLevers(spec.levers)
  const known = (lever: LeverName): boolean => given.includes(lever)
  checkFixed(given, idle, report)
  const process = normalizeProcess(spec, { preset, levers, idle, known, testShare: null }, report)
  return { ...headOf(spec, preset.name), ...process, trainer, given, levers }
}

const headOf = ({ name, task, seed = 17 }: Spec, preset: PresetName) => ({ version: 1, name, task, preset, seed }) as const

interface ProcessContext extends Omit<SpecContext, 'written' | 'preset'> {
  readonly preset: Preset<PresetName>
  /** Share of the rows held out for testing; null if only the script knows. */
  readonly testShare: number | null
}

function normalizeProcess(spec: Spec, { preset, levers, idle, known, testShare }: ProcessContext, report: Report) {
  const { task } = spec
  const reports = spec.trainer !== undefined
  const objective: MetricName = spec.objective ?? taskOf(task).loss
  checkMetric(objective, { task, reports, namesClass: reports }, ['objective'], report)
  const stages = normalizeStages(spec.stages, { preset, levers, idle, known }, report)
  const verifies = confirmationIn(stages) !== undefined
  const gates = normalizeGates(spec.gates, { task, testShare, verifies, reports, report })
  const leastEffect = normalizeLeastEffect(spec.leastEffect, { task, reports, namesClass: reports }, report)
  const budget = { minutes: spec.budget?.minutes ?? null, trials: spec.budget?.trials ?? null }
  return { objective, stages, gates, ...leastEffect, budget }
}
