import {
  advance,
  type Code,
  constant,
  fourLanes,
  get,
  integers,
  type Lanes,
  oneLane,
  range,
  repeated,
  set,
  type WasmFunction,
} from '../../../../base/wasm-assembler.ts'
import { sizeOf } from '../backend.ts'
import type { KernelCall } from '../recording.ts'
import type { Generated } from './definition.ts'

interface Sizes {
  readonly matrices: number
  readonly rows: number
  readonly inner: number
  readonly columns: number
}

/** A product of matrices, either of which may be stored transposed; null if the call is another, or spreads a matrix. */
export function product({ name, inputs, attributes, outputs }: KernelCall): Generated | null {
  const { a, b } = inputs
  const [out] = outputs
  if (name !== 'BatchMatMul' || !a || !b || !out) return null
  const [transposeA, transposeB] = [attributes?.['transposeA'] === true, attributes?.['transposeB'] === true]
  const [rows = 0, columns = 0] = out.shape.slice(-2)
  const inner = a.shape.at(transposeA ? -2 : -1) ?? 0
  const matrices = sizeOf(out.shape) / (rows * columns)
  const sizes = { matrices, rows, inner, columns }
  const whole = sizeOf(a.shape) === matrices * rows * inner && sizeOf(b.shape) === matrices * inner * columns
  if (!whole || matrices * rows * inner * columns === 0) return null
  const [aRow, aInner] = transposeA ? [1, rows] : [inner, 1]
  const [bInner, bColumn] = transposeB ? [1, inner] : [columns, 1]
  return {
    reads: [a, b],
    out,
    ...(partsOf(sizes).length > mostParts
      ? {}
      : {
          wasm: {
            scratch: panelBytes(inner),
            code: (name, address, panel) =>
              productFunction(name, {
                ...sizes,
                a: address(a),
                aRow: 4 * aRow,
                aInner: 4 * aInner,
                b: address(b),
                bInner: 4 * bInner,
                bColumn: 4 * bColumn,
                out: address(out),
                panel,
              }),
          },
        }),
    piece: columns,
    instruction: (address) => ({
      kind: 'product',
      numbers: [matrices, rows, inner, columns, address(a), aRow, aInner, address(b), bInner, bColumn, address(out)],
    }),
  }
}

/**
 * How the backend adds up: one matrix, from the first term to the last, as XNNPACK does; of many, parts of 48 terms, each of
 * which it adds to the result.
 */
const partsOf = ({ matrices, inner }: Sizes): number[] =>
  matrices === 1 ? [inner] : Array.from({ length: Math.ceil(inner / 48) }, (_, i) => Math.min(48, inner - 48 * i))
/** Each part is code of its own. */
const mostParts = 8

/** Addresses and distances in bytes of equally many matrices: [rows, inner] × [inner, columns] → [rows, columns]. */
interface Places extends Sizes {
  readonly a: number
  /** From one row of the first operand to the next, and from one inner element to the next. */
  readonly aRow: number
  readonly aInner: number
  readonly b: number
  /** From one inner element of the second operand to the next, and from one column to the next. */
  readonly bInner: number
  readonly bColumn: number
  readonly out: number
  /** Room for a panel: `inner` × 8 floats. */
  readonly panel: number
}

const rowsAtOnce = 4
/** Columns of a panel, widest first, as vectors. */
const panels = [
  { lanes: fourLanes, vectors: 2 },
  { lanes: fourLanes, vectors: 1 },
  { lanes: oneLane, vectors: 1 },
] as const
const panelBytes = (inner: number): number => inner * 32

const names = ['a', 'b', 'out', 'column', 'inner', 'row', 'from', 'panels', 'bColumn'] as const
/** Where the matrices of this turn begin, and how many turns are left. */
const turns = ['aStart', 'bStart', 'outStart', 'matrices'] as const
const local = Object.fromEntries([...names, ...turns].map((name, i) => [name, i])) as Record<
  (typeof names)[number] | (typeof turns)[number],
  number
>
const firstFloat = names.length + turns.length

/**
 * A product as a function without parameters, with the bits of the backend's own. Columns of the second operand are copied
 * to a panel first, which stays in the fastest cache while all rows use it (Goto and van de Geijn, 2008, "Anatomy of
 * high-performance matrix multiplication").
 */
function productFunction(name: string, p: Places): WasmFunction {
  const code: Code[] = []
  let column = 0
  for (const { lanes, vectors } of panels) {
    const width = (vectors * lanes.bytes) / 4
    const times = Math.floor((p.columns - column) / width)
    if (times === 0) continue
    code.push([
      ...constant(4 * column),
      ...set(local.column),
      ...sum(local.bStart, column * p.bColumn),
      ...set(local.bColumn),
      ...repeated(local.panels, times, [
        ...panelOf(p, lanes, vectors),
        ...advance(local.column, constant(4 * width)),
        ...advance(local.bColumn, constant(width * p.bColumn)),
      ]),
    ])
    column += times * width
  }
  const vectorsOf4 = rowsAtOnce * 2 + 2 + 1
  const singles = rowsAtOnce + 2
  return {
    name,
    parameters: 0,
    locals: [
      ...Array.from({ length: firstFloat }, () => 'i32' as const),
      ...Array.from({ length: vectorsOf4 }, () => 'v128' as const),
      ...Array.from({ length: singles }, () => 'f32' as const),
    ],
    body: [
      ...[...constant(p.a), ...set(local.aStart), ...constant(p.b), ...set(local.bStart)],
      ...[...constant(p.out), ...set(local.outStart)],
      ...repeated(local.matrices, p.matrices, [
        ...code.flat(),
        ...advance(local.aStart, constant(4 * p.rows * p.inner)),
        ...advance(local.bStart, constant(4 * p.inner * p.columns)),
        ...advance(local.outStart, constant(4 * p.rows * p.columns)),
      ]),
    ],
  }
}

const sum = (pointer: number, bytes: number): Code => [...get(pointer), ...constant(bytes), ...integers.add]

/** Columns from `local.column` on: copies their panel, then multiplies all rows with it. */
function panelOf(p: Places, lanes: Lanes, vectors: number): Code {
  const bytes = vectors * lanes.bytes
  const blocks = Math.floor(p.rows / rowsAtOnce)
  const rest = p.rows - blocks * rowsAtOnce
  return [
    ...get(local.bColumn),
    ...set(local.b),
    ...constant(p.panel),
    ...set(local.from),
    ...repeated(local.inner, p.inner, [
      ...(p.bColumn === 4
        ? range(vectors, (j) => toPanel(lanes, j * lanes.bytes, j * lanes.bytes))
        : range(bytes / 4, (j) => toPanel(oneLane, j * p.bColumn, 4 * j))),
      ...advance(local.b, constant(p.bInner)),
      ...advance(local.from, constant(bytes)),
    ]),
    ...[...get(local.aStart), ...set(local.a)],
    ...[...get(local.outStart), ...get(local.column), ...integers.add, ...set(local.out)],
    ...repeated(local.row, blocks, blockOf(p, lanes, vectors, rowsAtOnce)),
    ...(rest === 0 ? [] : blockOf(p, lanes, vectors, rest)),
  ]
}

const toPanel = (lanes: Lanes, from: number, to: number): Code => [
  ...get(local.from),
  ...get(local.b),
  ...lanes.load(from),
  ...lanes.store(to),
]

/** Some rows by one panel, with all sums of a part in registers; then on to the next rows. */
function blockOf(p: Places, lanes: Lanes, vectors: number, height: number): Code {
  const first = firstFloat + (lanes === oneLane ? rowsAtOnce * 2 + 3 : 0)
  const total = (i: number, j: number): number => first + i * vectors + j
  const right = (j: number): number => first + height * vectors + j
  const left = right(vectors)
  const each = (code: (i: number, j: number) => Code): Code => range(height, (i) => range(vectors, (j) => code(i, j)))
  const offset = (i: number, j: number): number => i * 4 * p.columns + j * lanes.bytes
  const part = (terms: number, at: number): Code => [
    ...each((i, j) => [...lanes.constant(0), ...set(total(i, j))]),
    ...repeated(local.inner, terms, [
      ...range(vectors, (j) => [...get(local.b), ...lanes.load(j * lanes.bytes), ...set(right(j))]),
      ...range(height, (i) => [
        ...[...get(local.from), ...lanes.loadSplat(i * p.aRow), ...set(left)],
        ...range(vectors, (j) => [
          ...[...get(total(i, j)), ...get(left), ...get(right(j))],
          ...[...lanes.multiply, ...lanes.add, ...set(total(i, j))],
        ]),
      ]),
      ...advance(local.b, constant(vectors * lanes.bytes)),
      ...advance(local.from, constant(p.aInner)),
    ]),
    ...each((i, j) => [
      ...[...get(local.out), ...get(total(i, j))],
      ...(at === 0 ? [] : [...get(local.out), ...lanes.load(offset(i, j)), ...lanes.add]),
      ...lanes.store(offset(i, j)),
    ]),
  ]
  return [
    ...[...constant(p.panel), ...set(local.b), ...get(local.a), ...set(local.from)],
    ...partsOf(p).flatMap(part),
    ...advance(local.a, constant(height * p.aRow)),
    ...advance(local.out, constant(height * 4 * p.columns)),
  ]
}
