import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Tf } from '../../types.ts'
import { floats, type KernelBuilder, runKernel, shaped, type WasmHeap } from './heap.ts'
import { col2im, columnRows, columnWidth, im2col, type WindowGeometry } from './im2col.ts'

type Sizes4 = [number, number, number, number]
interface ConvAttributes {
  readonly strides: number | [number, number]
  readonly pad: 'same' | 'valid'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
  readonly filterShape: Sizes4
  readonly inputShape: Sizes4
}

/** Gradient of a convolution by its filter: columnsᵀ × dy. The wasm backend has none. */
export const conv2dBackpropFilter: KernelBuilder = (tf) => (call) => {
  const heap = call.backend as WasmHeap
  const { x, dy } = call.inputs as unknown as { x: TensorInfo; dy: TensorInfo }
  const { strides, pad, dimRoundingMode, filterShape } = call.attrs as unknown as ConvAttributes
  const g = tf.backend_util.computeConv2DInfo(x.shape as Sizes4, filterShape, strides, 1, pad, dimRoundingMode)
  const columns = unfold(heap, x, g)
  const slope = shaped(dy, [columnRows(g), g.outChannels])
  const out = runKernel(tf, 'BatchMatMul', heap, { a: columns, b: slope }, { transposeA: true, transposeB: false })
  heap.disposeData(columns.dataId)
  return shaped(out, filterShape)
}

function unfold(heap: WasmHeap, x: TensorInfo, g: WindowGeometry): TensorInfo {
  const shape = [columnRows(g), columnWidth(g)]
  const columns = heap.makeOutput(shape, 'float32')
  im2col(floats(heap, x), floats(heap, columns), g)
  return shaped(columns, shape)
}

/** Gradient of a convolution by its input: dy × filterᵀ, folded back into images. */
export const conv2dBackpropInput: KernelBuilder = (tf) => (call) => {
  const heap = call.backend as WasmHeap
  const { dy, filter } = call.inputs as unknown as { dy: TensorInfo; filter: TensorInfo }
  const { strides, pad, dimRoundingMode, inputShape } = call.attrs as unknown as ConvAttributes
  const g = tf.backend_util.computeConv2DInfo(inputShape, filter.shape as Sizes4, strides, 1, pad, dimRoundingMode)
  const columns = slopeColumns(tf, heap, dy, filter, g)
  const out = heap.makeOutput(inputShape, 'float32')
  const images = floats(heap, out)
  images.fill(0)
  col2im(floats(heap, columns), images, g)
  heap.disposeData(columns.dataId)
  return shaped(out, inputShape)
}

function slopeColumns(tf: Tf, heap: WasmHeap, dy: TensorInfo, filter: TensorInfo, g: WindowGeometry): TensorInfo {
  const slope = shaped(dy, [columnRows(g), g.outChannels])
  const weights = shaped(filter, [columnWidth(g), g.outChannels])
  return runKernel(tf, 'BatchMatMul', heap, { a: slope, b: weights }, { transposeA: false, transposeB: true })
}
