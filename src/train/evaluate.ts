import { gatherRows, inputWidth, targetWidth } from '../base/rows.ts'
import type { Metrics } from '../records/metrics.ts'
import { outputWidth } from './batches.ts'
import type { Compiler } from './step-compiler.ts'
import type { RunContext } from './context.ts'
import { computeMetrics } from './metrics.ts'
import type { Predictions } from './predicted.ts'
import { type ModelState, outputsOf } from './step.ts'
import type { Model } from './types.ts'

/**
 * Rows per forward pass: as many as keep its largest tensor in about 4 MiB, which fits in the processor's cache, within
 * bounds.
 */
const mostValues = 2 ** 20
const [fewestRows, mostRows] = [16, 1024]
const chunkRows = ({ widest }: Model): number => Math.max(fewestRows, Math.min(mostRows, Math.floor(mostValues / widest)))

/** Metrics of the model on some rows, without augmentation and dropout, with the running statistics; at least one row. */
export function evaluate(context: RunContext, state: ModelState, rows: Int32Array): Metrics {
  const [metrics] = evaluateEach(context, state, [rows])
  return metrics as Metrics
}

/** The same for several lists of rows, predicted together. */
export function evaluateEach(context: RunContext, state: ModelState, lists: readonly Int32Array[]): Metrics[] {
  const width = outputWidth(context.workload)
  const all = predict(context, state, joined(lists))
  let start = 0
  return lists.map((rows) => {
    const outputs = all.subarray(start * width, (start += rows.length) * width)
    return metricsOf(context, outputs, rows)
  })
}

/** Metrics of outputs that were predicted for these rows. */
export const metricsOf = (context: RunContext, outputs: Float32Array, rows: Int32Array): Metrics =>
  computeMetrics(
    context.workload.task,
    predictionsOf(context, outputs, rows),
    context.data.targetScale,
    context.workload.requested,
  )

/** What was predicted for some rows. */
export interface Predicted {
  readonly outputs: Float32Array
  readonly rows: Int32Array
}

/** The part of it at these positions in the list of rows. */
export const predictedAt = ({ outputs, rows }: Predicted, positions: Int32Array): Predicted => ({
  outputs: gatherRows(outputs, outputs.length / Math.max(1, rows.length), positions),
  rows: positions.map((i) => rows[i] ?? -1),
})

/** Outputs that were predicted for these rows, with the answers. */
export function predictionsOf({ workload, data }: RunContext, outputs: Float32Array, rows: Int32Array): Predictions {
  if (rows.length === 0) throw new Error('a split without rows cannot be evaluated')
  return { outputs, targets: gatherRows(data.targets, targetWidth(data), rows), width: outputWidth(workload) }
}

function joined(lists: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0))
  let start = 0
  for (const rows of lists) {
    all.set(rows, start)
    start += rows.length
  }
  return all
}

/** Outputs of the model, rows × width. */
export function predict(context: RunContext, state: ModelState, rows: Int32Array): Float32Array {
  const {
    engine: { tf },
    model,
    workload,
    data,
    compiler,
  } = context
  const compiled = compiler && predictCompiled(compiler, model, state, rows, outputWidth(workload))
  if (compiled) return compiled
  const size = inputWidth(data)
  const width = outputWidth(workload)
  const out = new Float32Array(rows.length * width)
  const most = chunkRows(model)
  for (let start = 0; start < rows.length; start += most) {
    const chunk = rows.subarray(start, start + most)
    const outputs = tf.tidy(() => {
      const inputs = tf.tensor(gatherRows(data.inputs, size, chunk), [chunk.length, ...data.inputShape])
      return outputsOf(tf, model, state, inputs)
    })
    out.set(outputs.dataSync() as Float32Array, start * width)
    outputs.dispose()
  }
  return out
}

/** In batches of one size, so that one graph serves all of them. The last is padded with unused rows. */
function predictCompiled(
  compiler: Compiler,
  model: Model,
  state: ModelState,
  rows: Int32Array,
  width: number,
): Float32Array | null {
  const size = Math.ceil(rows.length / Math.ceil(rows.length / chunkRows(model)))
  const out = new Float32Array(rows.length * width)
  for (let start = 0; start < rows.length; start += size) {
    const part = new Int32Array(size).fill(rows[0] ?? 0)
    part.set(rows.subarray(start, start + size))
    const outputs = compiler.predict(model, state, part)
    if (!outputs) return null
    out.set(outputs.subarray(0, (rows.length - start) * width), start * width)
  }
  return out
}

/** At most `most` of the rows, evenly spaced: the same for every seed, with every part of the file represented. */
export function fixedSample(rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)] ?? 0)
}

/** The first metric that is not a finite number, or null. */
export function notFinite(metrics: Metrics): string | null {
  const found = Object.entries(metrics).find(([, value]) => !Number.isFinite(value))
  return found ? `${found[0]} is ${found[1]}` : null
}
