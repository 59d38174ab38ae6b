import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core'
import { err, ok } from '../base/result.ts'
import { misfit, noArguments, type LayerDefinition } from './definition.ts'
import { stateless } from './forward.ts'

interface GlobalAveragePooling1d {
  readonly kind: 'globalAveragePooling1d'
}

/** [batch, steps, features] → [batch, features]. */
export const globalAveragePooling1d: LayerDefinition<GlobalAveragePooling1d> = {
  kind: 'globalAveragePooling1d',
  schema: {
    summary: 'Averages over the steps of a sequence [steps, features].',
    arguments: noArguments,
    example: {},
    bare: 'possible',
  },
  normalize: () => ({ kind: 'globalAveragePooling1d' }),
  outputShape: (layer, input) =>
    input.length === 2 ? ok([input[1] ?? 0]) : err(misfit(layer, input, 'a sequence: [steps, features]')),
  parameters: () => [],
  forward: (tf) =>
    stateless((x) => {
      const [batch, steps, features] = (x as Tensor3D).shape
      const images = tf.reshape(x, [batch, steps, 1, features]) as Tensor4D
      return tf.reshape(tf.avgPool(images, [steps, 1], 1, 'valid'), [batch, features])
    }),
  words: () => 'globalAveragePooling1d',
}
