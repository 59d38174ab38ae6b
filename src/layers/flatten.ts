import { ok } from '../base/result.ts'
import { noArguments, product, type LayerDefinition } from './definition.ts'
import { stateless } from './forward.ts'
import { Unsavable } from './saved.ts'

interface Flatten {
  readonly kind: 'flatten'
}

/** [batch, ...sizes] → [batch, product of sizes], row-major. */
export const flatten: LayerDefinition<Flatten> = {
  kind: 'flatten',
  schema: {
    summary: 'Flattens the values of an example into one row.',
    arguments: noArguments,
    example: {},
    bare: 'usual',
  },
  normalize: () => ({ kind: 'flatten' }),
  outputShape: (_, input) => ok([product(input)]),
  parameters: () => [],
  forward: (tf) => stateless((x) => tf.reshape(x, [x.shape[0] ?? 0, product(x.shape.slice(1))])),
  saved: {
    onnx: (graph, _, { x, output }) => graph.node('Reshape', [x, graph.integers([-1, ...output])]),
    keras: (model, _, { x, output, mask }) => {
      if (mask !== null)
        throw new Unsavable('Keras and tunegate differ in what attention gives at padding, which flatten keeps')
      return model.layer('Flatten', {}, { inputs: [x], output })
    },
  },
  words: () => 'flatten',
}
