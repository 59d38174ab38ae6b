import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from './backend.ts'
import type { KernelCall } from './recording.ts'

/** A product of two matrices, [rows, inner] × [inner, columns], either of which may be stored transposed. */
export interface Product {
  readonly a: TensorInfo
  readonly b: TensorInfo
  readonly out: TensorInfo
  readonly rows: number
  readonly inner: number
  readonly columns: number
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** The call as a product of one matrix with another; null if it is none, or of many at once. */
export function productOf({ name, inputs, attributes, outputs }: KernelCall): Product | null {
  const { a, b } = inputs
  const [out] = outputs
  if (name !== 'BatchMatMul' || !a || !b || !out) return null
  const [transposeA, transposeB] = [attributes?.['transposeA'] === true, attributes?.['transposeB'] === true]
  const [rows = 0, columns = 0] = out.shape.slice(-2)
  const inner = a.shape.at(transposeA ? -2 : -1) ?? 0
  const one = sizeOf(out.shape) === rows * columns && sizeOf(a.shape) === rows * inner && sizeOf(b.shape) === inner * columns
  return one && rows * inner * columns > 0 ? { a, b, out, rows, inner, columns, transposeA, transposeB } : null
}
