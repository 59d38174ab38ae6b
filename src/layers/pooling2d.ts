import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { Pooling2D } from '../dsl/tuning.gen.ts'
import type { LayerDefinition, Pair, Windowed } from './definition.ts'
import { stateless, type Tf } from './forward.ts'
import { channelsFirst, channelsLast, kerasWindow, onnxWindow, pair, sizeWords, windowed } from './windows.ts'

interface Pooling<K extends string> extends Windowed {
  readonly kind: K
  readonly poolSize: Pair
}

const poolingArguments = {
  name: 'pooling2d',
  title: 'Pooling',
  description: 'Arguments of maxPooling2d and averagePooling2d.',
  properties: {
    poolSize: { title: 'Pool size', description: 'Height and width of the window.', $ref: '#/$defs/size', default: 2 },
    strides: {
      title: 'Strides',
      description: 'Strides of the window. Default: the pool size.',
      $ref: '#/$defs/size',
      default: 2,
    },
    padding: {
      title: 'Padding',
      description: 'same pads the image so that only strides shrink it.',
      $ref: '#/$defs/padding',
      default: 'valid',
    },
  },
}

type Pool = (
  tf: Tf,
  images: Tensor4D,
  size: [number, number],
  strides: [number, number],
  padding: 'valid' | 'same',
) => Tensor

export const maxPooling2d = pooling('maxPooling2d', 'The largest value of each window.', (tf, ...of) => tf.maxPool(...of), {
  onnx: 'MaxPool',
  keras: 'MaxPooling2D',
})

/** With padding `same`, the padding does not count: each window is divided by the number of pixels that it covers. */
export const averagePooling2d = pooling('averagePooling2d', 'The mean of each window.', (tf, ...of) => tf.avgPool(...of), {
  onnx: 'AveragePool',
  keras: 'AveragePooling2D',
})

/** A pooling over windows of an image. Strides equal the window unless the spec says otherwise. */
function pooling<K extends 'maxPooling2d' | 'averagePooling2d'>(
  kind: K,
  summary: string,
  pool: Pool,
  names: { readonly onnx: string; readonly keras: string },
): LayerDefinition<Pooling<K>, Pooling<K>, Pooling2D> {
  return {
    kind,
    schema: { summary, arguments: poolingArguments, example: { poolSize: 2 }, bare: 'possible' },
    normalize: (a) => {
      const poolSize = pair(a.poolSize ?? 2)
      return { kind, poolSize, strides: a.strides === undefined ? poolSize : pair(a.strides), padding: a.padding ?? 'valid' }
    },
    outputShape: (layer, input) => windowed(layer, layer.poolSize, input, input[2] ?? 0),
    parameters: () => [],
    forward: (tf, layer) =>
      stateless((x) => pool(tf, x as Tensor4D, [...layer.poolSize], [...layer.strides], layer.padding)),
    saved: {
      onnx: (graph, { poolSize, ...layer }, { x, input, output }) =>
        channelsLast(
          graph,
          graph.node(names.onnx, [channelsFirst(graph, x)], onnxWindow({ ...layer, kernelSize: poolSize }, input, output)),
        ),
      keras: (model, layer, { x, output }) =>
        model.layer(names.keras, { pool_size: layer.poolSize, ...kerasWindow(layer) }, { inputs: [x], output }),
    },
    words: (layer) => `${kind} ${sizeWords(layer.poolSize)}`,
  }
}
