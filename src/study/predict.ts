import { dirname } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { unreachable } from '../base/result.ts'
import type { EngineChoice } from '../engines/choose.ts'
import { readSource } from '../data/read-source.ts'
import { outputCount, type ModelWorkload } from '../records/plan.ts'
import { taskOf } from '../records/tasks.ts'
import { SharedData } from '../run/shared-data.ts'
import { WorkerProcess } from '../run/worker-process.ts'
import { findModels, openModel, type OpenModel } from '../saved-model/open.ts'
import { modelRows, type ModelRows } from '../saved-model/rows.ts'
import { targetsOf, type Head } from '../saved-model/trained-model.ts'
import { sigmoid } from '../train/label-metrics.ts'
import { softmaxRow } from '../train/predicted.ts'

export interface PredictOptions {
  /** The folder of a saved model or of several; several predict together. */
  readonly model: string
  /** A data file, a folder or a pattern, in any format that a spec may name. */
  readonly data: string
  readonly engine: EngineChoice
  readonly workerScript: string
}

/** Predictions for the rows of a file, in the order of the file. */
export interface Predictions {
  readonly head: Head
  /** How many models predicted; their mean counts if there are several. */
  readonly models: number
  readonly rows: number
  /**
   * rows × classes, probabilities that sum to 1; rows × labels, a probability of each; or rows × targets, values in units of
   * each target.
   */
  readonly values: Float64Array
}

/**
 * Reads saved models and a data file, and predicts every row. Models of several seeds predict together, with the mean of
 * their probabilities or values.
 *
 * @throws InputError if a model or the data cannot be read, or do not fit
 */
export async function predictFile({ model, data, engine, workerScript }: PredictOptions): Promise<Predictions> {
  const models: OpenModel[] = []
  for (const folder of await findModels(model)) models.push(await openModel(folder))
  const [first] = models
  if (!first) throw new Error('no model was found')
  const head = first.manifest.output
  for (const other of models) requireSameOutput(first, other)
  const file = await readSource(data)
  let rows = 0
  let values: Float64Array = new Float64Array()
  for (const [i, one] of models.entries()) {
    const read = await modelRows(one, file)
    rows = read.rows
    const own = meaningOf(head, await outputsOf(one, read, engine, workerScript))
    values = i === 0 ? own : values.map((value, at) => value + (own[at] ?? NaN))
  }
  return { head, models: models.length, rows, values: values.map((value) => value / models.length) }
}

function requireSameOutput(first: OpenModel, other: OpenModel): void {
  const { output: a } = first.manifest
  const { output: b } = other.manifest
  // Models of several seeds have scales of their own if they trained on rows of their own.
  if (a.task === b.task && namesIn(a).join('\n') === namesIn(b).join('\n')) return
  throw new InputError([
    {
      code: 'predict/different-models',
      severity: 'error',
      message: 'the models of the folder predict different things, so they cannot predict together',
      found: `${first.folder} and ${other.folder}`,
      hint: 'name the folder of one model',
    },
  ])
}

/** What the outputs stand for, in their order. */
function namesIn(head: Head): readonly string[] {
  switch (head.task) {
    case 'classification':
      return [head.target, ...head.classes]
    case 'multi-label':
      return head.labels
    case 'regression':
      return targetsOf(head).map((one) => one.target)
    default:
      return unreachable(head, 'head')
  }
}

/** Outputs of the last layer, in a process of their own, as in training. */
async function outputsOf(
  { manifest, layers, checkpoint }: OpenModel,
  { inputs, rows }: ModelRows,
  { engine, folder }: EngineChoice,
  script: string,
): Promise<Float32Array> {
  const { output, input } = manifest
  const outputs =
    output.task === 'classification' ? { classes: output.classes } : { classes: null, targets: namesIn(output) }
  const workload: ModelWorkload = {
    task: output.task,
    objective: taskOf(output.task).loss,
    data: { fingerprint: '', rows: { train: rows, validation: 0, test: 0 }, inputShape: input.shape, ...outputs },
    layers: layers.map(({ layer }) => layer),
    parameters: checkpoint.weights.length,
    augmentation: { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 },
    evaluateEvery: 1,
  }
  const none = new Int32Array()
  const data = {
    inputs,
    inputShape: input.shape,
    targets: new Float32Array(rows * (output.task === 'classification' ? 1 : outputCount(outputs))),
    targetScale: null,
    splits: { train: Int32Array.from({ length: rows }, (_, row) => row), validation: none, test: none },
  }
  const shared = new SharedData()
  const worker = new WorkerProcess(script, shared.descriptor)
  try {
    const order = { engine, folder: folder ?? dirname(script), threads: 1 }
    await worker.start({ type: 'init', ...order, workload, data: shared.write(data) })
    return await worker.predict(checkpoint)
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError([
      {
        code: 'predict/failed',
        severity: 'error',
        message: 'the model could not compute its outputs',
        found: error instanceof Error ? error.message : String(error),
        hint: 'try fewer rows at a time: inputs, outputs and the widest layer must fit in memory',
      },
    ])
  } finally {
    worker.kill()
    shared.close()
  }
}

/** What the outputs say: probabilities, or values in units of the target. */
function meaningOf(head: Head, outputs: Float32Array): Float64Array {
  if (head.task === 'regression') {
    const targets = targetsOf(head)
    return Float64Array.from(outputs, (value, i) => {
      const { mean, sd } = targets[i % targets.length] ?? { mean: NaN, sd: NaN }
      return value * sd + mean
    })
  }
  if (head.task === 'multi-label') return Float64Array.from(outputs, sigmoid)
  const width = head.classes.length
  const probabilities = new Float64Array(outputs.length)
  for (let start = 0; start < outputs.length; start += width)
    probabilities.set(softmaxRow(outputs, start, width).probabilities, start)
  return probabilities
}
