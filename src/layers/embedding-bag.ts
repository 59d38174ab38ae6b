import { err, ok } from '../base/result.ts'
import { misfit, type LayerDefinition } from './definition.ts'
import { embedding } from './embedding.ts'
import type { LayerInput } from './forward.ts'
import { globalAveragePooling1d } from './global-average-pooling1d.ts'
import type { KerasModel, Node, OnnxGraph, SavedLayer, SavedOutput, SavedStep } from './saved.ts'

interface EmbeddingBag<Words = number> {
  readonly kind: 'embeddingBag'
  readonly inputDim: Words
  readonly outputDim: number
  readonly combiner: 'mean' | 'sqrtn'
  /** How many of the inputs, from the first, are token ids. Absent if all are. */
  readonly tokens?: number
}

/**
 * [batch, tokens + rest] → [batch, outputDim + rest]: the first inputs are token ids, whose vectors are pooled; the others pass
 * unchanged. So a text and columns become one row of features. It is an `embedding` that masks 0, and its pooling.
 */
export const embeddingBag: LayerDefinition<EmbeddingBag, EmbeddingBag<number | 'vocabulary'>> = {
  kind: 'embeddingBag',
  schema: {
    summary:
      'Pools the learned vectors of token ids, of which 0 is padding, and passes the columns beside the text on. It must be the ' +
      'first layer.',
    arguments: {
      required: ['inputDim', 'outputDim'],
      properties: {
        inputDim: {
          title: 'Input values',
          description:
            'Vocabulary size: ids are whole numbers from 0 to this minus 1. vocabulary stands for that of a text column.',
          default: 'vocabulary',
          anyOf: [
            { type: 'integer', minimum: 1, maximum: 10000000 },
            { type: 'string', enum: ['vocabulary'] },
          ],
        },
        outputDim: { title: 'Output features', description: 'Length of each vector.', $ref: '#/$defs/width', default: 64 },
        combiner: {
          title: 'Combiner',
          description: 'sqrtn divides the sum over n tokens by √n, mean by n.',
          type: 'string',
          enum: ['mean', 'sqrtn'],
          default: 'sqrtn',
        },
        tokens: {
          title: 'Tokens',
          description: 'How many of the inputs, from the first, are ids. Default: those of the text column, otherwise all.',
          type: 'integer',
          minimum: 1,
          maximum: 8192,
          default: 64,
        },
      },
    },
    example: { inputDim: 'vocabulary', outputDim: 64 },
  },
  normalize: ({ inputDim, outputDim, combiner = 'sqrtn', tokens }) => ({
    kind: 'embeddingBag',
    inputDim,
    outputDim,
    combiner,
    ...(tokens === undefined ? {} : { tokens }),
  }),
  resolve: ({ kind, inputDim, outputDim, combiner, tokens: written }, { vocabulary, tokens = written }) => ({
    kind,
    inputDim: inputDim === 'vocabulary' ? (vocabulary ?? 1) : inputDim,
    outputDim,
    combiner,
    ...(tokens === undefined ? {} : { tokens }),
  }),
  outputShape: (layer, input) => {
    const [size = 0] = input
    const { tokens = size, outputDim } = layer
    return input.length === 1 && tokens <= size
      ? ok([outputDim + size - tokens])
      : err(misfit(layer, input, `a row of ${layer.tokens ?? 'any number of'} token ids, and columns`))
  },
  parameters: (layer, input) => embedding.parameters(vectorsOf(layer), input),
  forward: (tf, layer, context) => {
    const look = embedding.forward(tf, vectorsOf(layer), context)
    const pool = globalAveragePooling1d.forward(tf, poolingOf(layer), context)
    const bag = (step: LayerInput) => {
      const { outputs, mask = null } = look(step)
      return pool({ ...step, x: outputs, weights: [], mask }).outputs
    }
    return (step) => {
      const [batch = 0, size = 0] = step.x.shape
      const { tokens = size } = layer
      if (tokens === size) return { outputs: bag(step), statistics: step.statistics }
      const ids = tf.slice(step.x, [0, 0], [batch, tokens])
      const rest = tf.slice(step.x, [0, tokens], [batch, size - tokens])
      return { outputs: tf.concat([bag({ ...step, x: ids }), rest], 1), statistics: step.statistics }
    }
  },
  saved: {
    onnx: (graph, layer, step) =>
      around(layer, step, {
        part: (from, to) => onnxPart(graph, step, from, to),
        apply: (saved, one, inner) => saved.onnx(graph, one, inner),
        join: (bag, rest) => graph.node('Concat', [bag, rest], { axis: { int: 1 } }),
      }),
    keras: (model, layer, step) =>
      around(layer, step, {
        part: (from, to) => kerasPart(model, step, from, to),
        apply: (saved, one, inner) => saved.keras(model, one, inner),
        join: (bag, rest) =>
          model.layer('Concatenate', { axis: -1 }, { inputs: [bag, rest], asList: true, output: step.output }),
      }),
  },
  readsWholeNumbers: 'an embeddingBag reads whole numbers, so make it the first layer',
  wholeNumbers: ({ inputDim }) => inputDim,
  passesColumns: true,
  words: ({ inputDim, outputDim, combiner }) =>
    `embeddingBag ${inputDim} to ${outputDim}, sum / ${combiner === 'sqrtn' ? '√tokens' : 'tokens'}`,
}

const vectorsOf = ({ inputDim, outputDim }: EmbeddingBag) =>
  ({ kind: 'embedding', inputDim, outputDim, maskZero: true }) as const

const poolingOf = ({ combiner }: EmbeddingBag) =>
  ({ kind: 'globalAveragePooling1d', ...(combiner === 'sqrtn' ? { combiner } : {}) }) as const

/** What differs between the formats. */
interface Format {
  /** The inputs from `from` to before `to`. */
  part(from: number, to: number): Node
  apply<L>(saved: SavedLayer<L>, layer: L, step: SavedStep): SavedOutput
  join(bag: Node, rest: Node): Node
}

function around(layer: EmbeddingBag, step: SavedStep, format: Format): Node {
  const [size = 0] = step.input
  const { tokens = size, outputDim } = layer
  const ids = tokens === size ? step.x : format.part(0, tokens)
  const sequence = [tokens, outputDim]
  const looked = format.apply(embedding.saved, vectorsOf(layer), { ...step, x: ids, input: [tokens], output: sequence })
  const { outputs, mask } = typeof looked === 'string' ? { outputs: looked, mask: null } : looked
  const inner = { ...step, x: outputs, input: sequence, output: [outputDim], weights: [], mask }
  const pooled = format.apply(globalAveragePooling1d.saved, poolingOf(layer), inner)
  const bag = typeof pooled === 'string' ? pooled : pooled.outputs
  return tokens === size ? bag : format.join(bag, format.part(tokens, size))
}

const onnxPart = (graph: OnnxGraph, { x }: SavedStep, from: number, to: number): Node =>
  graph.node('Slice', [x, graph.integers([from]), graph.integers([to]), graph.integers([1])])

/** Keras crops sequences, so the row is one for a moment. */
function kerasPart(model: KerasModel, { x, input: [size = 0] }: SavedStep, from: number, to: number): Node {
  const reshaped = (node: Node, shape: readonly number[]): Node =>
    model.layer('Reshape', { target_shape: shape }, { inputs: [node], output: shape })
  const cropping = { cropping: [from, size - to] }
  const sequence = reshaped(x, [size, 1])
  return reshaped(model.layer('Cropping1D', cropping, { inputs: [sequence], output: [to - from, 1] }), [to - from])
}
