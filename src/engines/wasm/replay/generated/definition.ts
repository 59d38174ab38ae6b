import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { WasmFunction } from '../../../../base/wasm-assembler.ts'
import type { Instruction } from '../instructions.ts'
import type { KernelCall } from '../recording.ts'

/** A kernel that a program runs itself: as generated WebAssembly, as an instruction for compiled kernels, or as either. */
export interface Generated {
  readonly reads: readonly TensorInfo[]
  readonly out: TensorInfo
  /** Code that needs four lanes and has the bits of the backend's own kernel. */
  readonly wasm?: {
    /** Bytes that it uses while it runs. */
    readonly scratch: number
    /** A function without parameters: addresses are part of its code. */
    code(name: string, address: (info: TensorInfo) => number, scratch: number): WasmFunction
  }
  /** Present if the compiled kernel makes its result from start to end, in pieces of multiples of this many elements. */
  readonly piece?: number
  instruction(address: (info: TensorInfo) => number): Instruction
}

/** The call as a kernel of a program; null if it is no call of this kind. */
export type Generator = (call: KernelCall) => Generated | null
