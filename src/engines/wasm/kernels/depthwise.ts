import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floats, type KernelBuilder, opened, runKernel, shaped, type WasmHeap } from './heap.ts'
import { overFilterOffsets } from './filter-offsets.ts'
import { type ConvolutionAttributes, convolutionGeometry, type WindowGeometry } from './windows.ts'

/**
 * Gradient of a depthwise convolution by its filter [height, width, channels, multiplier]: for every filter offset, the sum
 * of each channel times its own slopes over all positions. The wasm backend has none.
 */
export const depthwiseBackpropFilter: KernelBuilder =
  ({ tf, products }) =>
  (call) => {
    const {
      heap,
      inputs: { x, dy },
      attributes,
    } = opened<'x' | 'dy', ConvolutionAttributes>(call)
    const { filterShape } = attributes
    const g = convolutionGeometry(tf, x.shape, filterShape, attributes, true)
    const out = shaped(heap.makeOutput(filterShape, 'float32'), filterShape)
    const operands = { left: floats(heap, x), right: floats(heap, dy), out: floats(heap, out).fill(0) }
    const multiplier = g.outChannels / g.inChannels
    overFilterOffsets(g, operands, (positions) => {
      if (multiplier === 1) return products.addRows({ ...positions, size: g.inChannels })
      const { left, right, out: sums } = positions
      for (let c = 0; c < g.inChannels; c++) {
        const slopes = c * multiplier * 4
        const channel = { ...positions, left: left + c * 4, right: right + slopes, out: sums + slopes }
        products.addOuter({ ...channel, leftSize: 1, rightSize: multiplier })
      }
    })
    return out
  }

/**
 * Gradient of a depthwise convolution by its input. It is itself a depthwise convolution, of the slopes with the filter
 * rotated by 180°. With larger strides, zeros are first inserted between the slopes, and with a multiplier, the outputs of
 * each channel are added up. The wasm backend has none.
 */
export const depthwiseBackpropInput: KernelBuilder =
  ({ tf }) =>
  (call) => {
    const {
      heap,
      inputs: { dy, filter },
      attributes,
    } = opened<'dy' | 'filter', ConvolutionAttributes>(call)
    const g = convolutionGeometry(tf, attributes.inputShape, filter.shape, attributes, true)
    const [spaced, turned] = [spacedSlopes(heap, dy, g), turnedTaps(heap, filter, g)]
    const back = runKernel(
      tf,
      'DepthwiseConv2dNative',
      heap,
      { x: spaced, filter: turned },
      {
        strides: 1,
        dilations: 1,
        pad: 'valid',
      },
    )
    heap.disposeData(spaced.dataId)
    heap.disposeData(turned.dataId)
    if (g.outChannels === g.inChannels) return back
    const out = shaped(heap.makeOutput(attributes.inputShape, 'float32'), attributes.inputShape)
    addGroups(floats(heap, back), floats(heap, out), g.outChannels / g.inChannels)
    heap.disposeData(back.dataId)
    return out
  }

/** The slopes, `stride` apart, inside a border of zeros wide enough for a valid convolution to give the input's size. */
function spacedSlopes(heap: WasmHeap, dy: TensorInfo, g: WindowGeometry): TensorInfo {
  const [height, width] = [g.inHeight + g.filterHeight - 1, g.inWidth + g.filterWidth - 1]
  const [top, left] = [g.filterHeight - 1 - g.padInfo.top, g.filterWidth - 1 - g.padInfo.left]
  const shape = [g.batchSize, height, width, g.outChannels]
  const out = shaped(heap.makeOutput(shape, 'float32'), shape)
  const [from, to] = [floats(heap, dy), floats(heap, out).fill(0)]
  let at = 0
  for (let image = 0; image < g.batchSize; image++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      const row = (image * height + top + oy * g.strideHeight) * width + left
      for (let ox = 0; ox < g.outWidth; ox++) {
        let cell = (row + ox * g.strideWidth) * g.outChannels
        for (const end = at + g.outChannels; at < end; ) to[cell++] = from[at++] ?? NaN
      }
    }
  }
  return out
}

/** [height, width, channels, multiplier] → [height, width, channels · multiplier, 1], both image axes reversed. */
function turnedTaps(heap: WasmHeap, filter: TensorInfo, g: WindowGeometry): TensorInfo {
  const shape = [g.filterHeight, g.filterWidth, g.outChannels, 1]
  const out = shaped(heap.makeOutput(shape, 'float32'), shape)
  const [from, to] = [floats(heap, filter), floats(heap, out)]
  for (let at = 0, end = to.length; at < to.length; at += g.outChannels, end -= g.outChannels) {
    to.set(from.subarray(at, at + g.outChannels), end - g.outChannels)
  }
  return out
}

function addGroups(values: Float32Array, sums: Float32Array, size: number): void {
  for (let i = 0, at = 0; i < sums.length; i++) {
    let total = 0
    for (const end = at + size; at < end; ) total += values[at++] ?? NaN
    sums[i] = total
  }
}
