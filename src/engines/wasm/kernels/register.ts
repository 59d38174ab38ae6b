import type { Tf } from '../../../layers/forward.ts'
import { broadcastRows } from './broadcast.ts'
import type { WasmMemory } from '../../../base/wasm-assembler.ts'
import { giveToMaxima } from '../simd/maxima.ts'
import { products } from '../simd/products.ts'
import { conv2dBackpropFilter, conv2dBackpropInput, explicitPadding } from './conv2d.ts'
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise.ts'
import { type KernelBuilder, replaceKernel } from './heap.ts'
import { batchMatMul } from './matmul.ts'
import { avgPoolGrad, maxPoolGrad } from './pooling.ts'
import { sum, unsortedSegmentSum } from './sum.ts'

/** Kernels that the wasm backend lacks for training, and replacements for those that are slow in training. */
const kernels: Readonly<Record<string, KernelBuilder>> = {
  Add: broadcastRows('Add'),
  AvgPoolGrad: avgPoolGrad,
  BatchMatMul: batchMatMul,
  Conv2D: explicitPadding('Conv2D'),
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  DepthwiseConv2dNative: explicitPadding('DepthwiseConv2dNative'),
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  MaxPoolGrad: maxPoolGrad,
  Multiply: broadcastRows('Multiply'),
  Sub: broadcastRows('Sub'),
  Sum: sum,
  UnsortedSegmentSum: unsortedSegmentSum,
}

/** Call once, after the wasm backend is ready: its own kernels must exist before they are wrapped. */
export function registerTrainingKernels(tf: Tf, simd: boolean): void {
  const backend = tf.backend() as { readonly wasm?: { readonly asm?: { readonly memory?: WasmMemory } } }
  const memory = backend.wasm?.asm?.memory
  if (!memory) throw new Error('the wasm backend does not expose its memory, so kernels cannot use it')
  const tools = { tf, products: products(memory, simd), giveToMaxima: giveToMaxima(memory, simd) }
  for (const [name, build] of Object.entries(kernels)) replaceKernel(tf, name, build(tools))
}
