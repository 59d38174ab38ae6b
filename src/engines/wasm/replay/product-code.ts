import {
  advance,
  type Code,
  constant,
  fourLanes,
  get,
  type Lanes,
  oneLane,
  repeat,
  set,
  type WasmFunction,
} from '../../../base/wasm-assembler.ts'

/** Addresses and distances in bytes: [rows, inner] × [inner, columns] → [rows, columns], the last one contiguous. */
export interface ProductPlaces {
  readonly rows: number
  readonly inner: number
  readonly columns: number
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
export const panelBytes = (inner: number): number => inner * 32

const local = { a: 0, b: 1, out: 2, column: 3, inner: 4, row: 5, from: 6, panels: 7, bColumn: 8 } as const
const integers = 9

/**
 * A product as a function without parameters. Every sum adds its terms from the first to the last, so it has the bits of
 * XNNPACK's. Columns of the second operand are copied to a panel first, which stays in the fastest cache while all rows use
 * it (Goto and van de Geijn, 2008, "Anatomy of high-performance matrix multiplication").
 */
export function productFunction(name: string, p: ProductPlaces): WasmFunction {
  const code: Code[] = []
  let column = 0
  for (const { lanes, vectors } of panels) {
    const width = (vectors * lanes.bytes) / 4
    const times = Math.floor((p.columns - column) / width)
    if (times === 0) continue
    code.push([
      ...constant(4 * column),
      ...set(local.column),
      ...constant(p.b + column * p.bColumn),
      ...set(local.bColumn),
      ...constant(times),
      ...set(local.panels),
      ...repeat(local.panels, [
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
      ...Array.from({ length: integers }, () => 'i32' as const),
      ...Array.from({ length: vectorsOf4 }, () => 'v128' as const),
      ...Array.from({ length: singles }, () => 'f32' as const),
    ],
    body: code.flat(),
  }
}

/** Columns from `local.column` on: copies their panel, then multiplies all rows with it. */
function panelOf(p: ProductPlaces, lanes: Lanes, vectors: number): Code {
  const bytes = vectors * lanes.bytes
  const blocks = Math.floor(p.rows / rowsAtOnce)
  const rest = p.rows - blocks * rowsAtOnce
  return [
    ...get(local.bColumn),
    ...set(local.b),
    ...constant(p.panel),
    ...set(local.from),
    ...constant(p.inner),
    ...set(local.inner),
    ...repeat(local.inner, [
      ...(p.bColumn === 4
        ? range(vectors, (j) => copied(lanes, j * lanes.bytes, j * lanes.bytes))
        : range(bytes / 4, (j) => copied(oneLane, j * p.bColumn, 4 * j))),
      ...advance(local.b, constant(p.bInner)),
      ...advance(local.from, constant(bytes)),
    ]),
    ...constant(p.a),
    ...set(local.a),
    ...constant(p.out),
    ...get(local.column),
    0x6a,
    ...set(local.out),
    ...(blocks === 0
      ? []
      : [...constant(blocks), ...set(local.row), ...repeat(local.row, blockOf(p, lanes, vectors, rowsAtOnce))]),
    ...(rest === 0 ? [] : blockOf(p, lanes, vectors, rest)),
  ]
}

const copied = (lanes: Lanes, from: number, to: number): Code => [
  ...get(local.from),
  ...get(local.b),
  ...lanes.load(from),
  ...lanes.store(to),
]

/** Some rows by one panel, with all sums in registers; then on to the next rows. */
function blockOf(p: ProductPlaces, lanes: Lanes, vectors: number, height: number): Code {
  const first = integers + (lanes === oneLane ? rowsAtOnce * 2 + 3 : 0)
  const sum = (i: number, j: number): number => first + i * vectors + j
  const right = (j: number): number => first + height * vectors + j
  const left = right(vectors)
  return [
    ...range(height * vectors, (i) => [...lanes.constant(0), ...set(first + i)]),
    ...constant(p.panel),
    ...set(local.b),
    ...get(local.a),
    ...set(local.from),
    ...constant(p.inner),
    ...set(local.inner),
    ...repeat(local.inner, [
      ...range(vectors, (j) => [...get(local.b), ...lanes.load(j * lanes.bytes), ...set(right(j))]),
      ...range(height, (i) => [
        ...get(local.from),
        ...lanes.loadSplat(i * p.aRow),
        ...set(left),
        ...range(vectors, (j) => [
          ...get(sum(i, j)),
          ...get(left),
          ...get(right(j)),
          ...lanes.multiply,
          ...lanes.add,
          ...set(sum(i, j)),
        ]),
      ]),
      ...advance(local.b, constant(vectors * lanes.bytes)),
      ...advance(local.from, constant(p.aInner)),
    ]),
    ...range(height, (i) =>
      range(vectors, (j) => [...get(local.out), ...get(sum(i, j)), ...lanes.store(i * 4 * p.columns + j * lanes.bytes)]),
    ),
    ...advance(local.a, constant(height * p.aRow)),
    ...advance(local.out, constant(height * 4 * p.columns)),
  ]
}

const range = (length: number, code: (i: number) => Code): Code => Array.from({ length }, (_, i) => code(i)).flat()
