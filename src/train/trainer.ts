import { unreachable } from '../base/result.ts'
import { onFold } from '../data/folds.ts'
import { rowCount } from '../base/rows.ts'
import { inferShapes } from '../layers/shapes.ts'
import type { ModelWorkload } from '../records/plan.ts'
import { crash, type RunRequest, type RunResult } from '../records/run.ts'
import { scaledPolicy } from './augment.ts'
import { columnsOf } from './columns.ts'
import type { RequestFor, RunBody, RunContext } from './context.ts'
import type { OnStep } from './engine.ts'
import { predict } from './evaluate.ts'
import { trainRun } from './loop.ts'
import { buildModel } from './model.ts'
import { probeRun } from './probe.ts'
import { rangeTestRun } from './range-test.ts'
import { rounded } from './round.ts'
import type { CreateTrainer, Engine, Trainer } from './engine.ts'
import type { Checkpoint, TrainingData } from './types.ts'

/**
 * A trainer for one workload on one engine. A run that fails becomes a result: anything that our own code throws, and any
 * leaked tensor, is a crashed run with its reason.
 */
export function createTrainer(
  engine: Engine,
  workload: ModelWorkload,
  data: TrainingData,
  notice?: (message: string) => void,
): Trainer {
  const shaped = inferShapes(workload.layers, data.inputShape)
  if (!shaped.ok)
    throw new Error(`layer ${shaped.error.place.join('.')}: ${shaped.error.message}, found ${shaped.error.found}`)
  if (data.splits.train.length === 0) throw new Error('there are no training rows')
  const contextOf = (of: TrainingData): RunContext => ({
    engine,
    workload,
    data: of,
    notice,
    model: buildModel(engine.tf, shaped.value, engine.fused, of !== data),
    compiler: engine.compile?.(of, notice),
  })
  const plain = contextOf(data)
  let spread: RunContext | null | undefined
  /** Augmentation works on images, so only a run without it can use their columns, as products that are compiled. */
  const contextFor = ({ levers }: RunRequest): RunContext => {
    if (!engine.compile || scaledPolicy(workload.augmentation, levers.regularization.augmentation)) return plain
    if (spread === undefined) {
      const columns = columnsOf(shaped.value, data)
      spread = columns && contextOf(columns)
    }
    return spread ?? plain
  }
  return {
    engine: engine.label,
    run(request, id, onStep, keepWeights) {
      const start = performance.now()
      const context = contextFor(request)
      const body = withoutLeaks(context, () => runJob(forFold(context, request.fold), request, onStep, keepWeights))
      const seconds = (performance.now() - start) / 1000
      const timing = { seconds: rounded(seconds), stepsPerSecond: rounded(body.steps.loss.length / seconds) }
      return { id, request, engine: engine.label, ...body, timing } as RunResult
    },
    predict: (checkpoint) => predictAll(plain, checkpoint),
    // Every run owns its tensors; the trainer owns what compiling keeps.
    dispose: () => [plain, spread].forEach((context) => context?.compiler?.dispose()),
  }
}

/** The rows of a run. Inputs and targets stay the same, so what an engine keeps of them serves every fold. */
function forFold(context: RunContext, fold: number | undefined): RunContext {
  if (fold === undefined) return context
  const { data } = context
  const rows = data.folds?.[fold - 1]
  if (!rows) throw new Error(`the data have no fold ${fold}`)
  return { ...context, data: { ...data, splits: onFold(data.splits, rows) } }
}

/** Outputs for every row of the data, whichever part it is in. */
function predictAll(context: RunContext, { weights, statistics }: Checkpoint): Float32Array {
  const { engine, model, data } = context
  const { tf } = engine
  const state = {
    weights: tf.tensor1d(weights),
    statistics: statistics.map((values, i) => tf.tensor(values, [...(model.statistics[i]?.shape ?? [])])),
  }
  const outputs = predict(
    context,
    state,
    Int32Array.from({ length: rowCount(data) }, (_, row) => row),
  )
  tf.dispose([state.weights, ...state.statistics])
  return outputs
}

/** Makes a loaded tensor library train in a worker. */
export const trainsOn =
  (engine: Engine): CreateTrainer =>
  (training, notice) => {
    if (!('data' in training)) throw new Error(`${engine.label} trains models, and the workload is a script`)
    return createTrainer(engine, training.workload, training.data, notice)
  }

function runJob(context: RunContext, request: RunRequest, onStep?: OnStep, keepWeights?: boolean): RunBody {
  const { job } = request
  // The compiler narrows `job` but not the request around it.
  switch (job.kind) {
    case 'train':
      return trainRun(context, request as RequestFor<'train'>, onStep, keepWeights)
    case 'range-test':
      return rangeTestRun(context, request as RequestFor<'range-test'>, onStep)
    case 'probe':
      return probeRun(context, request as RequestFor<'probe'>, onStep)
    default:
      return unreachable(job, 'job')
  }
}

/** Runs it, and turns anything that it throws or any leaked tensor into a crash. */
function withoutLeaks({ engine: { tf } }: RunContext, run: () => RunBody): RunBody | ReturnType<typeof crash> {
  const before = tf.memory().numTensors
  try {
    const body = run()
    const left = tf.memory().numTensors - before
    return left === 0 ? body : crash(`bug in tunegate: the run left ${left} tensors behind`)
  } catch (error) {
    return crash(error instanceof Error ? reasonOf(error, tf.memory().numBytes) : String(error))
  }
}

/** The size of a failed allocation means little without the memory already in use. */
function reasonOf({ message }: Error, tensorBytes: number): string {
  if (!/alloc|memory|array length/i.test(message) || message.includes('MiB')) return message
  const mebi = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`
  return `${message} (tensors used ${mebi(tensorBytes)}, the process ${mebi(process.memoryUsage.rss())})`
}
