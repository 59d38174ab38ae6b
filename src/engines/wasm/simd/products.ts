import {
  advance,
  type Code,
  fourLanes,
  get,
  instantiate,
  type Lanes,
  oneLane,
  range,
  repeat,
  set,
  type WasmFunction,
  type WasmMemory,
} from '../../../base/wasm-assembler.ts'

/** Two operands at the same positions, in byte addresses of one memory: a box of images × rows × columns. */
export interface Positions {
  readonly left: number
  readonly right: number
  readonly out: number
  readonly images: Axis
  readonly rows: Axis
  readonly columns: Axis
}

/** Adds Σ left[p] ⊗ right[p] over positions p to the matrix at `out`. */
export interface OuterProducts extends Positions {
  readonly leftSize: number
  readonly rightSize: number
}

/** Adds Σ left[p] · right[p], element by element, over positions p to the row at `out`. */
export interface RowProducts extends Positions {
  readonly size: number
}

/** How many, and the distance in bytes to the next in each operand. */
export interface Axis {
  readonly count: number
  readonly left: number
  readonly right: number
}

export interface Products {
  addOuter(task: OuterProducts): void
  addRows(task: RowProducts): void
}

/** Elements of left × vectors of right that one pass keeps in registers: eight sums hide the latency of additions. */
const blocks = [
  { height: 4, width: 2 },
  { height: 4, width: 1 },
  { height: 2, width: 4 },
  { height: 2, width: 2 },
  { height: 2, width: 1 },
  { height: 1, width: 4 },
  { height: 1, width: 2 },
  { height: 1, width: 1 },
] as const

type Pass = (...numbers: readonly number[]) => void

/** Compiles the passes for one memory; `simd` says whether the machine has four lanes. */
export function products(memory: WasmMemory, simd: boolean): Products {
  const lanes = simd ? [fourLanes, oneLane] : [oneLane]
  const passes = instantiate(
    memory,
    lanes.flatMap((l) => [
      ...blocks.map(({ height, width }) => pass(l, height, width)),
      ...[1, 2, 4].map((width) => pass(l, 0, width)),
    ]),
  )
  /** Processes as many elements as the widest fitting pass does, and returns how many. */
  const runWidest = (task: Positions, size: number, height: number, row: number, column: number, stride: number): number => {
    const lane = simd && size - column >= 4 ? fourLanes : oneLane
    const perVector = lane.bytes / 4
    const vectors = largest(height === 4 ? [2, 1] : [4, 2, 1], (size - column) / perVector)
    run(passes[passName(lane, height, vectors)] as Pass, task, row * 4, column * 4, stride)
    return vectors * perVector
  }
  return {
    addOuter: (task) => {
      if (isEmpty(task)) return
      for (let row = 0, height = 0; row < task.leftSize; row += height) {
        height = largest([4, 2, 1], task.leftSize - row)
        for (let column = 0; column < task.rightSize; ) {
          column += runWidest(task, task.rightSize, height, row, column, task.rightSize * 4)
        }
      }
    },
    addRows: (task) => {
      if (isEmpty(task)) return
      for (let column = 0; column < task.size; ) column += runWidest(task, task.size, 0, column, column, 0)
    },
  }
}

const isEmpty = ({ images, rows, columns }: Positions): boolean => images.count * rows.count * columns.count === 0
const largest = (sizes: readonly number[], most: number): number => sizes.find((size) => size <= most) ?? 1

/** Offsets are in bytes; `outStride` is from one row of the sums to the next. */
function run(pass: Pass, t: Positions, leftOffset: number, rightOffset: number, outStride: number): void {
  const { images, rows, columns } = t
  pass(
    t.left + leftOffset,
    t.right + rightOffset,
    t.out + (leftOffset / 4) * outStride + rightOffset,
    outStride,
    images.count,
    rows.count,
    columns.count,
    // What remains to be added at the end of a row and of an image, after the steps inside it.
    images.left - rows.count * rows.left,
    images.right - rows.count * rows.right,
    rows.left - columns.count * columns.left,
    rows.right - columns.count * columns.right,
    columns.left,
    columns.right,
  )
}

const passName = (lanes: Lanes, height: number, width: number): string => `${lanes.type}x${height}x${width}`

const operands = ['left', 'right', 'out', 'outStride'] as const
const counts = ['images', 'rows', 'columns'] as const
const steps = ['imageLeft', 'imageRight', 'rowLeft', 'rowRight', 'columnLeft', 'columnRight'] as const
const counters = ['rowCounter', 'columnCounter', 'outRow'] as const
const names = [...operands, ...counts, ...steps, ...counters]
const parameters = names.length - counters.length
/** The number of each named parameter and local; parameters are those of `run`, in its order. */
const local = Object.fromEntries(names.map((name, i) => [name, i])) as Record<(typeof names)[number], number>

/**
 * One block of `height` × `width` sums, kept in registers over all positions: each element of left times the vectors of
 * right. Height 0 is one row of sums, of left times right element by element.
 */
function pass(lanes: Lanes, height: number, width: number): WasmFunction {
  const sumRows = Math.max(1, height)
  const sum = (i: number, j: number): number => names.length + i * width + j
  const right = (j: number): number => names.length + sumRows * width + j
  const left = right(width)
  const addTo = (i: number, j: number, factor: Code): Code => [
    ...get(sum(i, j)),
    ...factor,
    ...get(right(j)),
    ...lanes.multiply,
    ...lanes.add,
    ...set(sum(i, j)),
  ]
  const position: Code = [
    ...range(width, (j) => [...get(local.right), ...lanes.load(j * lanes.bytes), ...set(right(j))]),
    ...range(height, (i) => [
      ...get(local.left),
      ...lanes.loadSplat(4 * i),
      ...set(left),
      ...range(width, (j) => addTo(i, j, get(left))),
    ]),
    ...range(height === 0 ? width : 0, (j) => addTo(0, j, [...get(local.left), ...lanes.load(j * lanes.bytes)])),
    ...advance(local.left, get(local.columnLeft)),
    ...advance(local.right, get(local.columnRight)),
  ]
  const row = nested(local.columnCounter, local.columns, position, local.rowLeft, local.rowRight)
  const image = nested(local.rowCounter, local.rows, row, local.imageLeft, local.imageRight)
  const eachSum = (code: (i: number, j: number) => Code): Code => [
    ...get(local.out),
    ...set(local.outRow),
    ...range(sumRows, (i) => [...range(width, (j) => code(i, j)), ...advance(local.outRow, get(local.outStride))]),
  ]
  return {
    name: passName(lanes, height, width),
    parameters,
    // After the counters: the sums, the vectors of right, one element of left.
    locals: [...counters.map(() => 'i32' as const), ...Array.from({ length: (sumRows + 1) * width + 1 }, () => lanes.type)],
    body: [
      ...eachSum((i, j) => [...get(local.outRow), ...lanes.load(j * lanes.bytes), ...set(sum(i, j))]),
      ...repeat(local.images, image),
      ...eachSum((i, j) => [...get(local.outRow), ...get(sum(i, j)), ...lanes.store(j * lanes.bytes)]),
    ],
  }
}

/** `body` as many times as `count` says, then on to the next row or image in both operands. */
function nested(counter: number, count: number, body: Code, leftStep: number, rightStep: number): Code {
  return [
    ...get(count),
    ...set(counter),
    ...repeat(counter, body),
    ...advance(local.left, get(leftStep)),
    ...advance(local.right, get(rightStep)),
  ]
}
