import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Tf } from '../../../layers/forward.ts'
import { backendKernel, floats, type KernelBuilder, opened, runKernel, shaped, type WasmHeap } from './heap.ts'
import {
  col2im,
  columnRows,
  columnWidth,
  type ConvolutionAttributes,
  type Sizes4,
  convolutionGeometry,
  type WindowGeometry,
} from './windows.ts'
import { transposeInto } from './matmul.ts'
import { overFilterOffsets } from './filter-offsets.ts'

/**
 * Gradient of a convolution by its filter: for every filter offset, the sum of input pixel ⊗ slope over all positions. The
 * wasm backend has none; unfolding the images for XNNPACK's product takes 3 to 8 times as long.
 */
export const conv2dBackpropFilter: KernelBuilder =
  ({ tf, products }) =>
  (call) => {
    const {
      heap,
      inputs: { x, dy },
      attributes,
    } = opened<'x' | 'dy', ConvolutionAttributes>(call)
    const { filterShape } = attributes
    const g = convolutionGeometry(tf, x.shape, filterShape, attributes)
    const out = shaped(heap.makeOutput(filterShape, 'float32'), filterShape)
    const operands = { left: floats(heap, x), right: floats(heap, dy), out: floats(heap, out).fill(0) }
    const sizes = { leftSize: g.inChannels, rightSize: g.outChannels }
    overFilterOffsets(g, operands, (positions) => products.addOuter({ ...positions, ...sizes }))
    return out
  }

/**
 * Gradient of a convolution by its input. With stride 1 it is itself a convolution: dy with the filter rotated by 180° and
 * channels exchanged, which XNNPACK computes as fast as the forward pass ([64, 4, 4, 16 → 32], 3×3: 0.22 ms against 1.7 ms
 * with the backend's own kernel and 0.51 ms with columns). With larger strides it is dy × filterᵀ, folded back into images.
 */
export const conv2dBackpropInput: KernelBuilder =
  ({ tf }) =>
  (call) => {
    const {
      heap,
      inputs: { dy, filter },
      attributes,
    } = opened<'dy' | 'filter', ConvolutionAttributes>(call)
    const g = convolutionGeometry(tf, attributes.inputShape, filter.shape, attributes)
    const back = g.strideHeight === 1 && g.strideWidth === 1 ? convolveBack : foldBack
    return back(tf, heap, dy, filter, g)
  }

function convolveBack(tf: Tf, heap: WasmHeap, dy: TensorInfo, filter: TensorInfo, g: WindowGeometry): TensorInfo {
  const turned = turnedFilter(heap, filter, g)
  const [top, left] = [g.filterHeight - 1 - g.padInfo.top, g.filterWidth - 1 - g.padInfo.left]
  const bottom = g.inHeight - g.outHeight + g.padInfo.top
  const right = g.inWidth - g.outWidth + g.padInfo.left
  const pad = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
  const attrs = { strides: 1, dilations: 1, pad, dataFormat: 'NHWC' }
  const out = runKernel(tf, 'Conv2D', heap, { x: dy, filter: turned }, attrs)
  heap.disposeData(turned.dataId)
  return out
}

/** [height, width, channels, filters] → [height, width, filters, channels], both image axes reversed. */
function turnedFilter(heap: WasmHeap, filter: TensorInfo, g: WindowGeometry): TensorInfo {
  const shape = [g.filterHeight, g.filterWidth, g.outChannels, g.inChannels]
  const out = heap.makeOutput(shape, 'float32')
  const [from, to] = [floats(heap, filter), floats(heap, shaped(out, shape))]
  const [taps, size] = [g.filterHeight * g.filterWidth, g.inChannels * g.outChannels]
  for (let tap = 0; tap < taps; tap++) {
    const at = tap * size
    const turned = (taps - 1) * size - at
    transposeInto(from.subarray(at, at + size), to.subarray(turned, turned + size), g.inChannels, g.outChannels)
  }
  return shaped(out, shape)
}

function foldBack(tf: Tf, heap: WasmHeap, dy: TensorInfo, filter: TensorInfo, g: WindowGeometry): TensorInfo {
  const slope = shaped(dy, [columnRows(g), g.outChannels])
  const weights = shaped(filter, [columnWidth(g), g.outChannels])
  const columns = runKernel(tf, 'BatchMatMul', heap, { a: slope, b: weights }, { transposeA: false, transposeB: true })
  const shape = [g.batchSize, g.inHeight, g.inWidth, g.inChannels]
  const out = shaped(heap.makeOutput(shape, 'float32'), shape)
  col2im(floats(heap, columns), floats(heap, out).fill(0), g)
  heap.disposeData(columns.dataId)
  return out
}

interface ConvAttributes {
  readonly strides: number | [number, number]
  readonly dilations: number | [number, number]
  readonly pad: unknown
}

/**
 * Wraps a convolution so that padding `same` reaches the backend as numbers. XNNPACK's own interpretation of `same` fails
 * without an error if a stride is larger than the kernel (such as a 1×1 kernel with stride 2): the output is never written.
 */
export function explicitPadding(name: 'Conv2D' | 'DepthwiseConv2dNative'): KernelBuilder {
  return ({ tf }) => {
    const own = backendKernel(tf, name)
    return (call) => {
      const {
        inputs: { x, filter },
        attributes,
      } = opened<'x' | 'filter', ConvAttributes>(call)
      if (attributes.pad !== 'same') return own(call)
      const { strides, dilations } = attributes
      const { padInfo } = tf.backend_util.computeConv2DInfo(
        x.shape as Sizes4,
        filter.shape as Sizes4,
        strides,
        dilations,
        'same',
        undefined,
        name === 'DepthwiseConv2dNative',
      )
      const pad = [
        [0, 0],
        [padInfo.top, padInfo.bottom],
        [padInfo.left, padInfo.right],
        [0, 0],
      ]
      return own({ ...call, attrs: { ...call.attrs, pad } as unknown as Record<string, never> })
    }
  }
}
