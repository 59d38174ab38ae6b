import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core'
import { err, ok } from '../base/result.ts'
import { misfit, noArguments, type LayerDefinition } from './definition.ts'
import { stateless, type Tensor, type Tf } from './forward.ts'

interface GlobalAveragePooling1d {
  readonly kind: 'globalAveragePooling1d'
}

/** [batch, steps, features] → [batch, features]: the mean over the steps that are not padding, 0 if all of them are. */
export const globalAveragePooling1d: LayerDefinition<GlobalAveragePooling1d> = {
  kind: 'globalAveragePooling1d',
  schema: {
    summary: 'Averages over the steps of a sequence [steps, features]. Padding does not count.',
    arguments: noArguments,
    example: {},
    bare: 'possible',
  },
  normalize: () => ({ kind: 'globalAveragePooling1d' }),
  outputShape: (layer, input) =>
    input.length === 2 ? ok([input[1] ?? 0]) : err(misfit(layer, input, 'a sequence: [steps, features]')),
  parameters: () => [],
  forward: (tf) =>
    stateless((x, _, __, mask) => {
      if (mask) return maskedMean(tf, x as Tensor3D, mask)
      const [batch, steps, features] = (x as Tensor3D).shape
      const images = tf.reshape(x, [batch, steps, 1, features]) as Tensor4D
      return tf.reshape(tf.avgPool(images, [steps, 1], 1, 'valid'), [batch, features])
    }),
  saved: {
    onnx: (graph, _, { x, mask }) => {
      if (mask === null) return graph.node('ReduceMean', [x], { axes: { ints: [1] }, keepdims: { int: 0 } })
      const steps = graph.node('ReduceSum', [mask, graph.integers([1])], { keepdims: { int: 1 } })
      const shares = graph.node('Div', [mask, graph.node('Max', [steps, graph.float(1)])])
      const weighted = graph.node('Mul', [x, graph.node('Unsqueeze', [shares, graph.integers([2])])])
      return graph.node('ReduceSum', [weighted, graph.integers([1])], { keepdims: { int: 0 } })
    },
    keras: (model, _, { x, output }) => model.layer('GlobalAveragePooling1D', {}, { inputs: [x], output }),
  },
  words: () => 'globalAveragePooling1d',
}

/** As a product with each step's share, which has a product as gradient. */
function maskedMean(tf: Tf, x: Tensor3D, mask: Tensor): Tensor {
  const [batch, steps, features] = x.shape
  const shares = tf.div(mask, tf.maximum(tf.sum(mask, 1, true), 1))
  return tf.reshape(tf.matMul(tf.reshape(shares, [batch, 1, steps]), x), [batch, features])
}
