import { gatherRows } from '../data/batches.ts'
import type { Metrics } from '../model/metrics.ts'
import type { Compiler } from './compiled/compiler.ts'
import { outputWidth, type RunContext } from './context.ts'
import { computeMetrics } from './metrics.ts'
import { splitWeights, type TrainState } from './step.ts'
import type { ForwardOptions, Model } from './types.ts'

/** Rows of one forward pass; it bounds memory and changes no result. */
const chunkRows = 256
const inference: ForwardOptions = { training: false, dropout: 0, random: null }

/** Metrics of the model on some rows, without augmentation and dropout, by the running statistics; at least one row. */
export function evaluate(context: RunContext, state: TrainState, rows: Int32Array): Metrics {
  const { workload, data } = context
  if (rows.length === 0) throw new Error('a split without rows cannot be evaluated')
  const targets = gatherRows(data.targets, 1, rows)
  const predictions = { outputs: predict(context, state, rows), targets, width: outputWidth(workload) }
  return computeMetrics(workload.task, predictions, data.targetScale)
}

/** Outputs of the model, rows × width. */
export function predict(context: RunContext, state: TrainState, rows: Int32Array): Float32Array {
  const { engine: { tf }, model, workload, data, compiler } = context
  const compiled = compiler && predictCompiled(compiler, model, state, rows, outputWidth(workload))
  if (compiled) return compiled
  const size = data.inputs.length / data.targets.length
  const width = outputWidth(workload)
  const out = new Float32Array(rows.length * width)
  for (let start = 0; start < rows.length; start += chunkRows) {
    const chunk = rows.subarray(start, start + chunkRows)
    const outputs = tf.tidy(() => {
      const inputs = tf.tensor(gatherRows(data.inputs, size, chunk), [chunk.length, ...data.inputShape])
      return model.forward(splitWeights(tf, model, state.weights), state.statistics, inputs, inference).outputs
    })
    out.set(outputs.dataSync() as Float32Array, start * width)
    outputs.dispose()
  }
  return out
}

/** In parts of one size, so that one graph does for all of them; the last is filled up with rows that are not wanted. */
function predictCompiled(
  compiler: Compiler, model: Model, state: TrainState, rows: Int32Array, width: number,
): Float32Array | null {
  const size = Math.ceil(rows.length / Math.ceil(rows.length / chunkRows))
  const out = new Float32Array(rows.length * width)
  for (let start = 0; start < rows.length; start += size) {
    const part = new Int32Array(size).fill(rows[0] as number)
    part.set(rows.subarray(start, start + size))
    const outputs = compiler.predict(model, state, part)
    if (!outputs) return null
    out.set(outputs.subarray(0, (rows.length - start) * width), start * width)
  }
  return out
}

/** At most `most` of the rows, evenly spaced: the same for every seed, and every part of the file has its share. */
export function fixedSample(rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)] as number)
}

/** The first metric that is not a finite number, or null. */
export function notFinite(metrics: Metrics): string | null {
  const found = Object.entries(metrics).find(([, value]) => !Number.isFinite(value))
  return found ? `${found[0]} is ${found[1]}` : null
}
