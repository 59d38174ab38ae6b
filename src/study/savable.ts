import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import type { Dataset } from '../data/types.ts'
import { describeLayer } from '../layers/layer.ts'
import { Unsavable } from '../layers/saved.ts'
import { inferShapes, parameterCount } from '../layers/shapes.ts'
import type { Plan } from '../records/plan.ts'
import { withReadable } from '../saved-model/folder.ts'
import { modelFormatNamed, type ModelFormatName } from '../saved-model/formats/index.ts'
import type { Head, TrainedModel } from '../saved-model/trained-model.ts'
import { confirmation } from '../stages/index.ts'
import { statisticSizes } from '../train/model.ts'
import { mostKeptWeights } from '../train/predictions.ts'
import type { SpecSource } from './options.ts'
import { toolName } from './version.ts'

/**
 * Checks before training that a study can save models, down to each layer in each format.
 *
 * @throws InputError with every reason why it cannot
 */
export function requireSavable(plan: Plan, dataset: Dataset | null, { saveModel }: Pick<SpecSource, 'saveModel'>): void {
  if (saveModel === undefined) return
  const problem = (message: string, more: Partial<Diagnostic> = {}): Diagnostic => ({
    code: 'model/cannot-save',
    severity: 'error',
    message,
    ...more,
  })
  const { workload } = plan
  const problems: Diagnostic[] = []
  if (!plan.jobs.some((job) => job.id === confirmation.name))
    problems.push(problem(`no model can be saved without the stage ${confirmation.name}, which trains the winner`))
  if (!('layers' in workload) || dataset === null)
    problems.push(problem('no model can be saved: the training script has its own', { hint: 'save it in the script' }))
  else if (workload.parameters > mostKeptWeights)
    problems.push(
      problem('the model is too large to be saved', {
        found: `${workload.parameters.toLocaleString('en')} parameters`,
        allowed: `at most ${mostKeptWeights.toLocaleString('en')}`,
      }),
    )
  else {
    const shaped = inferShapes(workload.layers, workload.data.inputShape)
    const model = { inputShape: workload.data.inputShape, head: headOf(dataset, ''), dropout: 0, tool: toolName }
    if (shaped.ok) problems.push(...layerProblems({ ...model, layers: shaped.value }, saveModel, problem))
  }
  if (problems.length > 0) throw new InputError(problems)
}

/** Writes a model with weights of 0 in every format: what fails now would fail after training. */
function layerProblems(
  model: Omit<TrainedModel, 'checkpoint'>,
  formats: readonly ModelFormatName[],
  problem: (message: string, more?: Partial<Diagnostic>) => Diagnostic,
): Diagnostic[] {
  const checkpoint = {
    weights: new Float32Array(parameterCount(model.layers)),
    statistics: statisticSizes(model.layers).map((length) => new Float32Array(length)),
  }
  return withReadable(formats).flatMap((name) => {
    try {
      modelFormatNamed(name).write({ ...model, checkpoint })
      return []
    } catch (error) {
      if (!(error instanceof Unsavable)) throw error
      const others = formats.filter((other) => other !== name)
      return [
        problem(`the model cannot be saved as ${name}: ${error.message}`, {
          ...(error.layer ? { found: describeLayer(error.layer) } : {}),
          ...(others.length > 0 ? { hint: `name the other formats, --save-model ${others.join(',')}` } : {}),
        }),
      ]
    }
  })
}

/** What the outputs of a model of these data mean. `target` names the first or only target. */
export function headOf(
  { task, classes, targetScale, targetNames }: Pick<Dataset, 'task' | 'classes' | 'targetScale' | 'targetNames'>,
  target: string,
): Head {
  if (classes !== null) return { task: 'classification', target, classes }
  if (task === 'multi-label') return { task, labels: targetNames ?? [] }
  const scales = targetScale ?? [{ mean: 0, sd: 1 }]
  if (targetNames)
    return { task: 'regression', targets: scales.map((scale, k) => ({ target: targetNames[k] ?? '', ...scale })) }
  const [{ mean, sd } = { mean: 0, sd: 1 }] = scales
  return { task: 'regression', target, mean, sd }
}
