import type { Tf, LayerFunction } from './forward.ts'
import type { ShapedLayer } from './shapes.ts'

/** How many tensors of each list layers own. */
export function tensorCounts(shaped: readonly ShapedLayer[]): { readonly weights: number; readonly statistics: number } {
  const parameters = shaped.flatMap((s) => s.parameters)
  const weights = parameters.filter((p) => p.trainable).length
  return { weights, statistics: parameters.length - weights }
}

/** layers(x) + shortcut(x) (He et al., 2016); weights and statistics of the first list stand before those of the second. */
export function residual(
  tf: Tf, inner: NonNullable<ShapedLayer['inner']>, layers: LayerFunction, shortcut: LayerFunction,
): LayerFunction {
  const own = tensorCounts(inner.layers)
  return ({ x, weights, statistics, options }) => {
    const through = layers({ x, weights: weights.slice(0, own.weights), statistics: statistics.slice(0, own.statistics), options })
    const beside = shortcut({ x, weights: weights.slice(own.weights), statistics: statistics.slice(own.statistics), options })
    return { outputs: tf.add(through.outputs, beside.outputs), statistics: [...through.statistics, ...beside.statistics] }
  }
}
