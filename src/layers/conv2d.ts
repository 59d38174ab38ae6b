import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { activate, onnxActivation } from './activations.ts'
import type { LayerDefinition } from './definition.ts'
import { type LayerFunction, stateless, weightAt, withBias, type Tf } from './forward.ts'
import { bias, channelsOf, kernel } from './parameters.ts'
import { onnxBias, savedAt } from './saved.ts'
import {
  type Convolution,
  convolution,
  convolutionSchema,
  convolutionWords,
  kerasConvolution,
  kernelSizeSchema,
  onnxConvolution,
  onnxKernel,
  windowed,
} from './windows.ts'

interface Conv2d extends Convolution {
  readonly kind: 'conv2d'
  readonly filters: number
}

/** Images [batch, height, width, channels] by the kernel [height, width, channels, filters]. */
export const conv2d: LayerDefinition<Conv2d> = {
  kind: 'conv2d',
  schema: {
    summary: 'Convolution over an image [height, width, channels].',
    arguments: {
      required: ['filters', 'kernelSize'],
      properties: {
        filters: { title: 'Filters', description: 'Output channels.', $ref: '#/$defs/width', default: 16 },
        kernelSize: kernelSizeSchema,
        ...convolutionSchema,
      },
    },
    example: { filters: 16, kernelSize: 3 },
  },
  normalize: (a) => ({ kind: 'conv2d', filters: a.filters, ...convolution(a) }),
  outputShape: (layer, input) => windowed(layer, layer.kernelSize, input, layer.filters),
  parameters: ({ kernelSize: [h, w], filters, useBias }, input) => {
    const channels = channelsOf(input)
    return [kernel('kernel', [h, w, channels, filters], h * w * channels, h * w * filters), ...bias(useBias, filters)]
  },
  forward: (tf, layer) =>
    stateless((x, weights) => {
      const out = tf.conv2d(x as Tensor4D, weightAt(weights, 0) as Tensor4D, [...layer.strides], layer.padding)
      return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 1))
    }),
  saved: {
    onnx: (graph, layer, step) => {
      const kernel = onnxKernel(graph, savedAt(step.weights, 0))
      const out = onnxConvolution(graph, layer, { x: step.x, kernel, group: 1 }, step)
      return onnxActivation(graph, layer.activation, onnxBias(graph, out, step, layer.useBias, 1))
    },
    keras: (model, { filters, ...layer }, { x, output, weights }) =>
      model.layer('Conv2D', { filters, ...kerasConvolution(layer) }, { inputs: [x], output, variables: weights }),
  },
  columns: { window: (layer) => layer, forward: overColumns },
  words: (layer) => `conv2d ${layer.filters} filters ${convolutionWords(layer)}`,
}

/** A product with the kernel, over images whose patches are already spread out. */
function overColumns(tf: Tf, layer: Conv2d): LayerFunction {
  return stateless((x, weights) => {
    const values = x.shape.at(-1) ?? 0
    const matrix = tf.reshape(weightAt(weights, 0), [values, layer.filters])
    const rows = tf.matMul(tf.reshape(x, [-1, values]), matrix as Tensor2D)
    const out = activate(tf, layer.activation, withBias(tf, rows, weights, layer.useBias, 1))
    return tf.reshape(out, [...x.shape.slice(0, -1), layer.filters])
  })
}
