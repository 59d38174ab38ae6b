import { err, ok } from '../base/result.ts'
import { misfit, noArguments, type LayerDefinition } from './definition.ts'
import { stateless, weightAt } from './forward.ts'
import { channelsOf, kernel } from './parameters.ts'
import { savedAt, type SavedTensor } from './saved.ts'

interface PositionEmbedding {
  readonly kind: 'positionEmbedding'
}

/** [batch, steps, features] plus one learned vector per step. */
export const positionEmbedding: LayerDefinition<PositionEmbedding> = {
  kind: 'positionEmbedding',
  schema: {
    summary: 'Adds a learned vector for each step of a sequence [steps, features].',
    arguments: noArguments,
    example: {},
    bare: 'possible',
  },
  normalize: () => ({ kind: 'positionEmbedding' }),
  outputShape: (layer, input) =>
    input.length === 2 ? ok(input) : err(misfit(layer, input, 'a sequence: [steps, features]')),
  parameters: (_, input) => [kernel('embeddings', input, input[0] ?? 0, channelsOf(input))],
  forward: (tf) => stateless((x, weights) => tf.add(x, weightAt(weights, 0))),
  saved: {
    onnx: (graph, _, { x, weights }) => graph.node('Add', [x, graph.weight(savedAt(weights, 0))]),
    // Keras has no such layer. Its Normalization subtracts a constant array from each example.
    keras: (model, _, { x, output, weights }) => {
      const rows = rowsOf(savedAt(weights, 0))
      const config = {
        axis: [1, 2],
        mean: rows.map((row) => row.map((v) => -v)),
        variance: rows.map((row) => row.map(() => 1)),
      }
      return model.layer('Normalization', config, { inputs: [x], output })
    },
  },
  words: () => 'positionEmbedding',
}

function rowsOf({ shape: [steps = 0, features = 0], values }: SavedTensor): number[][] {
  return Array.from({ length: steps }, (_, i) => [...values.subarray(i * features, (i + 1) * features)])
}
