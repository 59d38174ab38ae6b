import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floats, type KernelBuilder, shaped, type WasmHeap } from './heap.ts'
import type { WindowGeometry } from './im2col.ts'

type Sizes4 = [number, number, number, number]
interface DepthwiseAttributes {
  readonly strides: number | [number, number]
  readonly pad: 'same' | 'valid'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
  readonly filterShape: Sizes4
  readonly inputShape: Sizes4
}

/** Called for every pair of an input pixel and the filter tap that reaches it from an output pixel; all are offsets. */
type Visit = (input: number, tap: number, output: number) => void

/** Gradient of a depthwise convolution by its filter [height, width, channels, multiplier]. The wasm backend has none. */
export const depthwiseBackpropFilter: KernelBuilder = (tf) => (call) => {
  const heap = call.backend as WasmHeap
  const { x, dy } = call.inputs as unknown as { x: TensorInfo; dy: TensorInfo }
  const { strides, pad, dimRoundingMode, filterShape } = call.attrs as unknown as DepthwiseAttributes
  const g = tf.backend_util.computeConv2DInfo(x.shape as Sizes4, filterShape, strides, 1, pad, dimRoundingMode, true)
  const out = heap.makeOutput(filterShape, 'float32')
  const [images, slopes, sums] = [floats(heap, x), floats(heap, dy), floats(heap, out).fill(0)]
  const { inChannels: channels, outChannels } = g
  const multiplier = outChannels / channels
  visitTaps(g, (input, tap, output) => {
    for (let c = 0, o = 0; c < channels; c++) {
      const pixel = images[input + c] as number
      for (let m = 0; m < multiplier; m++, o++) sums[tap + o] = (sums[tap + o] as number) + pixel * (slopes[output + o] as number)
    }
  })
  return shaped(out, filterShape)
}

/** Gradient of a depthwise convolution by its input. The wasm backend has none. */
export const depthwiseBackpropInput: KernelBuilder = (tf) => (call) => {
  const heap = call.backend as WasmHeap
  const { dy, filter } = call.inputs as unknown as { dy: TensorInfo; filter: TensorInfo }
  const { strides, pad, dimRoundingMode, inputShape } = call.attrs as unknown as DepthwiseAttributes
  const g = tf.backend_util.computeConv2DInfo(inputShape, filter.shape as Sizes4, strides, 1, pad, dimRoundingMode, true)
  const out = heap.makeOutput(inputShape, 'float32')
  const [slopes, taps, images] = [floats(heap, dy), floats(heap, filter), floats(heap, out).fill(0)]
  const { inChannels: channels, outChannels } = g
  const multiplier = outChannels / channels
  visitTaps(g, (input, tap, output) => {
    for (let c = 0, o = 0; c < channels; c++) {
      let sum = images[input + c] as number
      for (let m = 0; m < multiplier; m++, o++) sum += (taps[tap + o] as number) * (slopes[output + o] as number)
      images[input + c] = sum
    }
  })
  return shaped(out, inputShape)
}

function visitTaps(g: WindowGeometry, visit: Visit): void {
  let output = 0
  for (let n = 0; n < g.batchSize; n++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++, output += g.outChannels) {
        for (let fy = 0; fy < g.filterHeight; fy++) {
          const y = oy * g.strideHeight - g.padInfo.top + fy
          if (y < 0 || y >= g.inHeight) continue
          for (let fx = 0; fx < g.filterWidth; fx++) {
            const x = ox * g.strideWidth - g.padInfo.left + fx
            if (x < 0 || x >= g.inWidth) continue
            const pixel = (n * g.inHeight + y) * g.inWidth + x
            visit(pixel * g.inChannels, (fy * g.filterWidth + fx) * g.outChannels, output)
          }
        }
      }
    }
  }
}
