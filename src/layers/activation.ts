import { ok } from '../base/result.ts'
import { activate, type Activation } from './activations.ts'
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
  words: (layer) => `activation ${layer.activation}`,
}
