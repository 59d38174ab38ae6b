import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { WasmFunction } from '../../../../base/wasm-assembler.ts'
import type { KernelCall } from '../recording.ts'

/** A kernel as generated code, which needs four lanes and has the bits of the backend's own kernel. */
export interface Generated {
  readonly reads: readonly TensorInfo[]
  readonly out: TensorInfo
  /** Bytes that it uses while it runs. */
  readonly scratch: number
  /** A function without parameters: addresses are part of its code. */
  code(name: string, address: (info: TensorInfo) => number, scratch: number): WasmFunction
}

/** The call as generated code; null if it is no call of this kind. */
export type Generator = (call: KernelCall) => Generated | null
