import { NotTraceable, type FusedOps, type LayerFunction, type Tensor, type Tf } from './forward.ts'
import type { ForwardContext, InnerChain } from './definition.ts'
import { layerOf } from './index.ts'
import type { Layer } from './layer.ts'
import type { ShapedLayer } from './shapes.ts'

/**
 * Consecutive layers as one function. Each has a number that separates its random numbers from those of the others: its
 * position, or for nested layers a number that counts on from the last position. `columns`: the first layer receives the
 * columns of the images.
 */
export function chainOf(tf: Tf, shaped: readonly ShapedLayer[], fused?: FusedOps, columns = false): LayerFunction {
  let nested = shaped.length
  const functionOf = (s: ShapedLayer, name: string, site: () => number): LayerFunction => {
    if (s.inner) return nestedFunction(tf, s.layer, chainsOf(s.inner, name))
    const plain = columns && s === shaped[0] ? ofColumns(tf, s.layer) : layerFunction(tf, s.layer, { site: site(), fused })
    return named(name, plain)
  }
  const chainsOf = (inner: NonNullable<ShapedLayer['inner']>, name: string): Record<string, InnerChain> =>
    Object.fromEntries(
      Object.entries(inner).map(([list, layers]) => [
        list,
        { apply: chain(layers, `${name}.${list}.`, () => nested++), ...tensorCounts(layers) },
      ]),
    )
  const chain = (list: readonly ShapedLayer[], within: string, site?: () => number): LayerFunction =>
    inOrder(
      list.map((s, position) => ({
        apply: functionOf(s, `${within}${position}.${s.layer.kind}`, site ?? (() => position)),
        ...tensorCounts([s]),
      })),
    )
  return chain(shaped, '')
}

function layerFunction(tf: Tf, layer: Layer, context: ForwardContext): LayerFunction {
  const definition = layerOf(layer.kind)
  if ('inner' in definition) throw new Error(`a ${layer.kind} needs the shapes of its lists`)
  return definition.forward(tf, layer, context)
}

function nestedFunction(tf: Tf, layer: Layer, chains: Record<string, InnerChain>): LayerFunction {
  const definition = layerOf(layer.kind)
  if (!('inner' in definition)) throw new Error(`a layer ${layer.kind} has no lists`)
  return definition.forward(tf, layer, chains)
}

function ofColumns(tf: Tf, layer: Layer): LayerFunction {
  const definition = layerOf(layer.kind)
  if ('inner' in definition || !definition.columns) throw new Error(`columns for a layer ${layer.kind}`)
  return definition.columns.forward(tf, layer)
}

/** How many tensors of each list the layers own. */
function tensorCounts(shaped: readonly ShapedLayer[]): { readonly weights: number; readonly statistics: number } {
  const parameters = shaped.flatMap((s) => s.parameters)
  const weights = parameters.filter((p) => p.trainable).length
  return { weights, statistics: parameters.length - weights }
}

/** [batch, steps, features]. */
const sequenceRank = 3

function inOrder(chain: readonly InnerChain[]): LayerFunction {
  return ({ x, weights, statistics, options, mask: given }) => {
    let [outputs, weightAt, statisticAt] = [x, 0, 0]
    let mask = given
    const after: Tensor[] = []
    for (const one of chain) {
      const result = one.apply({
        x: outputs,
        weights: weights.slice(weightAt, (weightAt += one.weights)),
        statistics: statistics.slice(statisticAt, (statisticAt += one.statistics)),
        options,
        mask,
      })
      outputs = result.outputs
      // A mask is about the steps of a sequence: without them, as after pooling, there is nothing to mask.
      mask = result.mask ?? (outputs.rank === sequenceRank ? mask : null)
      after.push(...result.statistics)
    }
    return { outputs, statistics: after }
  }
}

/** Names the layer that cannot become part of a graph. */
function named(name: string, apply: LayerFunction): LayerFunction {
  return (input) => {
    try {
      return apply(input)
    } catch (error) {
      throw error instanceof NotTraceable ? new NotTraceable(`layer ${name} cannot be compiled: ${error.message}`) : error
    }
  }
}
