import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Code, get, type Lanes } from '../../../base/wasm-assembler.ts'
import { sizeOf } from './backend.ts'
import { inputsOf, type KernelCall } from './recording.ts'

/** Computes an element from the locals of its operands, and leaves it on the stack. */
type Operation = (lanes: Lanes, a: number, b: number) => Code

const binary =
  (of: (lanes: Lanes) => Code): Operation =>
  (lanes, a, b) => [...get(a), ...get(b), ...of(lanes)]
const unary =
  (of: (lanes: Lanes) => Code): Operation =>
  (lanes, a) => [...get(a), ...of(lanes)]

/** Kernels that compute each element from those in the same place, with the same bits as the backend's own. */
const operations: Readonly<Record<string, Operation>> = {
  Abs: unary(({ magnitude }) => magnitude),
  Add: binary(({ add }) => add),
  Maximum: (lanes, a, b) => lanes.greater(a, b),
  Minimum: (lanes, a, b) => lanes.lesser(a, b),
  Multiply: binary(({ multiply }) => multiply),
  Neg: unary(({ negate }) => negate),
  RealDiv: binary(({ divide }) => divide),
  Relu: unary((lanes) => [...lanes.constant(0), ...lanes.maximum]),
  Sqrt: unary(({ squareRoot }) => squareRoot),
  Square: (lanes, a) => [...get(a), ...get(a), ...lanes.multiply],
  // Its slope below 0 is an attribute, which is 0 in every gradient.
  Step: (lanes, a) => lanes.step(a),
  Sub: binary(({ subtract }) => subtract),
}

/** How an operand covers the elements: one for each, one for all, a row that repeats, or one for each row. */
export type Cover = 'each' | 'all' | 'row' | 'column'

export interface Elementwise {
  readonly operation: Operation
  readonly operands: readonly { readonly info: TensorInfo; readonly cover: Cover }[]
  readonly out: TensorInfo
}

/** The call as an operation on elements; null if it is none, or covers its operands in another way. */
export function elementwise(call: KernelCall): Elementwise | null {
  const operation = Object.hasOwn(operations, call.name) ? operations[call.name] : undefined
  const [out] = call.outputs
  if (!operation || out?.dtype !== 'float32' || (call.attributes?.['alpha'] ?? 0) !== 0) return null
  const operands = inputsOf(call).map((info) => ({ info, cover: coverOf(info, out) }))
  const known = operands.every((o): o is typeof o & { cover: Cover } => o.cover !== null && o.info.dtype === 'float32')
  return known && sizeOf(out.shape) > 0 ? { operation, operands: operands as Elementwise['operands'], out } : null
}

function coverOf({ shape }: TensorInfo, out: TensorInfo): Cover | null {
  const [size, whole] = [sizeOf(shape), sizeOf(out.shape)]
  if (size === whole) return 'each'
  if (size === 1) return 'all'
  if (shape.length === out.shape.length && shape.at(-1) === 1 && size * (out.shape.at(-1) ?? 0) === whole) return 'column'
  const row = shape.slice(shape.findIndex((length) => length !== 1))
  return row.every((length, i) => length === out.shape[out.shape.length - row.length + i]) ? 'row' : null
}
