import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { DataId } from './backend.ts'
import type { Elementwise } from './elementwise.ts'
import { inputsOf, type KernelCall } from './recording.ts'

/**
 * Slopes of rectified values, 1 or 0, which wait for who reads them. A loop that does computes them from the rectified values,
 * which are kept anyway, so no slope goes through memory.
 */
export interface Slopes {
  /** Whether the call computes a slope that can wait, or shows one in another shape. */
  wait(call: KernelCall, each: Elementwise | null): boolean
  /** The slope as an operation on rectified values; undefined if the tensor is none that waits. */
  of(dataId: DataId): Elementwise | undefined
  /** Slopes that the call reads; they wait no longer. */
  readBy(call: KernelCall): readonly Elementwise[]
}

export function createSlopes(wanted: readonly DataId[]): Slopes {
  /** By what was rectified. */
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
      const shows = call.name === 'Identity' || call.name === 'Reshape' || (call.name === 'Cast' && x.dtype === out.dtype)
      if (!slope || !shows) return false
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
