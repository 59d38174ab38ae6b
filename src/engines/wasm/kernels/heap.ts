import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import type { Tf } from '../../../layers/forward.ts'
import type { GiveToMaxima } from '../simd/maxima.ts'
import type { Products } from '../simd/products.ts'

/** What these kernels use of the wasm backend: memory on the wasm heap, and views of it. */
export interface WasmHeap {
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo
  typedArrayFromHeap(info: TensorInfo): ArrayLike<number>
  disposeData(dataId: object): void
}

/** What kernels are built with. */
export interface KernelTools {
  /** Gives kernels the geometry helpers of tfjs and the backend's own kernels. */
  readonly tf: Tf
  readonly products: Products
  readonly giveToMaxima: GiveToMaxima
}

export type KernelBuilder = (tools: KernelTools) => KernelFunc

/** The backend's own kernel, for wrapping. */
export function backendKernel(tf: Tf, name: string): KernelFunc {
  const kernel = tf.getKernel(name, 'wasm')
  if (!kernel) throw new Error(`the wasm backend has no kernel ${name}`)
  return kernel.kernelFunc
}

/**
 * The values of a float tensor, in place. A view becomes invalid when the wasm memory grows: allocate every output and every
 * scratch tensor before you take the first view.
 */
export function floats(heap: WasmHeap, info: TensorInfo): Float32Array {
  const view = heap.typedArrayFromHeap(info)
  if (!(view instanceof Float32Array)) throw new Error(`a kernel needs float32, but found ${info.dtype}`)
  return view
}

/** The same memory with another shape. */
export function shaped(info: TensorInfo, shape: readonly number[]): TensorInfo {
  return { dataId: info.dataId, dtype: info.dtype, shape: [...shape] }
}

/** The arguments of a kernel. tfjs types them loosely; only the op knows its inputs and attributes. */
export function opened<Input extends string, Attributes>(
  call: Parameters<KernelFunc>[0],
): {
  readonly heap: WasmHeap
  readonly inputs: Readonly<Record<Input, TensorInfo>>
  readonly attributes: Attributes
} {
  const inputs = call.inputs as Record<Input, TensorInfo>
  return { heap: call.backend as WasmHeap, inputs, attributes: call.attrs as unknown as Attributes }
}

/** Replaces the backend's own kernel, if it has one. */
export function replaceKernel(tf: Tf, kernelName: string, kernelFunc: KernelFunc): void {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc })
}

/** Runs one of the backend's own kernels outside the gradient tape. */
export function runKernel(
  tf: Tf,
  name: string,
  heap: WasmHeap,
  inputs: Record<string, TensorInfo>,
  attrs: object,
): TensorInfo {
  const out = backendKernel(tf, name)({ inputs, backend: heap, attrs: attrs as Record<string, never> })
  if (Array.isArray(out)) throw new Error(`the kernel ${name} has several outputs`)
  return out
}
