import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Products } from '../simd/products.ts'
import { backendKernel, floats, type KernelBuilder, opened, shaped, type WasmHeap } from './heap.ts'

/**
 * Matrix product with transposed operands, which every gradient of a product needs. If an operand is transposed, the
 * backend's own kernel falls back from XNNPACK to a plain loop: 3.8 instead of 40 GFLOP/s at [64, 64] × [64, 128]. The
 * gradient by the weights, aᵀ × b, is a sum of outer products over the rows of the batch. Otherwise, the operand is
 * transposed first, and the product takes the fast path. Products of many matrices at once go to the backend.
 */
export const batchMatMul: KernelBuilder = ({ tf, products }) => {
  const own = backendKernel(tf, 'BatchMatMul')
  return (call) => {
    const {
      heap,
      inputs: { a, b },
      attributes,
    } = opened<'a' | 'b', { transposeA: boolean; transposeB: boolean }>(call)
    const { transposeA, transposeB } = attributes
    if (!(transposeA || transposeB) || matrices(a) !== 1 || matrices(b) !== 1) return own(call)
    if (transposeA && !transposeB && (a.shape.at(-2) ?? 0) >= manyRows) return sumOfOuterProducts(heap, products, a, b)
    const left = transposeA ? transposed(heap, a) : a
    const right = transposeB ? transposed(heap, b) : b
    const out = own({ inputs: { a: left, b: right }, backend: heap, attrs: { transposeA: false, transposeB: false } })
    if (left !== a) heap.disposeData(left.dataId)
    if (right !== b) heap.disposeData(right.dataId)
    return out
  }
}

/** With fewer rows, loading and storing the sums costs more than adding to them, and XNNPACK is faster. */
const manyRows = 32
/** Rows are processed in chunks that fit in a core's L2 cache. */
const cacheFloats = 64 * 1024

function matrices(x: TensorInfo): number {
  return x.shape.slice(0, -2).reduce((product, size) => product * size, 1)
}

function sumOfOuterProducts(heap: WasmHeap, products: Products, a: TensorInfo, b: TensorInfo): TensorInfo {
  const [rows, leftSize, rightSize] = [a.shape.at(-2) ?? 0, a.shape.at(-1) ?? 0, b.shape.at(-1) ?? 0]
  const shape = [...a.shape.slice(0, -2), leftSize, rightSize]
  const out = shaped(heap.makeOutput(shape, 'float32'), shape)
  const [left, right, sums] = [floats(heap, a).byteOffset, floats(heap, b).byteOffset, floats(heap, out).fill(0).byteOffset]
  const chunk = Math.max(manyRows, Math.floor(cacheFloats / (leftSize + rightSize)))
  const once = { count: 1, left: 0, right: 0 }
  for (let row = 0; row < rows; row += chunk) {
    const columns = { count: Math.min(chunk, rows - row), left: leftSize * 4, right: rightSize * 4 }
    const operands = { left: left + row * leftSize * 4, right: right + row * rightSize * 4, out: sums }
    products.addOuter({ ...operands, leftSize, rightSize, images: once, rows: once, columns })
  }
  return out
}

/** A new tensor with the last two dimensions exchanged; only for a single matrix, with any number of leading dimensions. */
export function transposed(heap: WasmHeap, matrix: TensorInfo): TensorInfo {
  const rows = matrix.shape.at(-2) ?? 1
  const columns = matrix.shape.at(-1) ?? 1
  const shape = [...matrix.shape.slice(0, -2), columns, rows]
  const out = heap.makeOutput(shape, 'float32')
  transposeInto(floats(heap, matrix), floats(heap, out), rows, columns)
  return shaped(out, shape)
}

/** Tile side: 16 floats are one cache line of 64 bytes, so that every fetched line is fully used. */
const tile = 16

export function transposeInto(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile)
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(columns, left + tile)
      for (let column = left; column < right; column++) {
        for (let row = top, at = top * columns + column; row < bottom; row++, at += columns) {
          to[column * rows + row] = from[at] ?? NaN
        }
      }
    }
  }
}
