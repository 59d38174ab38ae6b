import type { Tf } from '../../types.ts'
import { conv2dBackpropFilter, conv2dBackpropInput } from './conv2d.ts'
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise.ts'
import { type KernelBuilder, replaceKernel } from './heap.ts'
import { batchMatMul } from './matmul.ts'
import { unsortedSegmentSum } from './segment-sum.ts'

/** The kernels that the wasm backend lacks for training, and those that it has but are slow where training needs them. */
const kernels: Readonly<Record<string, KernelBuilder>> = {
  BatchMatMul: batchMatMul,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  UnsortedSegmentSum: unsortedSegmentSum,
}

/** To be called once, after the wasm backend is ready: its own kernels have to be set up before they are wrapped. */
export function registerTrainingKernels(tf: Tf): void {
  for (const [name, build] of Object.entries(kernels)) replaceKernel(tf, name, build(tf))
}
