import type { Tensor4D } from '@tensorflow/tfjs-core'
import { activate } from './activations.ts'
import type { LayerDefinition } from './definition.ts'
import { stateless, weightAt, withBias } from './forward.ts'
import { bias, channelsOf, depthwiseKernel, kernel } from './parameters.ts'
import { type Convolution, convolution, convolutionSchema, convolutionWords, kernelSizeSchema, windowed } from './windows.ts'

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
  words: (layer) => `separableConv2d ${layer.filters} filters ${convolutionWords(layer)}`,
}
