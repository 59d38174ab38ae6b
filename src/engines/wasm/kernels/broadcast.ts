import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { backendKernel, floats, type KernelBuilder, opened, shaped, type WasmHeap } from './heap.ts'

/** The fewest floats that one row should have: a short row costs about 9 ns before its first element. */
const longRow = 1024

/**
 * Wraps an elementwise kernel so that [rows, few] with [few], such as adding a bias to images, runs over long rows: the
 * short operand is repeated several times in a row, and the long one is read as fewer, longer rows. [4096, 16] + [16] takes
 * 10 µs instead of 37 µs; operands of other shapes pass through unchanged.
 */
export function broadcastRows(name: 'Add' | 'Sub' | 'Multiply'): KernelBuilder {
  return ({ tf }) => {
    const own = backendKernel(tf, name)
    return (call) => {
      const {
        heap,
        inputs: { a, b },
      } = opened<'a' | 'b', object>(call)
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return own(call)
      const [long, short] = a.shape.length >= b.shape.length ? [a, b] : [b, a]
      const repeats = repetitions(long.shape, short.shape)
      return repeats > 1 ? inLongRows(own, heap, a, b, short, repeats) : own(call)
    }
  }
}

/** How many rows to process as one: a power of two that divides the rows; 1 if the shapes are not rows and a row. */
function repetitions(long: readonly number[], short: readonly number[]): number {
  const [width] = short
  if (short.length !== 1 || width === undefined || long.length < 2 || long.at(-1) !== width) return 1
  const rows = long.slice(0, -1).reduce((product, size) => product * size, 1)
  let repeats = 1
  while (repeats * width < longRow && rows % (2 * repeats) === 0 && rows > 2 * repeats) repeats *= 2
  return repeats
}

function inLongRows(
  own: KernelFunc,
  heap: WasmHeap,
  a: TensorInfo,
  b: TensorInfo,
  short: TensorInfo,
  repeats: number,
): TensorInfo {
  const repeated = repeat(heap, short, repeats)
  const long = short === b ? a : b
  const width = repeated.shape[0] ?? 1
  const rows = shaped(long, [long.shape.reduce((product, size) => product * size, 1) / width, width])
  const inputs = short === b ? { a: rows, b: repeated } : { a: repeated, b: rows }
  const out = own({ inputs, backend: heap }) as TensorInfo
  heap.disposeData(repeated.dataId)
  return shaped(out, long.shape)
}

function repeat(heap: WasmHeap, row: TensorInfo, times: number): TensorInfo {
  const width = row.shape[0] ?? 0
  const shape = [width * times]
  const out = heap.makeOutput(shape, 'float32')
  const values = floats(heap, shaped(out, shape))
  values.set(floats(heap, row))
  for (let filled = width; filled < values.length; filled *= 2) values.copyWithin(filled, 0, filled)
  return shaped(out, shape)
}
