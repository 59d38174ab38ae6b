import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core'
import type { LayerOf } from './layer.ts'
import { type LayerFunction, stateless, type Tensor, type Tf } from './forward.ts'

export function maxPooling2d(tf: Tf, layer: LayerOf<'maxPooling2d'>): LayerFunction {
  return stateless((x) => tf.maxPool(x as Tensor4D, [...layer.poolSize], [...layer.strides], layer.padding))
}

/** With padding `same`, the padding does not count: each window is divided by the pixels that it holds. */
export function averagePooling2d(tf: Tf, layer: LayerOf<'averagePooling2d'>): LayerFunction {
  return stateless((x) => tf.avgPool(x as Tensor4D, [...layer.poolSize], [...layer.strides], layer.padding))
}

/** [batch, height, width, channels] → [batch, channels], as one window over the whole image. */
export function globalAveragePooling2d(tf: Tf): LayerFunction {
  return stateless((x) => wholeWindow(tf, x, (images, window) => tf.avgPool(images, window, 1, 'valid')))
}

/**
 * As one window over the whole image, so that of several equal maxima exactly one gets the gradient; the gradient of
 * `tf.max` would hand all of it to each.
 */
export function globalMaxPooling2d(tf: Tf): LayerFunction {
  return stateless((x) => wholeWindow(tf, x, (images, window) => tf.maxPool(images, window, 1, 'valid')))
}

function wholeWindow(tf: Tf, x: Tensor, pool: (images: Tensor4D, window: [number, number]) => Tensor): Tensor {
  const [batch, height, width, channels] = (x as Tensor4D).shape
  return tf.reshape(pool(x as Tensor4D, [height, width]), [batch, channels])
}

/** [batch, steps, features] → [batch, features]. */
export function globalAveragePooling1d(tf: Tf): LayerFunction {
  return stateless((x) => {
    const [batch, steps, features] = (x as Tensor3D).shape
    const images = tf.reshape(x, [batch, steps, 1, features]) as Tensor4D
    return tf.reshape(tf.avgPool(images, [steps, 1], 1, 'valid'), [batch, features])
  })
}
