import type { Tensor2D } from '@tensorflow/tfjs-core'
import { err, ok } from '../base/result.ts'
import { activate, activationWords, onnxActivation, type Activation } from './activations.ts'
import { misfit, type LayerDefinition } from './definition.ts'
import { stateless, weightAt, withBias } from './forward.ts'
import { bias, channelsOf, kernel } from './parameters.ts'
import { onnxBias, savedAt } from './saved.ts'

interface Dense<Units = number> {
  readonly kind: 'dense'
  readonly units: Units
  readonly activation: Activation
  readonly useBias: boolean
}

/** [..., features] → [..., units]: one product over all leading dimensions together. */
export const dense: LayerDefinition<Dense, Dense<number | 'classes'>> = {
  kind: 'dense',
  schema: {
    summary: 'A fully connected layer.',
    arguments: {
      required: ['units'],
      properties: {
        units: {
          title: 'Units',
          description: 'Number of outputs. classes stands for the number of classes, or 1 for regression.',
          default: 'classes',
          anyOf: [
            { type: 'integer', minimum: 1, maximum: 65536 },
            { type: 'string', enum: ['classes'] },
          ],
        },
        activation: {
          title: 'Activation',
          description: 'Applied to the output. Leave it out of the last layer: the loss takes logits.',
          $ref: '#/$defs/activation',
          default: 'linear',
        },
        useBias: { title: 'Bias', description: 'Whether to add a bias.', type: 'boolean', default: true },
      },
    },
    example: { units: 'classes' },
  },
  normalize: (a) => ({ kind: 'dense', units: a.units, activation: a.activation ?? 'linear', useBias: a.useBias ?? true }),
  resolve: (layer, { classes }) => ({ ...layer, units: layer.units === 'classes' ? classes : layer.units }),
  outputShape: (layer, input) =>
    input.length >= 1
      ? ok([...input.slice(0, -1), layer.units])
      : err(misfit(layer, input, 'at least one feature: [features]')),
  parameters: ({ units, useBias }, input) => {
    const features = channelsOf(input)
    return [kernel('kernel', [features, units], features, units), ...bias(useBias, units)]
  },
  forward: (tf, layer) =>
    stateless((x, weights) => {
      const rows = x.rank === 2 ? x : tf.reshape(x, [-1, x.shape.at(-1) ?? 0])
      const result = tf.matMul(rows as Tensor2D, weightAt(weights, 0) as Tensor2D)
      const out = activate(tf, layer.activation, withBias(tf, result, weights, layer.useBias, 1))
      return x.rank === 2 ? out : tf.reshape(out, [...x.shape.slice(0, -1), layer.units])
    }),
  saved: {
    onnx: (graph, { activation, useBias }, step) => {
      const product = graph.node('MatMul', [step.x, graph.weight(savedAt(step.weights, 0))])
      return onnxActivation(graph, activation, onnxBias(graph, product, step, useBias, 1))
    },
    keras: (model, { units, activation, useBias }, { x, output, weights }) =>
      model.layer('Dense', { units, activation, use_bias: useBias }, { inputs: [x], output, variables: weights }),
  },
  words: (layer) => `dense ${layer.units} units${activationWords(layer.activation)}`,
}
