import type { TensorInfo } from '@tensorflow/tfjs-core'
import {
  advance,
  type Code,
  constant,
  doubles,
  get,
  oneLane,
  range,
  repeated,
  set,
  type WasmFunction,
} from '../../../../base/wasm-assembler.ts'
import { sizeOf } from '../backend.ts'
import type { KernelCall } from '../recording.ts'
import type { Generated } from './definition.ts'

/** [outer, inner] → [outer] over the last axis, or → [inner] over the first. */
interface Reduction {
  readonly of: 'sum' | 'max'
  readonly over: 'last' | 'first'
  readonly outer: number
  readonly inner: number
}

/** Dimensions as a kernel takes them; all of them if it names none. */
type Axes = number | readonly number[] | null

/** The sum of all rows of a matrix, or of what is one with its leading dimensions joined. */
export interface SumDown {
  readonly x: TensorInfo
  readonly out: TensorInfo
  /** Of a row. */
  readonly width: number
}

/** The call as a sum of rows; null if it is another. */
export function sumDown(call: KernelCall): SumDown | null {
  const found = reduced(call)
  return found?.over === 'first' ? { x: found.x, out: found.out, width: found.inner } : null
}

/** The call as a reduction over all leading or all trailing dimensions; null if it is another. */
export function reduction(call: KernelCall): Generated | null {
  const found = reduced(call)
  return found && generated(found)
}

interface Reduced extends Reduction {
  readonly x: TensorInfo
  readonly out: TensorInfo
}

function reduced({ name, inputs, attributes, outputs }: KernelCall): Reduced | null {
  const { x } = inputs
  const [out] = outputs
  if ((name !== 'Sum' && name !== 'Max') || !x || x.dtype !== 'float32' || !out || sizeOf(x.shape) === 0) return null
  const rank = x.shape.length
  const { axis, reductionIndices } = (attributes ?? {}) as { axis?: Axes; reductionIndices?: Axes }
  const axes = [(name === 'Sum' ? axis : reductionIndices) ?? x.shape.map((_, i) => i)]
    .flat()
    .map((axis) => (axis < 0 ? axis + rank : axis))
  const over = (from: number, to: number): boolean =>
    axes.length === to - from && axes.every((axis) => axis >= from && axis < to)
  const inner = sizeOf(x.shape.slice(rank - axes.length))
  // The order of the cases is that of the kernels: a sum over all dimensions but the last is another one.
  if (name === 'Sum' && rank >= 2 && over(0, rank - 1)) {
    const width = x.shape[rank - 1] ?? 0
    return { x, out, of: 'sum', over: 'first', outer: sizeOf(x.shape) / width, inner: width }
  }
  if (!over(rank - axes.length, rank)) return null
  return { x, out, of: name === 'Sum' ? 'sum' : 'max', over: 'last', outer: sizeOf(x.shape) / inner, inner }
}

const generated = ({ x, out, ...sizes }: Reduced): Generated => ({
  reads: [x],
  out,
  wasm: {
    scratch: 0,
    code: (name, address) => reductionFunction(name, { ...sizes, from: address(x), to: address(out) }),
  },
  instruction: (address) => ({
    kind: sizes.over === 'first' ? 'sum_first' : sizes.of === 'sum' ? 'sum_last' : 'max_last',
    numbers: [sizes.outer, sizes.inner, address(x), address(out)],
  }),
})

/** Byte addresses of a reduction. */
interface Places extends Reduction {
  readonly from: number
  readonly to: number
}

/** The reduction as a function without parameters; it adds in the order of the backend's own kernels. */
const reductionFunction = (name: string, p: Places): WasmFunction =>
  p.over === 'last' ? overLast(name, p) : overFirst(name, p)

/** One row after another, from its first element to its last. */
function overLast(name: string, { of, outer, inner, from, to }: Places): WasmFunction {
  const [source, target, rows, columns, total] = [0, 1, 2, 3, 4]
  const next: Code = [...get(source), ...oneLane.load(0)]
  return {
    name,
    parameters: 0,
    locals: ['i32', 'i32', 'i32', 'i32', 'f32'],
    body: [
      ...[...constant(from), ...set(source), ...constant(to), ...set(target)],
      ...repeated(rows, outer, [
        ...(of === 'sum' ? oneLane.constant(0) : next),
        ...set(total),
        ...repeated(columns, inner, [
          ...[...get(total), ...next, ...(of === 'sum' ? oneLane.add : oneLane.maximum), ...set(total)],
          ...advance(source, constant(4)),
        ]),
        ...[...get(target), ...get(total), ...oneLane.store(0)],
        ...advance(target, constant(4)),
      ]),
    ],
  }
}

/** Columns that are summed at once, as pairs, while the rows pass by; those that are left are summed alone. */
const pairs = [8, 2] as const

/** Down the columns in double precision, as the kernel for sums over all dimensions but the last. */
function overFirst(name: string, { outer, inner, from, to }: Places): WasmFunction {
  const [source, target, rows, start, groups, first] = [0, 1, 2, 3, 4, 5]
  const single = first + Math.max(...pairs)
  /** Groups of columns one after another: their sums from zero, what each row adds, and how the sums are stored. */
  const across = (times: number, columns: number, [zero, each, end]: readonly [Code, Code, Code]): Code =>
    repeated(groups, times, [
      ...zero,
      ...[...get(start), ...set(source)],
      ...repeated(rows, outer, [...each, ...advance(source, constant(4 * inner))]),
      ...end,
      ...[...advance(start, constant(4 * columns)), ...advance(target, constant(4 * columns))],
    ])
  const code: Code[] = [[...constant(from), ...set(start), ...constant(to), ...set(target)]]
  let left = inner
  for (const count of pairs) {
    const every = (of: (i: number) => Code): Code => range(count, of)
    code.push(
      across(Math.floor(left / (2 * count)), 2 * count, [
        every((i) => [...doubles.zeros, ...set(first + i)]),
        every((i) => [
          ...[...get(first + i), ...get(source), ...doubles.loadTwo(8 * i), ...doubles.addTwo, ...set(first + i)],
        ]),
        every((i) => [...get(target), ...get(first + i), ...doubles.storeTwo(8 * i)]),
      ]),
    )
    left %= 2 * count
  }
  code.push(
    across(left, 1, [
      [...doubles.zero, ...set(single)],
      [...get(single), ...get(source), ...doubles.load(0), ...doubles.add, ...set(single)],
      [...get(target), ...get(single), ...doubles.store(0)],
    ]),
  )
  return {
    name,
    parameters: 0,
    locals: [
      ...Array.from({ length: first }, () => 'i32' as const),
      ...Array.from({ length: Math.max(...pairs) }, () => 'v128' as const),
      'f64',
    ],
    body: code.flat(),
  }
}
