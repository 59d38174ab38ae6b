import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TensorContainer } from '@tensorflow/tfjs-core'
import type { Layer } from '../../src/layers/layer.ts'
import { inferShapes } from '../../src/layers/shapes.ts'
import { buildModel } from '../../src/train/model.ts'
import type { ForwardOptions, FusedOps, Tensor, Tf } from '../../src/layers/forward.ts'
import type { Model } from '../../src/train/types.ts'

/** One entry of `layers.json`; all tensors are flat, in the project's layout. */
export interface LayerCase {
  readonly name: string
  readonly layers: readonly Layer[]
  readonly inputShape: readonly number[]
  readonly batch: number
  readonly training: boolean
  readonly inputs: readonly number[]
  readonly weights: readonly number[]
  readonly statistics: readonly number[]
  /** What each output counts in the sum that is differentiated. */
  readonly slope: readonly number[]
  readonly outputs: readonly number[]
  readonly gradients: readonly number[]
  readonly inputGradient: readonly number[] | null
  readonly statisticsAfter: readonly number[]
}

export const layerCases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../train/layers/fixtures/layers.json'), 'utf8'),
) as readonly LayerCase[]

export function modelOf(tf: Tf, layers: readonly Layer[], inputShape: readonly number[], fused?: FusedOps): Model {
  const shaped = inferShapes(layers, inputShape)
  if (!shaped.ok) throw new Error(JSON.stringify(shaped.error))
  return buildModel(tf, shaped.value, fused)
}

/** The flat vector as one tensor a parameter. */
export function weightTensors(tf: Tf, model: Model, flat: ArrayLike<number>): Tensor[] {
  return model.parameters.map((p) => tf.tensor(slice(flat, p.offset, p.size), [...p.shape], 'float32'))
}

export function statisticTensors(tf: Tf, model: Model, flat?: ArrayLike<number>): Tensor[] {
  let offset = 0
  return model.statistics.map(({ shape, initial }) => {
    const size = shape.reduce((product, length) => product * length, 1)
    const values = flat ? slice(flat, offset, size) : new Float32Array(size).fill(initial)
    offset += size
    return tf.tensor(values, [...shape], 'float32')
  })
}

const slice = (flat: ArrayLike<number>, from: number, size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => flat[from + i] as number)

export const flatten = (tensors: readonly Tensor[]): number[] => tensors.flatMap((t) => [...t.dataSync()])

export const noDropout = (training: boolean): ForwardOptions => ({ training, dropout: 0, random: null })

/** `tf.tidy` for results of any type: what is in them and is a tensor is kept. */
export function tidy<T>(tf: Tf, work: () => T): T {
  let result: T | undefined
  tf.tidy(() => {
    result = work()
    return result as TensorContainer
  })
  return result as T
}

type Results = Pick<LayerCase, 'outputs' | 'gradients' | 'inputGradient' | 'statisticsAfter'>

/** Forward and backward of a case from its own numbers; the gradient is that of Σ outputs · slope. */
export function differentiate(tf: Tf, c: LayerCase, fused?: FusedOps): Results {
  return tidy(tf, () => {
    const model = modelOf(tf, c.layers, c.inputShape, fused)
    const [weights, statistics] = [weightTensors(tf, model, c.weights), statisticTensors(tf, model, c.statistics)]
    const inputs = tf.tensor([...c.inputs], [c.batch, ...c.inputShape], 'float32')
    const result = model.forward(weights, statistics, inputs, noDropout(c.training))
    const slope = tf.tensor([...c.slope], result.outputs.shape, 'float32')
    const sum = (w: readonly Tensor[], x: Tensor): Tensor =>
      tf.sum(tf.mul(model.forward(w, statistics, x, noDropout(c.training)).outputs, slope))
    // The input is differentiated apart from the weights, as it is when a layer stands first and when it does not.
    const gradients = weights.length > 0 ? tf.grads((...w: Tensor[]) => sum(w, inputs))(weights) : []
    const inputGradient = c.inputGradient && [
      ...tf
        .grad((x: Tensor) => sum(weights, x))(inputs)
        .dataSync(),
    ]
    const outputs = flatten([result.outputs])
    return { outputs, gradients: flatten(gradients), inputGradient, statisticsAfter: flatten(result.statistics) }
  })
}

/** Σ outputs · slope in double precision, as a function of the flat weights. */
export function weightedOutput(tf: Tf, c: LayerCase, weights: ArrayLike<number>, fused?: FusedOps): number {
  return tidy(tf, () => {
    const model = modelOf(tf, c.layers, c.inputShape, fused)
    const inputs = tf.tensor([...c.inputs], [c.batch, ...c.inputShape], 'float32')
    const { outputs } = model.forward(
      weightTensors(tf, model, weights),
      statisticTensors(tf, model, c.statistics),
      inputs,
      noDropout(c.training),
    )
    return [...outputs.dataSync()].reduce((total, value, i) => total + value * (c.slope[i] as number), 0)
  })
}
