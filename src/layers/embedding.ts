import { err, ok } from '../base/result.ts'
import { misfit, type LayerDefinition } from './definition.ts'
import { stateless, weightAt } from './forward.ts'

interface Embedding {
  readonly kind: 'embedding'
  readonly inputDim: number
  readonly outputDim: number
}

/** [batch, length] of integers in [0, inputDim) → [batch, length, outputDim]. A number out of range throws. */
export const embedding: LayerDefinition<Embedding> = {
  kind: 'embedding',
  schema: {
    summary: 'Maps each whole number of the input to a learned vector. It must be the first layer.',
    arguments: {
      required: ['inputDim', 'outputDim'],
      properties: {
        inputDim: {
          title: 'Input values',
          description: 'Vocabulary size: inputs are whole numbers from 0 to this minus 1.',
          type: 'integer',
          minimum: 1,
          maximum: 10000000,
          default: 1000,
        },
        outputDim: { title: 'Output features', description: 'Length of each vector.', $ref: '#/$defs/width', default: 16 },
      },
    },
    example: { inputDim: 1000, outputDim: 16 },
  },
  normalize: (a) => ({ kind: 'embedding', inputDim: a.inputDim, outputDim: a.outputDim }),
  outputShape: (layer, input) =>
    input.length === 1 ? ok([...input, layer.outputDim]) : err(misfit(layer, input, 'a row of whole numbers: [length]')),
  parameters: ({ inputDim, outputDim }) => [
    {
      name: 'embeddings',
      shape: [inputDim, outputDim],
      initializer: { kind: 'uniform', limit: 0.05 },
      trainable: true,
      decay: true,
    },
  ],
  forward: (tf) => stateless((x, weights) => tf.gather(weightAt(weights, 0), tf.cast(x, 'int32'))),
  readsWholeNumbers: 'an embedding reads whole numbers, so make it the first layer',
  words: (layer) => `embedding ${layer.inputDim} to ${layer.outputDim}`,
}
