import { sha256 } from '../../../base/hash.ts'
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core'
import { product } from '../../../layers/definition.ts'
import type { Tensor, Tf } from '../../../layers/forward.ts'
import type { WasmMemory } from '../../../base/wasm-assembler.ts'

export type DataId = TensorInfo['dataId']
export type Values = Float32Array | Int32Array | Uint8Array

/** Where the backend keeps a tensor: its number in the C++ code, and its address. */
interface Entry {
  readonly id: number
  readonly memoryOffset: number
  readonly shape: readonly number[]
  readonly dtype: DataType
  readonly refCount: number
}

/** What recording and replaying use of the wasm backend. */
export interface WasmBackend {
  dataIdNextNumber: number
  readonly dataIdMap: {
    get(dataId: DataId): Entry
    set(dataId: DataId, entry: Entry): void
    delete(dataId: DataId): void
  }
  readonly wasm: {
    readonly asm: { readonly memory: WasmMemory }
    readonly tfjs: {
      registerTensor(id: number, size: number, address: number): void
      disposeData(id: number): void
    }
    _malloc(bytes: number): number
    _free(address: number): void
  }
  write(values: Values | null, shape: number[], dtype: DataType): DataId
  makeOutput(shape: number[], dtype: DataType, address?: number | null, values?: Values): TensorInfo
  readSync(dataId: DataId): Values
  disposeData(dataId: DataId, force?: boolean): boolean
}

/** The backend of a library that has it; its types leave out what it keeps to itself. */
export const backendOf = (tf: Tf): WasmBackend => tf.backend() as unknown as WasmBackend

export const idOf = (tensor: Tensor): DataId => tensor.dataId

/** What stays known of a tensor that is disposed of. */
export const infoOf = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => ({ dataId, shape, dtype })

/** Equal for equal numbers; NaN has many forms, which count as one. */
export function hashOf(tensor: Tensor): string {
  const values = (tensor.dataSync() as Float32Array).map((value) => (Number.isNaN(value) ? NaN : value))
  return sha256(Buffer.from(values.buffer, values.byteOffset, values.byteLength))
}

export const bytesOf = ({ shape, dtype }: Pick<TensorInfo, 'shape' | 'dtype'>): number =>
  sizeOf(shape) * (dtype === 'bool' ? 1 : 4)

/** Number of elements of a shape. */
export const sizeOf = product
