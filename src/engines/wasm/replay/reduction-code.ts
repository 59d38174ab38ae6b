import {
  advance,
  type Code,
  constant,
  doubles,
  get,
  oneLane,
  repeat,
  set,
  type WasmFunction,
} from '../../../base/wasm-assembler.ts'
import type { Reduction } from './reduction.ts'

/** Byte addresses of a reduction. */
export interface ReductionPlaces extends Pick<Reduction, 'of' | 'over' | 'outer' | 'inner'> {
  readonly from: number
  readonly to: number
}

/** The reduction as a function without parameters; it adds in the order of the backend's own kernels. */
export const reductionFunction = (name: string, p: ReductionPlaces): WasmFunction =>
  p.over === 'last' ? overLast(name, p) : overFirst(name, p)

/** One row after another, from its first element to its last. */
function overLast(name: string, { of, outer, inner, from, to }: ReductionPlaces): WasmFunction {
  const [source, target, rows, columns, total] = [0, 1, 2, 3, 4]
  const next: Code = [...get(source), ...oneLane.load(0)]
  return {
    name,
    parameters: 0,
    locals: ['i32', 'i32', 'i32', 'i32', 'f32'],
    body: [
      ...[...constant(from), ...set(source), ...constant(to), ...set(target), ...constant(outer), ...set(rows)],
      ...repeat(rows, [
        ...(of === 'sum' ? oneLane.constant(0) : next),
        ...[...set(total), ...constant(inner), ...set(columns)],
        ...repeat(columns, [
          ...[...get(total), ...next, ...(of === 'sum' ? oneLane.add : oneLane.maximum), ...set(total)],
          ...advance(source, constant(4)),
        ]),
        ...[...get(target), ...get(total), ...oneLane.store(0)],
        ...advance(target, constant(4)),
      ]),
    ],
  }
}

/** Columns that are summed at once, as pairs, while the rows pass by; one column is summed alone. */
const pairs = [8, 2] as const

/** Down the columns in double precision, as the kernel for sums over all dimensions but the last. */
function overFirst(name: string, { outer, inner, from, to }: ReductionPlaces): WasmFunction {
  const [source, rows, first] = [0, 1, 2]
  const single = first + Math.max(...pairs)
  const down = (column: number, zero: Code, each: Code, end: Code): Code => [
    ...zero,
    ...[...constant(from + 4 * column), ...set(source), ...constant(outer), ...set(rows)],
    ...repeat(rows, [...each, ...advance(source, constant(4 * inner))]),
    ...end,
  ]
  const code: Code[] = []
  let column = 0
  for (const count of pairs)
    for (; column + 2 * count <= inner; column += 2 * count) {
      const every = (of: (i: number) => Code): Code => Array.from({ length: count }, (_, i) => of(i)).flat()
      code.push(
        down(
          column,
          every((i) => [...doubles.zeros, ...set(first + i)]),
          every((i) => [
            ...[...get(first + i), ...get(source), ...doubles.loadTwo(8 * i), ...doubles.addTwo, ...set(first + i)],
          ]),
          every((i) => [...constant(0), ...get(first + i), ...doubles.storeTwo(to + 4 * column + 8 * i)]),
        ),
      )
    }
  for (; column < inner; column++)
    code.push(
      down(
        column,
        [...doubles.zero, ...set(single)],
        [...get(single), ...get(source), ...doubles.load(0), ...doubles.add, ...set(single)],
        [...constant(0), ...get(single), ...doubles.store(to + 4 * column)],
      ),
    )
  return {
    name,
    parameters: 0,
    locals: ['i32', 'i32', ...Array.from({ length: Math.max(...pairs) }, () => 'v128' as const), 'f64'],
    body: code.flat(),
  }
}
