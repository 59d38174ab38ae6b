import { unreachable } from '../base/result.ts'
import type { Layer } from './layer.ts'

/** A layer in a line, as `conv2d 16 filters 3×3, relu`; the arguments that keep their usual value are left out. */
export function describeLayer(layer: Layer): string {
  switch (layer.kind) {
    case 'conv2d':
    case 'separableConv2d':
      return `${layer.kind} ${layer.filters} filters ${size(layer.kernelSize)}${window(layer)}${activation(layer.activation)}`
    case 'depthwiseConv2d':
      return `${layer.kind} ×${layer.depthMultiplier} ${size(layer.kernelSize)}${window(layer)}${activation(layer.activation)}`
    case 'maxPooling2d':
    case 'averagePooling2d':
      return `${layer.kind} ${size(layer.poolSize)}`
    case 'dense':
      return `dense ${layer.units} units${activation(layer.activation)}`
    case 'dropout':
      return layer.rate === null ? 'dropout, the lever' : `dropout ${layer.rate}`
    case 'embedding':
      return `embedding ${layer.inputDim} to ${layer.outputDim}`
    case 'multiHeadAttention':
      return `multiHeadAttention ${layer.numHeads} heads of ${layer.keyDim}${attentionDropout(layer.dropout)}`
    case 'residual':
      return layer.shortcut.length === 0 ? `residual (${list(layer.layers)})` : `residual (${list(layer.layers)}; shortcut ${list(layer.shortcut)})`
    case 'activation':
      return `activation ${layer.activation}`
    case 'positionEmbedding':
    case 'batchNormalization':
    case 'layerNormalization':
    case 'globalAveragePooling1d':
    case 'globalAveragePooling2d':
    case 'globalMaxPooling2d':
    case 'flatten':
      return layer.kind
    default:
      return unreachable(layer, 'layer')
  }
}

const list = (layers: readonly Layer[]): string => layers.map(describeLayer).join(', ')
const attentionDropout = (rate: number | null): string => (rate === 0 ? '' : rate === null ? ', dropout: the lever' : `, dropout ${rate}`)
const size = ([height, width]: readonly [number, number]): string => `${height}×${width}`
const activation = (name: string): string => (name === 'linear' ? '' : `, ${name}`)

function window({ strides, padding }: { readonly strides: readonly [number, number]; readonly padding: string }): string {
  const stride = strides[0] === 1 && strides[1] === 1 ? '' : `, stride ${size(strides)}`
  return padding === 'valid' ? stride : `${stride}, ${padding} padding`
}
