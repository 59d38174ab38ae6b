import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { err, ok } from '../base/result.ts'
import type { NoArguments } from '../dsl/tuning.gen.ts'
import { misfit, noArguments, type LayerDefinition } from './definition.ts'
import { stateless, type Tf } from './forward.ts'

interface GlobalPooling<K extends string> {
  readonly kind: K
}

type Pool = (tf: Tf, images: Tensor4D, window: [number, number]) => Tensor

export const globalAveragePooling2d = globalPooling(
  'globalAveragePooling2d',
  'The mean of each channel of an image.',
  (tf, images, window) => tf.avgPool(images, window, 1, 'valid'),
  { onnx: 'ReduceMean', keras: 'GlobalAveragePooling2D' },
)

/**
 * Among equal maxima exactly one receives the gradient, as in any window. The gradient of `tf.max` would give all of it to
 * each.
 */
export const globalMaxPooling2d = globalPooling(
  'globalMaxPooling2d',
  'The largest value of each channel of an image.',
  (tf, images, window) => tf.maxPool(images, window, 1, 'valid'),
  { onnx: 'ReduceMax', keras: 'GlobalMaxPooling2D' },
)

/** [batch, height, width, channels] → [batch, channels], as one window over the whole image. */
function globalPooling<K extends 'globalAveragePooling2d' | 'globalMaxPooling2d'>(
  kind: K,
  summary: string,
  pool: Pool,
  names: { readonly onnx: string; readonly keras: string },
): LayerDefinition<GlobalPooling<K>, GlobalPooling<K>, NoArguments> {
  return {
    kind,
    schema: { summary, arguments: noArguments, example: {}, bare: 'possible' },
    normalize: () => ({ kind }),
    outputShape: (layer, input) =>
      input.length === 3 ? ok([input[2] ?? 0]) : err(misfit(layer, input, 'an image: [height, width, channels]')),
    parameters: () => [],
    forward: (tf) =>
      stateless((x) => {
        const [batch, height, width, channels] = (x as Tensor4D).shape
        return tf.reshape(pool(tf, x as Tensor4D, [height, width]), [batch, channels])
      }),
    saved: {
      onnx: (graph, _, { x }) => graph.node(names.onnx, [x], { axes: { ints: [1, 2] }, keepdims: { int: 0 } }),
      keras: (model, _, { x, output }) => model.layer(names.keras, {}, { inputs: [x], output }),
    },
    words: () => kind,
  }
}
