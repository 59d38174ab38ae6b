import { ok } from '../base/result.ts'
import type { LayerDefinition } from './definition.ts'
import { dropoutMask, stateless } from './forward.ts'

interface Dropout {
  readonly kind: 'dropout'
  /** Null means the dropout lever. */
  readonly rate: number | null
}

/**
 * Inverted dropout (Srivastava et al., 2014): kept values are scaled by 1 / (1 − rate) in training, so that inference needs
 * no scaling. The layer's own rate takes precedence over the lever.
 */
export const dropout: LayerDefinition<Dropout> = {
  kind: 'dropout',
  schema: {
    summary: 'Drops values at random during training.',
    arguments: {
      properties: {
        rate: {
          title: 'Rate',
          description: 'Share of values to drop. null uses the dropout lever.',
          type: ['number', 'null'],
          minimum: 0,
          exclusiveMaximum: 1,
          default: null,
        },
      },
    },
    example: {},
    bare: 'usual',
  },
  normalize: (a) => ({ kind: 'dropout', rate: a.rate ?? null }),
  outputShape: (_, input) => ok(input),
  parameters: () => [],
  forward: (tf, layer, { site }) =>
    stateless((x, _, options) => {
      const mask = dropoutMask(x, layer.rate, site, options)
      return mask ? tf.mul(x, mask) : x
    }),
  saved: {
    onnx: (_, __, { x }) => x,
    keras: (model, { rate }, { x, output, dropout }) =>
      model.layer('Dropout', { rate: rate ?? dropout }, { inputs: [x], output }),
  },
  followsDropoutLever: (layer) => layer.rate === null,
  words: (layer) => (layer.rate === null ? 'dropout, the lever' : `dropout ${layer.rate}`),
}
