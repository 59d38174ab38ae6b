import type { GradSaveFunc, Tensor3D } from '@tensorflow/tfjs-core'
import { err, ok } from '../base/result.ts'
import { misfit, type LayerDefinition } from './definition.ts'
import {
  dropoutMask,
  type ForwardOptions,
  type LayerFunction,
  stateless,
  type Tensor,
  type Tf,
  weightAt,
  withBias,
} from './forward.ts'
import { bias, channelsOf, kernel } from './parameters.ts'
import { farBelow, kerasAttention, onnxAttention, type Attention } from './saved-attention.ts'

interface MultiHeadAttention extends Attention {
  readonly kind: 'multiHeadAttention'
}

/**
 * Multi-head self-attention (Vaswani et al., 2017), [batch, steps, features] → the same: softmax(q kᵀ / √keyDim) v in every
 * head, and a product that mixes the heads. Dropout applies to the attention weights, as in Keras.
 *
 * Queries, keys and values come from one kernel: side by side in its columns, and head after head in each. Keras stores them
 * as three kernels [features, heads, keyDim]. Each is initialized as a separate kernel.
 *
 * No step attends to padding. What padding itself attends to is left to pooling, which leaves it out.
 */
export const multiHeadAttention: LayerDefinition<MultiHeadAttention> = {
  kind: 'multiHeadAttention',
  schema: {
    summary: 'Self-attention over the steps of a sequence [steps, features]. No step attends to padding.',
    arguments: {
      required: ['numHeads', 'keyDim'],
      properties: {
        numHeads: {
          title: 'Heads',
          description: 'Number of attention heads.',
          type: 'integer',
          minimum: 1,
          maximum: 1024,
          default: 4,
        },
        keyDim: {
          title: 'Key size',
          description:
            "Features of each head's queries, keys and values; usually those of the sequence divided by the heads.",
          $ref: '#/$defs/width',
          default: 16,
        },
        useBias: {
          title: 'Bias',
          description: 'Whether to add biases to queries, keys, values and the output.',
          type: 'boolean',
          default: true,
        },
        dropout: {
          title: 'Dropout',
          description: 'Share of attention weights to drop during training. null uses the dropout lever.',
          type: ['number', 'null'],
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0,
        },
      },
    },
    example: { numHeads: 4, keyDim: 16 },
  },
  normalize: ({ numHeads, keyDim, useBias = true, dropout = 0 }) => ({
    kind: 'multiHeadAttention',
    numHeads,
    keyDim,
    useBias,
    dropout,
  }),
  outputShape: (layer, input) =>
    input.length === 2 ? ok(input) : err(misfit(layer, input, 'a sequence: [steps, features]')),
  parameters: ({ numHeads, keyDim, useBias }, input) => {
    const [features, width] = [channelsOf(input), numHeads * keyDim]
    return [
      kernel('queryKeyValueKernel', [features, 3 * width], features, width),
      ...bias(useBias, 3 * width, 'queryKeyValueBias'),
      kernel('outputKernel', [width, features], width, features),
      ...bias(useBias, features, 'outputBias'),
    ]
  },
  forward: (tf, layer, { site }) => forward(tf, layer, site),
  saved: { onnx: onnxAttention, keras: kerasAttention },
  followsDropoutLever: (layer) => layer.dropout === null,
  words: (layer) => `multiHeadAttention ${layer.numHeads} heads of ${layer.keyDim}${dropoutWords(layer.dropout)}`,
}

const dropoutWords = (rate: number | null): string =>
  rate === 0 ? '' : rate === null ? ', dropout: the lever' : `, dropout ${rate}`

function forward(tf: Tf, layer: MultiHeadAttention, site: number): LayerFunction {
  const second = layer.useBias ? 2 : 1
  return stateless((x, weights, options, mask) => {
    const [batch, steps, features] = (x as Tensor3D).shape
    const width = layer.numHeads * layer.keyDim
    const rows = tf.reshape(x, [batch * steps, features])
    const projected = withBias(tf, tf.matMul(rows, weightAt(weights, 0)), weights, layer.useBias, 1)
    const split = tf.reshape(projected, [batch, steps, 3, layer.numHeads, layer.keyDim])
    const penalty = mask && tf.reshape(tf.mul(tf.sub(mask, 1), farBelow), [batch, 1, 1, steps])
    const attended = attend(tf, layer, split, { site, options, penalty })
    const mixed = tf.matMul(tf.reshape(attended, [batch * steps, width]), weightAt(weights, second))
    return tf.reshape(withBias(tf, mixed, weights, layer.useBias, second + 1), x.shape)
  })
}

interface Attending {
  readonly site: number
  readonly options: ForwardOptions
  /** [batch, 1, 1, steps], added to the scores; null if there is no padding. */
  readonly penalty: Tensor | null
}

/**
 * [batch, steps, 3, heads, keyDim] of queries, keys and values → [batch, steps, heads, keyDim]. The gradient is written by
 * hand: the row term that softmax subtracts, Σ dP ∘ P, equals Σ dO ∘ O (Dao et al., 2022), which takes at most a fourth of
 * the work.
 */
function attend(
  tf: Tf,
  { keyDim, dropout }: MultiHeadAttention,
  projected: Tensor,
  { site, options, penalty }: Attending,
): Tensor {
  const scale = 1 / Math.sqrt(keyDim)
  const apply = tf.customGrad((...args) => {
    const [given, save] = args as unknown as [Tensor, GradSaveFunc]
    const [queries, keys, values] = tf.unstack(tf.transpose(given, [2, 0, 3, 1, 4])) as [Tensor, Tensor, Tensor]
    const scaled = tf.mul(queries, scale)
    const scores = tf.matMul(scaled, keys, false, true)
    const shares = tf.softmax(penalty ? tf.add(scores, penalty) : scores)
    const mask = dropoutMask(shares, dropout, site, options)
    const out = tf.matMul(masked(tf, shares, mask), values)
    save([scaled, keys, values, shares, out, ...(mask ? [mask] : [])])
    return {
      value: tf.transpose(out, [0, 2, 1, 3]),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gradient(tf, dy, saved, scale),
    }
  })
  return apply(projected)
}

function gradient(tf: Tf, dy: Tensor, saved: readonly Tensor[], scale: number): Tensor {
  const [scaled, keys, values, shares, out, mask] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor?]
  const slope = tf.transpose(dy, [0, 2, 1, 3])
  const ofValues = tf.matMul(masked(tf, shares, mask), slope, true, false)
  const ofShares = masked(tf, tf.matMul(slope, values, false, true), mask)
  const ofScores = tf.mul(tf.sub(ofShares, tf.sum(tf.mul(slope, out), -1, true)), shares)
  const ofQueries = tf.mul(tf.matMul(ofScores, keys), scale)
  const ofKeys = tf.matMul(ofScores, scaled, true, false)
  return tf.transpose(tf.stack([ofQueries, ofKeys, ofValues]), [1, 3, 0, 2, 4])
}

const masked = (tf: Tf, x: Tensor, mask: Tensor | null | undefined): Tensor => (mask ? tf.mul(x, mask) : x)
