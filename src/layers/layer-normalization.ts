import { ok } from '../base/result.ts'
import type { LayerDefinition } from './definition.ts'
import { stateless, weightAt } from './forward.ts'
import { normalize } from './normalization.ts'
import { channelsOf, norm } from './parameters.ts'
import { savedAt } from './saved.ts'

interface LayerNormalization {
  readonly kind: 'layerNormalization'
  readonly epsilon: number
}

/** Layer normalization over the last size of each example (Ba et al., 2016). */
export const layerNormalization: LayerDefinition<LayerNormalization> = {
  kind: 'layerNormalization',
  schema: {
    summary: 'Normalizes the last axis of each example.',
    arguments: {
      properties: {
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
  normalize: (a) => ({ kind: 'layerNormalization', epsilon: a.epsilon ?? 0.001 }),
  outputShape: (_, input) => ok(input),
  parameters: (_, input) => [norm('gamma', channelsOf(input), 'ones'), norm('beta', channelsOf(input), 'zeros')],
  forward: (tf, layer) =>
    stateless((x, weights) => {
      const rows = tf.reshape(x, [-1, x.shape.at(-1) ?? 0])
      const { outputs } = normalize(tf, rows, 1, layer.epsilon)
      return tf.reshape(tf.add(tf.mul(outputs, weightAt(weights, 0)), weightAt(weights, 1)), x.shape)
    }),
  saved: {
    onnx: (graph, { epsilon }, { x, weights }) => {
      const [gamma, beta] = [graph.weight(savedAt(weights, 0)), graph.weight(savedAt(weights, 1))]
      return graph.node('LayerNormalization', [x, gamma, beta], { axis: { int: -1 }, epsilon: { float: epsilon } })
    },
    keras: (model, { epsilon }, { x, output, weights }) =>
      model.layer('LayerNormalization', { axis: -1, epsilon }, { inputs: [x], output, variables: weights }),
  },
  words: () => 'layerNormalization',
}
