import { err, ok } from '../base/result.ts'
import { misfit, type LayerDefinition } from './definition.ts'
import { weightAt } from './forward.ts'
import { savedAt } from './saved.ts'

interface Embedding<Words = number> {
  readonly kind: 'embedding'
  readonly inputDim: Words
  readonly outputDim: number
  /** Whether 0 is padding. If absent after normalizing, a text column decides; if absent in a model, it is not. */
  readonly maskZero?: boolean
}

/** Codes of ONNX' TensorProto.DataType. */
const onnxType = { float: 1, int64: 7 } as const

/**
 * [batch, length] of integers in [0, inputDim) → [batch, length, outputDim], and with `maskZero` the mask of the steps that
 * are not 0. A number out of range throws.
 */
export const embedding: LayerDefinition<Embedding, Embedding<number | 'vocabulary'>> = {
  kind: 'embedding',
  schema: {
    summary: 'Maps each whole number of the input to a learned vector. It must be the first layer.',
    arguments: {
      required: ['inputDim', 'outputDim'],
      properties: {
        inputDim: {
          title: 'Input values',
          description:
            'Vocabulary size: inputs are whole numbers from 0 to this minus 1. vocabulary stands for that of a text column.',
          default: 1000,
          anyOf: [
            { type: 'integer', minimum: 1, maximum: 10000000 },
            { type: 'string', enum: ['vocabulary'] },
          ],
        },
        outputDim: { title: 'Output features', description: 'Length of each vector.', $ref: '#/$defs/width', default: 16 },
        maskZero: {
          title: 'Mask zero',
          description:
            'Whether 0 is padding, which attention and pooling leave out. Default: true for a text column, otherwise false.',
          type: 'boolean',
          default: false,
        },
      },
    },
    example: { inputDim: 1000, outputDim: 16 },
  },
  normalize: ({ inputDim, outputDim, maskZero }) => ({
    kind: 'embedding',
    inputDim,
    outputDim,
    ...(maskZero === undefined ? {} : { maskZero }),
  }),
  resolve: ({ kind, inputDim, outputDim, maskZero }, { vocabulary }) => ({
    kind,
    inputDim: inputDim === 'vocabulary' ? (vocabulary ?? 1) : inputDim,
    outputDim,
    ...((maskZero ?? vocabulary !== undefined) ? { maskZero: true } : {}),
  }),
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
  forward:
    (tf, { maskZero = false }) =>
    ({ x, weights, statistics }) => ({
      outputs: tf.gather(weightAt(weights, 0), tf.cast(x, 'int32')),
      statistics,
      ...(maskZero ? { mask: tf.cast(tf.notEqual(x, 0), 'float32') } : {}),
    }),
  saved: {
    onnx: (graph, { maskZero = false }, { x, weights }) => {
      const ids = graph.node('Cast', [x], { to: { int: onnxType.int64 } })
      const outputs = graph.node('Gather', [graph.weight(savedAt(weights, 0)), ids])
      if (!maskZero) return outputs
      const padding = graph.node('Equal', [x, graph.float(0)])
      return { outputs, mask: graph.node('Cast', [graph.node('Not', [padding])], { to: { int: onnxType.float } }) }
    },
    keras: (model, { inputDim, outputDim, maskZero = false }, { x, output, weights }) => {
      const config = { input_dim: inputDim, output_dim: outputDim, mask_zero: maskZero }
      const outputs = model.layer('Embedding', config, { inputs: [x], output, variables: weights })
      // Keras passes the mask on by itself. Where a layer computes with it, the ids say the same.
      return maskZero ? { outputs, mask: x } : outputs
    },
  },
  readsWholeNumbers: 'an embedding reads whole numbers, so make it the first layer',
  wholeNumbers: ({ inputDim }) => inputDim,
  words: ({ inputDim, outputDim, maskZero }) => `embedding ${inputDim} to ${outputDim}${maskZero ? ', 0 is padding' : ''}`,
}
