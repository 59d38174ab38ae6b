import { unreachable } from '../base/result.ts'
import type { Pair, NormalizedLayer } from './layer.ts'
import type { Layer as SpecLayer, Size } from '../dsl/tuning.gen.ts'

type Arguments = Exclude<SpecLayer, string>
type Kind = keyof Arguments

/** A name alone, or one name with arguments; the schema holds every layer to exactly one name. */
export function normalizeLayer(layer: SpecLayer): NormalizedLayer {
  if (typeof layer === 'string') return withDefaults(layer, { [layer]: {} })
  return withDefaults(Object.keys(layer)[0] as Kind, layer)
}

/** Defaults are those of tfjs-layers; a test holds them to those that the schema tells an editor. */
function withDefaults(kind: Kind, layer: Arguments): NormalizedLayer {
  switch (kind) {
    case 'conv2d': {
      const a = argumentsOf(layer, kind)
      return { kind, filters: a.filters, ...convolution(a) }
    }
    case 'depthwiseConv2d': {
      const a = argumentsOf(layer, kind)
      return { kind, depthMultiplier: a.depthMultiplier ?? 1, ...convolution(a) }
    }
    case 'separableConv2d': {
      const a = argumentsOf(layer, kind)
      return { kind, filters: a.filters, depthMultiplier: a.depthMultiplier ?? 1, ...convolution(a) }
    }
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const a = argumentsOf(layer, kind)
      const poolSize = pair(a.poolSize ?? 2)
      return { kind, poolSize, strides: a.strides === undefined ? poolSize : pair(a.strides), padding: a.padding ?? 'valid' }
    }
    case 'dense': {
      const a = argumentsOf(layer, kind)
      return { kind, units: a.units, activation: a.activation ?? 'linear', useBias: a.useBias ?? true }
    }
    case 'dropout':
      return { kind, rate: argumentsOf(layer, kind).rate ?? null }
    case 'batchNormalization': {
      const a = argumentsOf(layer, kind)
      return { kind, momentum: a.momentum ?? 0.99, epsilon: a.epsilon ?? 0.001 }
    }
    case 'layerNormalization':
      return { kind, epsilon: argumentsOf(layer, kind).epsilon ?? 0.001 }
    case 'embedding': {
      const a = argumentsOf(layer, kind)
      return { kind, inputDim: a.inputDim, outputDim: a.outputDim }
    }
    case 'multiHeadAttention': {
      const a = argumentsOf(layer, kind)
      return { kind, numHeads: a.numHeads, keyDim: a.keyDim, useBias: a.useBias ?? true, dropout: a.dropout === undefined ? 0 : a.dropout }
    }
    case 'residual': {
      const a = argumentsOf(layer, kind)
      return { kind, layers: a.layers.map(normalizeLayer), shortcut: (a.shortcut ?? []).map(normalizeLayer) }
    }
    case 'activation':
      return { kind, activation: argumentsOf(layer, kind).activation }
    case 'flatten':
    case 'positionEmbedding':
    case 'globalAveragePooling2d':
    case 'globalMaxPooling2d':
    case 'globalAveragePooling1d':
      return { kind }
    default:
      return unreachable(kind, 'layer')
  }
}

function argumentsOf<K extends Kind>(layer: Arguments, kind: K): NonNullable<Arguments[K]> {
  const found = layer[kind]
  if (found === undefined) throw new Error(`the layer has no arguments for ${kind}`)
  return found as NonNullable<Arguments[K]>
}

function convolution(a: NonNullable<Arguments['depthwiseConv2d']>) {
  return {
    kernelSize: pair(a.kernelSize), strides: pair(a.strides ?? 1), padding: a.padding ?? 'valid',
    activation: a.activation ?? 'linear', useBias: a.useBias ?? true,
  } as const
}

const pair = (size: Size): Pair => (typeof size === 'number' ? [size, size] : size)
