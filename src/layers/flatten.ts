import { ok } from '../base/result.ts'
import { noArguments, product, type LayerDefinition } from './definition.ts'
import { stateless } from './forward.ts'

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
  words: () => 'flatten',
}
