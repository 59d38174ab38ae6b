import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { LayerOf } from './layer.ts'
import { activate } from './activation.ts'
import { type LayerFunction, stateless, weightAt, withBias, type Tf } from './forward.ts'

/** Images [batch, height, width, channels] by the kernel [height, width, channels, filters]. */
export function conv2d(tf: Tf, layer: LayerOf<'conv2d'>): LayerFunction {
  return stateless((x, weights) => {
    const kernel = weightAt(weights, 0) as Tensor4D
    const out = tf.conv2d(x as Tensor4D, kernel, [...layer.strides], layer.padding)
    return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 1))
  })
}

/** The same over images whose patches are spread out already: [batch, rows, columns, height · width · channels]. */
export function conv2dOfColumns(tf: Tf, layer: LayerOf<'conv2d'>): LayerFunction {
  return stateless((x, weights) => {
    const values = x.shape.at(-1) ?? 0
    const kernel = tf.reshape(weightAt(weights, 0), [values, layer.filters])
    const product = tf.matMul(tf.reshape(x, [-1, values]), kernel as Tensor2D)
    const out = activate(tf, layer.activation, withBias(tf, product, weights, layer.useBias, 1))
    return tf.reshape(out, [...x.shape.slice(0, -1), layer.filters])
  })
}

/** Every channel by its own kernels [height, width, channels, multiplier]; outputs are grouped by input channel. */
export function depthwiseConv2d(tf: Tf, layer: LayerOf<'depthwiseConv2d'>): LayerFunction {
  return stateless((x, weights) => {
    const kernel = weightAt(weights, 0) as Tensor4D
    const out = tf.depthwiseConv2d(x as Tensor4D, kernel, [...layer.strides], layer.padding)
    return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 1))
  })
}

/** A depthwise convolution, then one of 1×1 that mixes the channels; bias and activation once, at the end. */
export function separableConv2d(tf: Tf, layer: LayerOf<'separableConv2d'>): LayerFunction {
  return stateless((x, weights) => {
    const [depthwise, pointwise] = [weightAt(weights, 0) as Tensor4D, weightAt(weights, 1) as Tensor4D]
    const between = tf.depthwiseConv2d(x as Tensor4D, depthwise, [...layer.strides], layer.padding)
    const out = tf.conv2d(between, pointwise, 1, 'valid')
    return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 2))
  })
}
