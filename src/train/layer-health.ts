import type { LayerHealth } from '../records/run.ts'
import type { BatchSource } from './batches.ts'
import type { RunContext } from './context.ts'
import type { Learner } from './learner.ts'
import { rounded } from './round.ts'
import { batchGradient, splitWeights } from './step.ts'

/** Rows that a unit must leave without a gradient to be dead, and the most batches they come from. */
const [leastRows, mostBatches] = [128, 8]

/**
 * What the last batches of a run tell about each layer: the norm of its gradient, and how many of its units get none. A
 * ReLU that is 0 for every row passes no gradient to its weights; a saturated unit passes nearly none. Computed op by op, so
 * that every engine gives the same, once at the end of a run.
 */
export function layerHealth(context: RunContext, learner: Learner, batches: BatchSource, steps: number): LayerHealth[] {
  const { model } = context
  const gradients = lastGradients(context, learner, batches, steps)
  const weights = learner.checkpoint().weights
  return model.parameters
    .filter(({ shape }) => shape.length > 1)
    .map(({ name, shape, size, offset }) => {
      const units = shape.at(-1) ?? 1
      const bias = model.parameters.find((p) => p.name === biasOf(name) && p.size === units)
      const isDead = (unit: number): boolean =>
        gradients.every((gradient) => {
          if (bias && gradient[bias.offset + unit] !== 0) return false
          for (let i = offset + unit; i < offset + size; i += units) if (gradient[i] !== 0) return false
          return true
        })
      const norm = (values: Float32Array): number => Math.hypot(...norms(values.subarray(offset, offset + size)))
      return {
        name,
        gradientNorm: rounded(gradients.reduce((sum, gradient) => sum + norm(gradient), 0) / gradients.length),
        weightNorm: rounded(norm(weights)),
        units,
        deadUnits: Array.from({ length: units }, (_, unit) => unit).filter(isDead).length,
      }
    })
}

const biasOf = (kernel: string): string => `${kernel.slice(0, kernel.lastIndexOf('.'))}.bias`

/** Norms of stretches: the arguments of one call are limited. */
function norms(values: Float32Array): number[] {
  const stretch = 4096
  return Array.from({ length: Math.ceil(values.length / stretch) }, (_, i) =>
    Math.hypot(...values.subarray(i * stretch, (i + 1) * stretch)),
  )
}

function lastGradients(
  { engine: { tf }, model }: RunContext,
  { settings, state, upload }: Learner,
  batches: BatchSource,
  steps: number,
): Float32Array[] {
  const rows = batches(steps - 1)[0]?.rows ?? leastRows
  const count = Math.min(mostBatches, steps, Math.ceil(leastRows / rows))
  return Array.from({ length: count }, (_, i) => {
    const step = steps - 1 - i
    const gradient = tf.tidy(() => {
      const [batch] = upload(batches(step).slice(0, 1), step)
      if (!batch) throw new Error('a step without a batch')
      const found = batchGradient(tf, settings, splitWeights(tf, model, state.weights), state.statistics, batch)
      // The statistics are kept outside of the scope.
      tf.dispose([...found.statistics])
      return found.gradient
    })
    const values = Float32Array.from(gradient.dataSync() as Float32Array)
    gradient.dispose()
    return values
  })
}
