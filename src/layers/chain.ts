import { NotTraceable, type FusedOps, type Tensor, type Tf, type LayerFunction } from './forward.ts'
import { unreachable } from '../base/result.ts'
import type { Layer } from './layer.ts'
import type { ShapedLayer } from './shapes.ts'
import { activationLayer } from './activation.ts'
import { multiHeadAttention } from './attention.ts'
import { conv2d, conv2dOfColumns, depthwiseConv2d, separableConv2d } from './convolution.ts'
import { dense } from './dense.ts'
import { dropout } from './dropout.ts'
import { embedding, positionEmbedding } from './embedding.ts'
import { batchNormalization, layerNormalization } from './normalization.ts'
import {
  averagePooling2d, globalAveragePooling1d, globalAveragePooling2d, globalMaxPooling2d, maxPooling2d,
} from './pooling.ts'
import { flatten } from './reshape.ts'
import { residual, tensorCounts } from './residual.ts'

/** A layer's function and how many tensors of each list are its own. */
interface Stage {
  readonly apply: LayerFunction
  readonly weights: number
  readonly statistics: number
}

/**
 * Layers behind one another as one function. Each has a number by which its random numbers are told from the others':
 * its position, or for nested layers one that counts on behind the last. `columns`: the first is a convolution, and is given
 * the columns of the images.
 */
export function chainOf(tf: Tf, shaped: readonly ShapedLayer[], fused?: FusedOps, columns = false): LayerFunction {
  let nested = shaped.length
  const stageOf = (s: ShapedLayer, name: string, site: () => number): LayerFunction => {
    const plain = (): LayerFunction => (columns && s === shaped[0] ? ofColumns(tf, s.layer) : layerFunction(tf, s.layer, site(), fused))
    if (!s.inner) return named(name, plain())
    const inside = (list: 'layers' | 'shortcut'): LayerFunction => chain(s.inner?.[list] ?? [], `${name}.${list}.`, () => nested++)
    return residual(tf, s.inner, inside('layers'), inside('shortcut'))
  }
  const chain = (list: readonly ShapedLayer[], within: string, site?: () => number): LayerFunction =>
    inOrder(list.map((s, position) => (
      { apply: stageOf(s, `${within}${position}.${s.layer.kind}`, site ?? (() => position)), ...tensorCounts([s]) })))
  return chain(shaped, '')
}

function layerFunction(tf: Tf, layer: Layer, site: number, fused?: FusedOps): LayerFunction {
  switch (layer.kind) {
    case 'conv2d': return conv2d(tf, layer)
    case 'depthwiseConv2d': return depthwiseConv2d(tf, layer)
    case 'separableConv2d': return separableConv2d(tf, layer)
    case 'maxPooling2d': return maxPooling2d(tf, layer)
    case 'averagePooling2d': return averagePooling2d(tf, layer)
    case 'globalAveragePooling2d': return globalAveragePooling2d(tf)
    case 'globalMaxPooling2d': return globalMaxPooling2d(tf)
    case 'globalAveragePooling1d': return globalAveragePooling1d(tf)
    case 'flatten': return flatten(tf)
    case 'dense': return dense(tf, layer)
    case 'dropout': return dropout(tf, layer, site)
    case 'batchNormalization': return batchNormalization(tf, layer, fused)
    case 'layerNormalization': return layerNormalization(tf, layer)
    case 'embedding': return embedding(tf)
    case 'positionEmbedding': return positionEmbedding(tf)
    case 'multiHeadAttention': return multiHeadAttention(tf, layer, site)
    case 'activation': return activationLayer(tf, layer.activation)
    case 'residual': throw new Error('a residual needs the shapes of its lists')
    default: return unreachable(layer, 'layer')
  }
}

function ofColumns(tf: Tf, layer: Layer): LayerFunction {
  if (layer.kind !== 'conv2d') throw new Error(`columns for a layer ${layer.kind}`)
  return conv2dOfColumns(tf, layer)
}

function inOrder(stages: readonly Stage[]): LayerFunction {
  return ({ x, weights, statistics, options }) => {
    let [outputs, weightAt, statisticAt] = [x, 0, 0]
    const after: Tensor[] = []
    for (const stage of stages) {
      const result = stage.apply({
        x: outputs,
        weights: weights.slice(weightAt, weightAt += stage.weights),
        statistics: statistics.slice(statisticAt, statisticAt += stage.statistics),
        options,
      })
      outputs = result.outputs
      after.push(...result.statistics)
    }
    return { outputs, statistics: after }
  }
}

/** Says which layer it is that cannot become part of a graph. */
function named(name: string, apply: LayerFunction): LayerFunction {
  return (input) => {
    try {
      return apply(input)
    } catch (error) {
      throw error instanceof NotTraceable ? new NotTraceable(`layer ${name} cannot be compiled: ${error.message}`) : error
    }
  }
}
