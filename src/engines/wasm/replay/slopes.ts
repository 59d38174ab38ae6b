import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { DataId } from './backend.ts'
import type { Elementwise } from './elementwise.ts'
import { inputsOf, type KernelCall, showsInput } from './recording.ts'

/**
 * Slopes of relu, 1 or 0, are not computed where they were recorded. Each loop that reads one computes it from relu's output,
 * which stays in memory anyway. So no slope is written to memory.
 */
export interface Slopes {
  /** Whether the call computes a slope that a later loop can compute, or reshapes one. */
  wait(call: KernelCall, each: Elementwise | null): boolean
  /** The slope as an operation on relu's output; undefined if the tensor is no slope, or was computed. */
  of(dataId: DataId): Elementwise | undefined
  /** The slopes that the call reads, which the caller now computes. */
  readBy(call: KernelCall): readonly Elementwise[]
}

export function createSlopes(wanted: readonly DataId[]): Slopes {
  /** Outputs of relu, by its input. */
  const rectified = new Map<DataId, TensorInfo>()
  const waiting = new Map<DataId, Elementwise>()
  return {
    wait(call, each) {
      const [x] = inputsOf(call)
      const [out] = call.outputs
      if (!x || !out || wanted.includes(out.dataId)) return false
      if (each?.operation.name === 'relu') rectified.set(x.dataId, out)
      if (each?.operation.name === 'step') {
        const kept = rectified.get(x.dataId)
        if (!kept) return false
        waiting.set(out.dataId, { ...each, operands: [{ info: kept, cover: 'each' }] })
        return true
      }
      const slope = waiting.get(x.dataId)
      if (!slope || !showsInput(call)) return false
      waiting.set(out.dataId, { ...slope, out })
      return true
    },
    of: (dataId) => waiting.get(dataId),
    readBy(call) {
      const found = inputsOf(call).flatMap(({ dataId }) => waiting.get(dataId) ?? [])
      for (const { out } of found) waiting.delete(out.dataId)
      return found
    },
  }
}
