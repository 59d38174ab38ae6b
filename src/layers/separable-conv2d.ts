import type { Tensor4D } from '@tensorflow/tfjs-core'
import { activate, onnxActivation } from './activations.ts'
import type { LayerDefinition } from './definition.ts'
import { stateless, weightAt, withBias } from './forward.ts'
import { bias, channelsOf, depthwiseKernel, kernel } from './parameters.ts'
import { onnxBias, savedAt } from './saved.ts'
import {
  type Convolution,
  convolution,
  convolutionSchema,
  convolutionWords,
  kerasConvolution,
  kernelSizeSchema,
  onnxConvolution,
  onnxDepthwiseKernel,
  onnxKernel,
  windowed,
} from './windows.ts'

interface SeparableConv2d extends Convolution {
  readonly kind: 'separableConv2d'
  readonly filters: number
  readonly depthMultiplier: number
}

/** A depthwise convolution, then a 1×1 convolution that mixes the channels; bias and activation once, at the end. */
export const separableConv2d: LayerDefinition<SeparableConv2d> = {
  kind: 'separableConv2d',
  schema: {
    summary: 'A depthwise convolution, followed by a 1×1 convolution across channels.',
    arguments: {
      required: ['filters', 'kernelSize'],
      properties: {
        filters: { title: 'Filters', description: 'Output channels.', $ref: '#/$defs/width', default: 16 },
        kernelSize: kernelSizeSchema,
        depthMultiplier: {
          title: 'Depth multiplier',
          description: 'Number of channels between the two convolutions per input channel.',
          type: 'integer',
          minimum: 1,
          maximum: 64,
          default: 1,
        },
        ...convolutionSchema,
      },
    },
    example: { filters: 16, kernelSize: 3 },
  },
  normalize: (a) => ({
    kind: 'separableConv2d',
    filters: a.filters,
    depthMultiplier: a.depthMultiplier ?? 1,
    ...convolution(a),
  }),
  outputShape: (layer, input) => windowed(layer, layer.kernelSize, input, layer.filters),
  parameters: ({ kernelSize, filters, depthMultiplier, useBias }, input) => {
    const channels = channelsOf(input)
    const between = channels * depthMultiplier
    return [
      depthwiseKernel(kernelSize, channels, depthMultiplier),
      kernel('pointwiseKernel', [1, 1, between, filters], between, filters),
      ...bias(useBias, filters),
    ]
  },
  forward: (tf, layer) =>
    stateless((x, weights) => {
      const [depthwise, pointwise] = [weightAt(weights, 0) as Tensor4D, weightAt(weights, 1) as Tensor4D]
      const between = tf.depthwiseConv2d(x as Tensor4D, depthwise, [...layer.strides], layer.padding)
      const out = tf.conv2d(between, pointwise, 1, 'valid')
      return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 2))
    }),
  saved: {
    onnx: (graph, layer, step) => {
      const [depthwise, pointwise] = [savedAt(step.weights, 0), savedAt(step.weights, 1)]
      const kernel = onnxDepthwiseKernel(graph, depthwise)
      const between = onnxConvolution(graph, layer, { x: step.x, kernel, group: step.input[2] ?? 1 }, step)
      const mixing = { kernelSize: [1, 1], strides: [1, 1], padding: 'valid' } as const
      const mixed = { x: between, kernel: onnxKernel(graph, pointwise), group: 1 }
      const out = onnxConvolution(graph, mixing, mixed, { input: step.output, output: step.output })
      return onnxActivation(graph, layer.activation, onnxBias(graph, out, step, layer.useBias, 2))
    },
    keras: (model, { filters, depthMultiplier, ...layer }, { x, output, weights }) => {
      const config = { filters, depth_multiplier: depthMultiplier, ...kerasConvolution(layer) }
      return model.layer('SeparableConv2D', config, { inputs: [x], output, variables: weights })
    },
  },
  words: (layer) => `separableConv2d ${layer.filters} filters ${convolutionWords(layer)}`,
}
