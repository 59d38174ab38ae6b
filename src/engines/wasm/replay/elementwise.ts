import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Code, get, type Lanes } from '../../../base/wasm-assembler.ts'
import { sizeOf } from './backend.ts'
import { inputsOf, type KernelCall } from './recording.ts'

/** Computes an element from the locals of its operands, and leaves it on the stack. */
type Lane = (lanes: Lanes, a: number, b: number) => Code

/** A kernel that computes each element from those in the same place. */
export interface ElementOperation {
  /** Its name among the operations of compiled kernels (`Operation` of `cpu/kernels/loops.h`, in this order). */
  readonly name: string
  /** As WebAssembly, with the bits of the backend's own kernel. */
  readonly lane?: Lane
}

const binary =
  (of: (lanes: Lanes) => Code): Lane =>
  (lanes, a, b) => [...get(a), ...get(b), ...of(lanes)]
const unary =
  (of: (lanes: Lanes) => Code): Lane =>
  (lanes, a) => [...get(a), ...of(lanes)]

/** By the names of kernels. */
const operations: Readonly<Record<string, ElementOperation>> = {
  Abs: { name: 'abs', lane: unary(({ magnitude }) => magnitude) },
  Add: { name: 'add', lane: binary(({ add }) => add) },
  Maximum: { name: 'maximum', lane: (lanes, a, b) => lanes.greater(a, b) },
  Minimum: { name: 'minimum', lane: (lanes, a, b) => lanes.lesser(a, b) },
  Multiply: { name: 'multiply', lane: binary(({ multiply }) => multiply) },
  Neg: { name: 'negate', lane: unary(({ negate }) => negate) },
  RealDiv: { name: 'divide', lane: binary(({ divide }) => divide) },
  Relu: { name: 'relu', lane: unary((lanes) => [...lanes.constant(0), ...lanes.maximum]) },
  Sqrt: { name: 'root', lane: unary(({ squareRoot }) => squareRoot) },
  Square: { name: 'square', lane: (lanes, a) => [...get(a), ...get(a), ...lanes.multiply] },
  // Its slope below 0 is an attribute, which is 0 in every gradient.
  Step: { name: 'step', lane: (lanes, a) => lanes.step(a) },
  Sub: { name: 'subtract', lane: binary(({ subtract }) => subtract) },
  Exp: { name: 'exp' },
  Log: { name: 'log' },
  Rsqrt: { name: 'inverse_root' },
  Sigmoid: { name: 'sigmoid' },
  Tanh: { name: 'tanh' },
  Erf: { name: 'erf' },
}

/** The names of all operations; an operation's number is its place. */
export const operationNames = Object.values(operations).map(({ name }) => name)

/** How an operand covers the elements: one for each, one for all, a row that repeats, or one for each row. */
export type Cover = 'each' | 'all' | 'row' | 'column'

export interface Elementwise {
  readonly operation: ElementOperation
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
