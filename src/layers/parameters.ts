import { unreachable } from '../base/result.ts'
import type { Layer, LayerOf, Pair, Parameter, Shape } from './layer.ts'

/** The tensors of a layer in the order in which they are initialized and saved. */
export function parametersOf(layer: Exclude<Layer, { kind: 'residual' }>, input: Shape): Parameter[] {
  const channels = input.at(-1) ?? 0
  switch (layer.kind) {
    case 'conv2d': {
      const [h, w] = layer.kernelSize
      return [kernel('kernel', [h, w, channels, layer.filters], h * w * channels, h * w * layer.filters), ...bias(layer.useBias, layer.filters)]
    }
    case 'depthwiseConv2d':
      return [depthwise(layer.kernelSize, channels, layer.depthMultiplier), ...bias(layer.useBias, channels * layer.depthMultiplier)]
    case 'separableConv2d': {
      const between = channels * layer.depthMultiplier
      return [
        depthwise(layer.kernelSize, channels, layer.depthMultiplier),
        kernel('pointwiseKernel', [1, 1, between, layer.filters], between, layer.filters),
        ...bias(layer.useBias, layer.filters),
      ]
    }
    case 'dense':
      return [kernel('kernel', [channels, layer.units], channels, layer.units), ...bias(layer.useBias, layer.units)]
    case 'embedding':
      return [{ name: 'embeddings', shape: [layer.inputDim, layer.outputDim], initializer: { kind: 'uniform', limit: 0.05 }, trainable: true, decay: true }]
    case 'positionEmbedding':
      return [kernel('embeddings', input, input[0] ?? 0, channels)]
    case 'multiHeadAttention':
      return attention(layer, channels)
    case 'layerNormalization':
      return [norm('gamma', channels, 'ones', true), norm('beta', channels, 'zeros', true)]
    case 'batchNormalization':
      return [
        norm('gamma', channels, 'ones', true), norm('beta', channels, 'zeros', true),
        norm('movingMean', channels, 'zeros', false), norm('movingVariance', channels, 'ones', false),
      ]
    case 'maxPooling2d': case 'averagePooling2d': case 'globalAveragePooling2d': case 'globalMaxPooling2d':
    case 'globalAveragePooling1d': case 'flatten': case 'dropout': case 'activation':
      return []
    default:
      return unreachable(layer, 'layer')
  }
}

function kernel(name: string, shape: readonly number[], fanIn: number, fanOut: number): Parameter {
  return { name, shape, initializer: { kind: 'glorot-uniform', fanIn, fanOut }, trainable: true, decay: true }
}

/**
 * Queries, keys and values come from one kernel, side by side in its columns and head after head in each: what Keras keeps as
 * three kernels [features, heads, keyDim]. Each starts as a kernel of its own.
 */
function attention({ numHeads, keyDim, useBias }: LayerOf<'multiHeadAttention'>, features: number): Parameter[] {
  const width = numHeads * keyDim
  return [
    kernel('queryKeyValueKernel', [features, 3 * width], features, width), ...bias(useBias, 3 * width, 'queryKeyValueBias'),
    kernel('outputKernel', [width, features], width, features), ...bias(useBias, features, 'outputBias'),
  ]
}

/** Keras counts the fans of a depthwise kernel [h, w, in, multiplier] like those of any convolution kernel. */
function depthwise([h, w]: Pair, channels: number, multiplier: number): Parameter {
  return kernel('depthwiseKernel', [h, w, channels, multiplier], h * w * channels, h * w * multiplier)
}

function bias(use: boolean, size: number, name = 'bias'): Parameter[] {
  return use ? [{ name, shape: [size], initializer: { kind: 'zeros' }, trainable: true, decay: false }] : []
}

function norm(name: string, size: number, initializer: 'zeros' | 'ones', trainable: boolean): Parameter {
  return { name, shape: [size], initializer: { kind: initializer }, trainable, decay: false }
}
