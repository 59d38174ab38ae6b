import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from './backend.ts'
import type { KernelCall } from './recording.ts'

/** [outer, inner] → [outer] over the last axis, or → [inner] over the first. */
export interface Reduction {
  readonly of: 'sum' | 'max'
  readonly over: 'last' | 'first'
  readonly x: TensorInfo
  readonly out: TensorInfo
  readonly outer: number
  readonly inner: number
}

/** The call as a reduction over all leading or all trailing dimensions; null if it is another. */
export function reductionOf({ name, inputs, attributes, outputs }: KernelCall): Reduction | null {
  const { x } = inputs
  const [out] = outputs
  if ((name !== 'Sum' && name !== 'Max') || !x || x.dtype !== 'float32' || !out || sizeOf(x.shape) === 0) return null
  const rank = x.shape.length
  const given = attributes?.[name === 'Sum' ? 'axis' : 'reductionIndices'] as number | readonly number[] | null | undefined
  const axes = (given === null || given === undefined ? x.shape.map((_, i) => i) : [given].flat()).map((axis) =>
    axis < 0 ? axis + rank : axis,
  )
  const over = (from: number, to: number): boolean =>
    axes.length === to - from && axes.every((axis) => axis >= from && axis < to)
  const inner = sizeOf(x.shape.slice(rank - axes.length))
  // The order of the cases is that of the kernels: a sum over all dimensions but the last is another one.
  if (name === 'Sum' && rank >= 2 && over(0, rank - 1)) {
    const width = x.shape[rank - 1] ?? 0
    return { of: 'sum', over: 'first', x, out, outer: sizeOf(x.shape) / width, inner: width }
  }
  if (!over(rank - axes.length, rank)) return null
  return { of: name === 'Sum' ? 'sum' : 'max', over: 'last', x, out, outer: sizeOf(x.shape) / inner, inner }
}
