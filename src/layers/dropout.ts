import type { LayerOf } from './layer.ts'
import { type LayerFunction, stateless, type ForwardOptions, type Tensor, type Tf } from './forward.ts'

/**
 * Inverted dropout (Srivastava et al., 2014): kept values are scaled by 1 / (1 − rate) in training, so that inference
 * needs nothing. The layer's own rate comes before the lever. `site` tells the dropout layers of a model apart.
 */
export function dropout(tf: Tf, layer: LayerOf<'dropout'>, site: number): LayerFunction {
  return stateless((x, _, options) => {
    const mask = dropoutMask(x, layer.rate, site, options)
    return mask ? tf.mul(x, mask) : x
  })
}

/** What `x` is multiplied by, or null where nothing is dropped. A rate of null is the lever. */
export function dropoutMask(x: Tensor, own: number | null, site: number, { training, dropout: lever, random }: ForwardOptions): Tensor | null {
  const rate = own ?? lever
  if (!training || rate === 0) return null
  if (!random) throw new Error('dropout in training needs random numbers')
  return random.dropoutMask(site, x.shape, rate)
}
