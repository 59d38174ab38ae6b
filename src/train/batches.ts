import { stream } from '../base/random.ts'
import { type CopyRows, epochOrder, gatherRows, inputWidth, targetWidth } from '../base/rows.ts'
import type { BatchingLevers, Levers } from '../records/levers.ts'
import type { Task } from '../records/metrics.ts'
import { outputCount, type AugmentationPolicy, type ModelWorkload } from '../records/plan.ts'
import { augment, scaledPolicy, type BatchRows } from './augment.ts'
import { smoothedTargets } from './loss.ts'
import type { TrainingData } from './types.ts'

/**
 * How the training rows are divided into steps. All steps have one size; leftover rows at an epoch's end go into the next
 * epoch.
 */
export interface BatchPlan {
  /** Rows of one forward pass. */
  readonly rows: number
  /** Forward passes per step. */
  readonly accumulate: number
  readonly stepsPerEpoch: number
}

/** If there are fewer training rows than a step needs, a step takes all of them. */
export function batchPlan(trainingRows: number, { batchSize, accumulate }: BatchingLevers): BatchPlan {
  const rows = Math.min(batchSize, trainingRows)
  const passes = Math.min(accumulate, Math.floor(trainingRows / rows))
  return { rows, accumulate: passes, stepsPerEpoch: Math.floor(trainingRows / (rows * passes)) }
}

/** The batches of a step, ready to become tensors: one per forward pass. */
export interface BatchSource {
  /** @param to where the inputs of each batch go, instead of an array of their own */
  (step: number, to?: BatchPlaces): readonly BatchRows[]
  /** Row numbers of all batches of a step; null if augmentation or weights make batches differ from rows of the data. */
  readonly rowsOf: ((step: number) => Int32Array) | null
}

/** Where the inputs of the batches of a step go, and what copies them there. */
export interface BatchPlaces {
  readonly inputs: readonly Float32Array[]
  readonly copy: CopyRows
}

/** Outputs of the model: number of classes, of labels, or of the targets of a regression. */
export const outputWidth = ({ data }: Pick<ModelWorkload, 'data'>): number => outputCount(data)

/** What determines the content of the batches, besides seed and step. */
export interface BatchOptions {
  readonly task: Task
  /** Number of outputs. */
  readonly width: number
  readonly levers: Levers
  readonly augmentation: AugmentationPolicy
}

/**
 * The batches of any step as a function of (seed, step). Each epoch has its own order from the stream (order, epoch), and
 * each batch its own augmentation from the stream (augment, step, pass).
 */
export function batchSource(data: TrainingData, options: BatchOptions, seed: number): BatchSource {
  const { rows, accumulate, stepsPerEpoch } = batchPlan(data.splits.train.length, options.levers.batching)
  const policy = scaledPolicy(options.augmentation, options.levers.regularization.augmentation)
  let epoch = -1
  let order: Int32Array = new Int32Array()
  const rowsOf = (step: number): Int32Array => {
    if (Math.floor(step / stepsPerEpoch) !== epoch) {
      epoch = Math.floor(step / stepsPerEpoch)
      order = epochOrder(data.splits.train, seed, epoch)
    }
    const start = (step % stepsPerEpoch) * accumulate * rows
    return order.subarray(start, start + accumulate * rows)
  }
  const source = (step: number, to?: BatchPlaces): BatchRows[] => {
    const all = rowsOf(step)
    return Array.from({ length: accumulate }, (_, pass) => {
      const batch = gatherBatch(data, all.subarray(pass * rows, (pass + 1) * rows), options, to?.inputs[pass], to?.copy)
      if (policy) augment(batch, data.inputShape, policy, stream(seed, 'augment', step, pass))
      return batch
    })
  }
  return Object.assign(source, { rowsOf: policy || data.weights ? null : rowsOf })
}

/** The batches of a run at the run's levers. */
export function runBatches(
  { workload, data }: { readonly workload: ModelWorkload; readonly data: TrainingData },
  levers: Levers,
  seed: number,
): BatchSource {
  const { task, augmentation } = workload
  return batchSource(data, { task, width: outputWidth(workload), levers, augmentation }, seed)
}

/** Copies of some rows, with their targets in the form that the loss needs. */
function gatherBatch(
  data: TrainingData,
  rows: Int32Array,
  { task, width, levers }: BatchOptions,
  into: Float32Array = new Float32Array(rows.length * inputWidth(data)),
  copy: CopyRows = gatherRows,
): BatchRows {
  const labels = gatherRows(data.targets, targetWidth(data), rows)
  const inputs = copy(data.inputs, inputWidth(data), rows, into)
  if (task !== 'classification') return { rows: rows.length, inputs, targets: labels }
  const targets = smoothedTargets(labels, width, levers.regularization.labelSmoothing)
  if (data.weights) {
    for (let i = 0; i < targets.length; i++) {
      targets[i] = (targets[i] ?? NaN) * (data.weights[rows[Math.floor(i / width)] ?? -1] ?? NaN)
    }
  }
  return { rows: rows.length, inputs, targets }
}
