import { ok } from '../base/result.ts'
import type { LayerDefinition } from './definition.ts'
import { type FusedOps, type LayerFunction, weightAt, type Tensor, type Tf } from './forward.ts'
import { normalize } from './normalization.ts'
import { channelsOf, norm } from './parameters.ts'
import { savedAt } from './saved.ts'

interface BatchNormalization {
  readonly kind: 'batchNormalization'
  readonly momentum: number
  readonly epsilon: number
}

/** Batch normalization over the last size (Ioffe and Szegedy, 2015). */
export const batchNormalization: LayerDefinition<BatchNormalization> = {
  kind: 'batchNormalization',
  schema: {
    summary: 'Normalizes each channel over the batch.',
    arguments: {
      properties: {
        momentum: {
          title: 'Momentum',
          description: 'Weight of past batches in the running statistics.',
          type: 'number',
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0.99,
        },
        epsilon: {
          title: 'Epsilon',
          description: 'Added to the variance.',
          type: 'number',
          exclusiveMinimum: 0,
          maximum: 1,
          default: 0.001,
        },
      },
    },
    example: {},
    bare: 'possible',
  },
  normalize: (a) => ({ kind: 'batchNormalization', momentum: a.momentum ?? 0.99, epsilon: a.epsilon ?? 0.001 }),
  outputShape: (_, input) => ok(input),
  parameters: (_, input) => {
    const channels = channelsOf(input)
    return [
      norm('gamma', channels, 'ones'),
      norm('beta', channels, 'zeros'),
      norm('movingMean', channels, 'zeros', false),
      norm('movingVariance', channels, 'ones', false),
    ]
  },
  forward: (tf, layer, { fused }) => forward(tf, layer, fused),
  saved: {
    onnx: (graph, { epsilon }, { x, weights, statistics }) => {
      const [gamma, beta] = [graph.weight(savedAt(weights, 0)), graph.weight(savedAt(weights, 1))]
      const [mean, variance] = [graph.weight(savedAt(statistics, 0)), graph.weight(savedAt(statistics, 1))]
      const sd = graph.node('Sqrt', [graph.node('Add', [variance, graph.float(epsilon)])])
      const scale = graph.node('Div', [gamma, sd])
      const shift = graph.node('Sub', [beta, graph.node('Mul', [mean, scale])])
      return graph.node('Add', [graph.node('Mul', [x, scale]), shift])
    },
    keras: (model, { momentum, epsilon }, { x, output, weights, statistics }) =>
      model.layer(
        'BatchNormalization',
        { axis: -1, momentum, epsilon },
        { inputs: [x], output, variables: [...weights, ...statistics] },
      ),
  },
  words: () => 'batchNormalization',
}

/**
 * Training normalizes by the batch's own mean and biased variance, inference by the running ones. The running statistics
 * move as in Keras: old · momentum + batch · (1 − momentum), with the biased variance (PyTorch moves the unbiased one). No
 * gradient flows through them.
 */
function forward(tf: Tf, layer: BatchNormalization, fused: FusedOps | undefined): LayerFunction {
  return ({ x, weights, statistics, options }) => {
    const [gamma, beta] = [weightAt(weights, 0), weightAt(weights, 1)]
    const [mean, variance] = [weightAt(statistics, 0), weightAt(statistics, 1)]
    if (!options.training) {
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, layer.epsilon)))
      return { outputs: tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale))), statistics }
    }
    const features = x.shape.at(-1) ?? 0
    const move = (old: Tensor, now: Tensor): Tensor =>
      tf.add(tf.mul(old, layer.momentum), tf.mul(tf.reshape(now, [features]), 1 - layer.momentum))
    if (fused) {
      const { outputs, mean: now, variance: spread } = fused.batchNormalization(x, gamma, beta, layer.epsilon)
      return { outputs, statistics: [move(mean, now), move(variance, spread)] }
    }
    const batch = normalize(tf, tf.reshape(x, [-1, features]), 0, layer.epsilon)
    return {
      outputs: tf.reshape(tf.add(tf.mul(batch.outputs, gamma), beta), x.shape),
      statistics: [move(mean, batch.mean), move(variance, batch.variance)],
    }
  }
}
