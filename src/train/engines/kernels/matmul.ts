import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floats, type KernelBuilder, shaped, type WasmHeap } from './heap.ts'

/**
 * Matrix product with transposed operands, as every gradient of a product needs. The backend's own kernel leaves XNNPACK
 * for a plain loop as soon as an operand is transposed: 3.8 instead of 40 GFLOP/s at [64, 64] × [64, 128]. Here the operand
 * is transposed first (one pass over its memory), and the product itself always takes the fast way.
 */
export const batchMatMul: KernelBuilder = (tf) => {
  const own = tf.getKernel('BatchMatMul', 'wasm')?.kernelFunc
  if (!own) throw new Error('the wasm backend has no kernel BatchMatMul')
  return (call) => {
    const { a, b } = call.inputs as unknown as { a: TensorInfo; b: TensorInfo }
    const { transposeA, transposeB } = call.attrs as unknown as { transposeA: boolean; transposeB: boolean }
    if (!(transposeA || transposeB) || batches(a) !== 1 || batches(b) !== 1) return own(call)
    const heap = call.backend as WasmHeap
    const left = transposeA ? transposed(heap, a) : a
    const right = transposeB ? transposed(heap, b) : b
    const attrs = { transposeA: false, transposeB: false }
    const out = own({ inputs: { a: left, b: right }, backend: heap, attrs })
    if (left !== a) heap.disposeData(left.dataId)
    if (right !== b) heap.disposeData(right.dataId)
    return out
  }
}

function batches(matrix: TensorInfo): number {
  return matrix.shape.slice(0, -2).reduce((product, size) => product * size, 1)
}

/** A new tensor with the last two sizes exchanged; only for a single matrix, with any number of leading ones. */
export function transposed(heap: WasmHeap, matrix: TensorInfo): TensorInfo {
  const rows = matrix.shape.at(-2) ?? 1
  const columns = matrix.shape.at(-1) ?? 1
  const shape = [...matrix.shape.slice(0, -2), columns, rows]
  const out = heap.makeOutput(shape, 'float32')
  transposeInto(floats(heap, matrix), floats(heap, out), rows, columns)
  return shaped(out, shape)
}

/** Tile side: 16 floats are one cache line of 64 bytes, so that every line fetched is used whole. */
const tile = 16

export function transposeInto(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile)
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(columns, left + tile)
      for (let column = left; column < right; column++) {
        for (let row = top, at = top * columns + column; row < bottom; row++, at += columns) {
          to[column * rows + row] = from[at] as number
        }
      }
    }
  }
}
