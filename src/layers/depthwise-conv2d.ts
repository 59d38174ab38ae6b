import type { Tensor4D } from '@tensorflow/tfjs-core'
import { activate, onnxActivation } from './activations.ts'
import type { LayerDefinition } from './definition.ts'
import { stateless, weightAt, withBias } from './forward.ts'
import { bias, channelsOf, depthwiseKernel } from './parameters.ts'
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
  windowed,
} from './windows.ts'

interface DepthwiseConv2d extends Convolution {
  readonly kind: 'depthwiseConv2d'
  readonly depthMultiplier: number
}

/** Applies separate kernels to every channel [height, width, channels, multiplier]; outputs are grouped by input channel. */
export const depthwiseConv2d: LayerDefinition<DepthwiseConv2d> = {
  kind: 'depthwiseConv2d',
  schema: {
    summary: 'A separate convolution for each channel.',
    arguments: {
      required: ['kernelSize'],
      properties: {
        kernelSize: kernelSizeSchema,
        depthMultiplier: {
          title: 'Depth multiplier',
          description: 'Number of output channels per input channel.',
          type: 'integer',
          minimum: 1,
          maximum: 64,
          default: 1,
        },
        ...convolutionSchema,
      },
    },
    example: { kernelSize: 3 },
  },
  normalize: (a) => ({ kind: 'depthwiseConv2d', depthMultiplier: a.depthMultiplier ?? 1, ...convolution(a) }),
  outputShape: (layer, input) => windowed(layer, layer.kernelSize, input, (input[2] ?? 0) * layer.depthMultiplier),
  parameters: ({ kernelSize, depthMultiplier, useBias }, input) => {
    const channels = channelsOf(input)
    return [depthwiseKernel(kernelSize, channels, depthMultiplier), ...bias(useBias, channels * depthMultiplier)]
  },
  forward: (tf, layer) =>
    stateless((x, weights) => {
      const out = tf.depthwiseConv2d(x as Tensor4D, weightAt(weights, 0) as Tensor4D, [...layer.strides], layer.padding)
      return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 1))
    }),
  saved: {
    onnx: (graph, layer, step) => {
      const kernel = onnxDepthwiseKernel(graph, savedAt(step.weights, 0))
      const out = onnxConvolution(graph, layer, { x: step.x, kernel, group: step.input[2] ?? 1 }, step)
      return onnxActivation(graph, layer.activation, onnxBias(graph, out, step, layer.useBias, 1))
    },
    keras: (model, { depthMultiplier, ...layer }, { x, output, weights }) => {
      const config = { depth_multiplier: depthMultiplier, ...kerasConvolution(layer) }
      return model.layer('DepthwiseConv2D', config, { inputs: [x], output, variables: weights })
    },
  },
  words: (layer) => `depthwiseConv2d ×${layer.depthMultiplier} ${convolutionWords(layer)}`,
}
