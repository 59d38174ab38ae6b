import { ok } from '../base/result.ts'
import { activate, onnxActivation, type Activation } from './activations.ts'
import type { LayerDefinition } from './definition.ts'
import { stateless } from './forward.ts'

interface ActivationLayer {
  readonly kind: 'activation'
  readonly activation: Activation
}

export const activation: LayerDefinition<ActivationLayer> = {
  kind: 'activation',
  schema: {
    summary: 'Applies an activation function.',
    arguments: {
      name: 'activationLayer',
      required: ['activation'],
      properties: {
        activation: { title: 'Activation', description: 'The function.', $ref: '#/$defs/activation', default: 'relu' },
      },
    },
    example: { activation: 'relu' },
  },
  normalize: (a) => ({ kind: 'activation', activation: a.activation }),
  outputShape: (_, input) => ok(input),
  parameters: () => [],
  forward: (tf, layer) => stateless((x) => activate(tf, layer.activation, x)),
  saved: {
    onnx: (graph, { activation: name }, { x }) => onnxActivation(graph, name, x),
    keras: (model, { activation: name }, { x, output }) =>
      model.layer('Activation', { activation: name }, { inputs: [x], output }),
  },
  words: (layer) => `activation ${layer.activation}`,
}
