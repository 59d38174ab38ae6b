import { sha256 } from '../../base/hash.ts'
import type { Metrics, Task } from '../../records/metrics.ts'
import { taskOf } from '../../records/tasks.ts'
import type { TrainerWorkload } from '../../records/plan.ts'
import { computeMetrics } from '../../train/metrics.ts'
import { readNpy, type NpyArray } from './npy.ts'
import { quoted, TrainerFault, type Events } from './protocol/events.ts'

type Report = Events['predictions']

/** Predictions that a script reported for one split, with the answers. */
export interface Predicted {
  readonly split: string
  readonly rows: number
  /** Logits, rows × classes or labels, or values, one per row. */
  readonly outputs: Float32Array
  /** One per row, or rows × labels. */
  readonly targets: Float32Array
  readonly width: number
  /** Digests of the files. */
  readonly outputsDigest: string
  readonly labelsDigest: string
}

/** A smaller probability counts as this one: 0 has no logarithm. */
const least = 1e-38

/**
 * Reads what a script predicted. Throws a `TrainerFault` if files are missing or do not fit each other or the task.
 *
 * @param labels answers that an earlier report of the same split in this run named; undefined if there are none
 */
export async function readPredictions(
  outputDir: string,
  report: Report,
  task: Task,
  labels: string | undefined,
): Promise<Predicted> {
  const { split, kind, file } = report
  const wrong = (why: string): TrainerFault =>
    new TrainerFault('predictions', `predictions of the split ${quoted(split)}: ${why}`)
  if (!taskOf(task).kinds.includes(kind)) throw wrong(`the kind ${kind} does not fit the task ${task}`)
  const answers = report.labels ?? labels
  if (answers === undefined)
    throw wrong('labels are missing; report a .npy file with the correct answers beside the predictions')
  const [outputs, targets] = [await readNpy(outputDir, file), await readNpy(outputDir, answers)]
  const [rows = 0, width = 1, ...more] = outputs.shape
  if (rows === 0 || more.length > 0) throw wrong(`${quoted(file)} has the shape (${outputs.shape.join(', ')})`)
  if (task === 'regression' && width !== 1)
    throw wrong(`${quoted(file)} has ${width} columns; one value per row is expected`)
  if (task === 'classification' && width < 2) {
    throw wrong(`${quoted(file)} has one column; write one per class, also for two classes`)
  }
  const answersPerRow = task === 'multi-label' ? width : 1
  if (targets.values.length !== rows * answersPerRow) {
    throw wrong(
      `${rows} rows of predictions and ${targets.values.length} labels; predict every row of the split, in the order of the labels`,
    )
  }
  if (task === 'classification') checkClasses(targets.values, width, wrong)
  if (task === 'multi-label') checkLabels(targets, outputs.shape, wrong)
  if (!outputs.values.every(Number.isFinite))
    throw new TrainerFault('metrics', `a prediction of the split ${quoted(split)} is not finite`)
  return {
    split,
    rows,
    outputs: Float32Array.from(logitsOf(outputs.values, { kind, task, width, wrong })),
    targets: Float32Array.from(targets.values),
    width,
    outputsDigest: sha256(outputs.bytes),
    labelsDigest: sha256(targets.bytes),
  }
}

function checkClasses(labels: Float64Array, classes: number, wrong: (why: string) => TrainerFault): void {
  const odd = labels.find((label) => !Number.isInteger(label) || label < 0 || label >= classes)
  if (odd !== undefined) throw wrong(`a label is ${odd}; labels are class indices from 0 to ${classes - 1}`)
}

function checkLabels({ values, shape }: NpyArray, outputs: readonly number[], wrong: (why: string) => TrainerFault): void {
  // As many numbers in another shape, such as labels × rows, would be read as the answers of other rows.
  if (shape.join() !== outputs.join())
    throw wrong(
      `labels of the shape (${shape.join(', ')}) and predictions of (${outputs.join(', ')}); both are rows × labels`,
    )
  const odd = values.find((label) => label !== 0 && label !== 1)
  if (odd !== undefined) throw wrong(`a label is ${odd}; labels are 0 or 1, one for each column of the predictions`)
}

interface Written {
  readonly kind: Report['kind']
  readonly task: Task
  readonly width: number
  readonly wrong: (why: string) => TrainerFault
}

/** Outputs whose softmax, or of labels whose sigmoid, are the probabilities. */
function logitsOf(values: Float64Array, { kind, task, width, wrong }: Written): Float64Array {
  if (kind !== 'probabilities') return values
  return task === 'multi-label' ? logits(values, wrong) : logarithms(values, width, wrong)
}

function logits(values: Float64Array, wrong: (why: string) => TrainerFault): Float64Array {
  const odd = values.find((p) => !(p >= -1e-6 && p <= 1 + 1e-6))
  if (odd !== undefined) throw wrong(`a probability is ${odd}; write the kind logits if they are none`)
  return values.map((p) => Math.log(Math.max(least, p)) - Math.log(Math.max(least, 1 - p)))
}

/** The softmax of the logarithms are the probabilities again. */
function logarithms(values: Float64Array, width: number, wrong: (why: string) => TrainerFault): Float64Array {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width)
    const sum = row.reduce((a, b) => a + b, 0)
    if (row.some((p) => p < -1e-6) || Math.abs(sum - 1) > 1e-3) {
      throw wrong(`the probabilities of row ${start / width + 1} add up to ${sum}; write the kind logits if they are none`)
    }
  }
  return values.map((p) => Math.log(Math.max(least, p)))
}

/** All metrics that a workload has. */
export const scoresOf = (
  { outputs, targets, width }: Predicted,
  { task, metrics }: Pick<TrainerWorkload, 'task' | 'metrics'>,
): Metrics => computeMetrics(task, { outputs, targets, width }, null, metrics)
