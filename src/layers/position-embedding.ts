import { err, ok } from '../base/result.ts'
import { misfit, noArguments, type LayerDefinition } from './definition.ts'
import { stateless, weightAt } from './forward.ts'
import { channelsOf, kernel } from './parameters.ts'
import { savedAt } from './saved.ts'

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
    keras: (model, _, { x, output, weights }) => model.layer('TODO', {}, { inputs: [x], output, variables: weights }),
  },
  words: () => 'positionEmbedding',
}
