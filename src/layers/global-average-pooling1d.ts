import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core'
import { err, ok } from '../base/result.ts'
import { misfit, type LayerDefinition } from './definition.ts'
import { stateless, type Tensor, type Tf } from './forward.ts'
import type { KerasModel, Node, SavedStep } from './saved.ts'

interface GlobalAveragePooling1d {
  readonly kind: 'globalAveragePooling1d'
  /** Absent for the mean, so that models without it keep their identity. */
  readonly combiner?: 'sqrtn'
}

/**
 * [batch, steps, features] → [batch, features]: the sum over the steps that are not padding, divided by their number n; with
 * `combiner: sqrtn` by √n, as TensorFlow's embedding columns and StarSpace (Wu et al., 2018) do. 0 if all steps are padding.
 */
export const globalAveragePooling1d: LayerDefinition<GlobalAveragePooling1d> = {
  kind: 'globalAveragePooling1d',
  schema: {
    summary: 'Averages over the steps of a sequence [steps, features]. Padding does not count.',
    arguments: {
      properties: {
        combiner: {
          title: 'Combiner',
          description:
            'mean divides the sum over n steps by n. sqrtn divides it by √n: a bag of word vectors then says more the longer a text is.',
          type: 'string',
          enum: ['mean', 'sqrtn'],
          default: 'mean',
        },
      },
    },
    example: {},
    bare: 'possible',
  },
  normalize: ({ combiner }) => ({ kind: 'globalAveragePooling1d', ...(combiner === 'sqrtn' ? { combiner } : {}) }),
  outputShape: (layer, input) =>
    input.length === 2 ? ok([input[1] ?? 0]) : err(misfit(layer, input, 'a sequence: [steps, features]')),
  parameters: () => [],
  forward: (tf, { combiner }) =>
    stateless((x, _, __, mask) => {
      if (mask) return maskedSum(tf, x as Tensor3D, mask, combiner)
      const [batch, steps, features] = (x as Tensor3D).shape
      const images = tf.reshape(x, [batch, steps, 1, features]) as Tensor4D
      const mean = tf.reshape(tf.avgPool(images, [steps, 1], 1, 'valid'), [batch, features])
      return combiner === 'sqrtn' ? tf.mul(mean, Math.sqrt(steps)) : mean
    }),
  saved: {
    onnx: (graph, { combiner }, { x, input: [steps = 1], mask }) => {
      if (mask === null) {
        const mean = graph.node('ReduceMean', [x], { axes: { ints: [1] }, keepdims: { int: 0 } })
        return combiner === 'sqrtn' ? graph.node('Mul', [mean, graph.float(Math.sqrt(steps))]) : mean
      }
      const count = graph.node('ReduceSum', [mask, graph.integers([1])], { keepdims: { int: 1 } })
      const atLeast1 = graph.node('Max', [count, graph.float(1)])
      const divisor = combiner === 'sqrtn' ? graph.node('Sqrt', [atLeast1]) : atLeast1
      const shares = graph.node('Div', [mask, divisor])
      const weighted = graph.node('Mul', [x, graph.node('Unsqueeze', [shares, graph.integers([2])])])
      return graph.node('ReduceSum', [weighted, graph.integers([1])], { keepdims: { int: 0 } })
    },
    keras: (model, { combiner }, step) =>
      combiner === 'sqrtn' && step.mask !== null ? kerasRoot(model, step.mask, step) : kerasMean(model, combiner, step),
  },
  words: ({ combiner }) => `globalAveragePooling1d${combiner === 'sqrtn' ? ', sum / √steps' : ''}`,
}

/** As a product with each step's share, which has a product as gradient. */
function maskedSum(tf: Tf, x: Tensor3D, mask: Tensor, combiner: 'sqrtn' | undefined): Tensor {
  const [batch, steps, features] = x.shape
  const count = tf.maximum(tf.sum(mask, 1, true), 1)
  const shares = tf.div(mask, combiner === 'sqrtn' ? tf.sqrt(count) : count)
  return tf.reshape(tf.matMul(tf.reshape(shares, [batch, 1, steps]), x), [batch, features])
}

/** Keras leaves padding out of the mean by itself. */
function kerasMean(model: KerasModel, combiner: 'sqrtn' | undefined, { x, input: [steps = 1], output }: SavedStep): Node {
  const mean = model.layer('GlobalAveragePooling1D', {}, { inputs: [x], output })
  return combiner === 'sqrtn'
    ? model.layer('Rescaling', { scale: Math.sqrt(steps), offset: 0 }, { inputs: [mean], output })
    : mean
}

/** Ids cut at 1 are 1 at the n steps and 0 at padding. Divided by their norm they are 1 / √n, the weight of each step. */
function kerasRoot(model: KerasModel, ids: Node, { x, input: [steps = 1], output }: SavedStep): Node {
  const row = [steps]
  const ones = model.layer('ReLU', { max_value: 1 }, { inputs: [ids], output: row })
  const shares = model.layer('UnitNormalization', { axis: -1 }, { inputs: [ones], output: row })
  return model.layer('Dot', { axes: 1 }, { inputs: [shares, x], asList: true, output })
}
