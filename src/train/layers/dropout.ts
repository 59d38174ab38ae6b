import type { LayerOf } from '../../model/layers.ts'
import type { ForwardOptions, Tensor, Tf } from '../types.ts'
import { type LayerFunction, stateless } from './layer.ts'

/**
 * Inverted dropout (Srivastava et al., 2014): kept values are scaled by 1 / (1 − rate) in training, so that inference
 * needs nothing. The layer's own rate comes before the lever. `site` tells the dropout layers of a model apart.
 */
export function dropout(tf: Tf, layer: LayerOf<'dropout'>, site: number): LayerFunction {
  return stateless((x, _, options) => dropped(tf, x, layer.rate, site, options))
}

/** A rate of null is the lever. */
export function dropped(tf: Tf, x: Tensor, own: number | null, site: number, { training, dropout: lever, random }: ForwardOptions): Tensor {
  const rate = own ?? lever
  if (!training || rate === 0) return x
  if (!random) throw new Error('dropout in training needs random numbers')
  return tf.mul(x, random.dropoutMask(site, x.shape, rate))
}
