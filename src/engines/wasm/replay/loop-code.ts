import {
  advance,
  type Code,
  constant,
  get,
  type Lanes,
  oneLane,
  range,
  repeated,
  set,
  type WasmFunction,
} from '../../../base/wasm-assembler.ts'
import { outermost, type Place, type Room } from './places.ts'
import type { Loop, Operand } from './steps.ts'

/** Local numbers of the counters, in every loop. */
const [byte, rounds, inRow, columnByte, rowByte] = [0, 1, 2, 3, 4]
const counters = 5

/**
 * A loop as a function without parameters. Addresses are part of its code: `base` is that of all rooms, and `rows` that of
 * the scratch where rows that end within a vector are repeated, as the function itself does first.
 * @param widest four lanes, or one on a machine without them
 */
export function loopFunction(
  name: string,
  loop: Loop,
  step: number,
  widest: Lanes,
  base: number,
  rows: number,
): WasmFunction {
  const lanes = loop.columns && (loop.width ?? 0) % 4 !== 0 ? oneLane : widest
  const perVector = lanes.bytes / 4
  const round = loop.width === null ? perVector : loop.columns ? loop.width : roundOf(loop.width)
  const vectors = Math.floor(loop.length / perVector)
  const rest = loop.length - vectors * perVector
  const sources = sourcesOf(loop)
  const local = localsOf(loop, sources)
  const address = (place: Place): number => {
    const { room, offset } = outermost(place)
    return base + room.address + offset
  }
  const repeats = ({ width }: Source): boolean => width < round
  const rowAddress = (source: Source): number =>
    repeats(source) ? rows + 4 * round * sources.rows.indexOf(source) : address(source.place)
  /** Loads what is read, computes, and stores what later steps read, at the counters' places plus an offset. */
  const body = (of: Lanes, at: number): Code => [
    ...sources.each.flatMap((s) => [...get(byte), ...of.load(address(s.place) + at), ...set(local.of(s, of))]),
    ...sources.rows.flatMap((s) => [...get(columnByte), ...of.load(rowAddress(s)), ...set(local.of(s, of))]),
    ...loop.operations.flatMap(({ of: operation, operands, out }, i) => [
      ...(isKept(out, step) ? get(byte) : []),
      ...(operation.lane?.(of, local.operand(operands[0], of), local.operand(operands[1], of)) ?? []),
      ...(isKept(out, step)
        ? [...set(local.result(i, of)), ...get(local.result(i, of)), ...of.store(address({ room: out, offset: 0 }) + at)]
        : set(local.result(i, of))),
    ]),
  ]
  const splats = (of: Lanes): Code =>
    sources.all.flatMap((s) => [...constant(0), ...of.loadSplat(address(s.place)), ...set(local.of(s, of))])
  const vector: Code = [...body(lanes, 0), ...advance(byte, constant(lanes.bytes))]
  const whole: Code =
    loop.width === null
      ? repeated(rounds, vectors, vector)
      : repeated(rounds, loop.length / round, [
          ...constant(0),
          ...set(columnByte),
          ...sources.columns.flatMap((s) => [
            ...get(rowByte),
            ...lanes.loadSplat(address(s.place)),
            ...set(local.of(s, lanes)),
          ]),
          ...repeated(inRow, round / perVector, [...vector, ...advance(columnByte, constant(lanes.bytes))]),
          ...advance(rowByte, constant(4)),
        ])
  return {
    name,
    parameters: 0,
    locals: [...Array.from({ length: counters }, () => 'i32' as const), ...local.types(lanes)],
    body: [
      ...sources.rows.filter(repeats).flatMap((s) => repeatedRow(address(s.place), rowAddress(s), s.width, round)),
      ...splats(lanes),
      ...whole,
      ...(rest > 0 && lanes !== oneLane ? [...splats(oneLane), ...range(rest, (i) => body(oneLane, 4 * i))] : []),
    ],
  }
}

function repeatedRow(from: number, to: number, width: number, round: number): Code {
  return range(round, (i) => [
    ...constant(0),
    ...constant(0),
    ...oneLane.load(from + 4 * (i % width)),
    ...oneLane.store(to + 4 * i),
  ])
}

/** Whether a later step, or whoever asked for it, reads what a loop at this step computes. */
export const isKept = (room: Room, step: number): boolean => room.pinned || room.inside !== null || room.last > step

/** One place that a loop reads, however many operations do. */
export interface Source {
  readonly cover: 'each' | 'all' | 'row' | 'column'
  readonly place: Place
  readonly width: number
}

export interface Sources {
  /** All of them, in the order of their numbers. */
  readonly inOrder: readonly Source[]
  readonly each: readonly Source[]
  readonly all: readonly Source[]
  readonly rows: readonly Source[]
  readonly columns: readonly Source[]
  readonly find: (operand: Exclude<Operand, { cover: 'own' }>) => Source
}

export function sourcesOf({ operations, sums }: Loop): Sources {
  const sources: Source[] = []
  const find: Sources['find'] = (operand) => {
    const place = outermost(operand.place)
    const same = ({ cover, place: p }: Source): boolean =>
      cover === operand.cover && p.room === place.room && p.offset === place.offset
    const known = sources.find(same)
    if (known) return known
    const source = { cover: operand.cover, place, width: operand.cover === 'row' ? operand.width : 0 }
    sources.push(source)
    return source
  }
  const operands = [...operations.flatMap(({ operands }) => operands), ...sums.map(({ operand }) => operand)]
  for (const operand of operands) if (operand.cover !== 'own') find(operand)
  const of = (cover: Source['cover']): Source[] => sources.filter((s) => s.cover === cover)
  const [each, all, rows, columns] = [of('each'), of('all'), of('row'), of('column')]
  return { inOrder: [...each, ...all, ...rows, ...columns], each, all, rows, columns, find }
}

/** A local for each source and each result: one set for vectors, and one for the elements that fill none. */
function localsOf(loop: Loop, sources: Sources) {
  const all = sources.inOrder
  const count = all.length + loop.operations.length
  const number = (i: number, lanes: Lanes): number => counters + i + (lanes === oneLane ? count : 0)
  return {
    of: (source: Source, lanes: Lanes) => number(all.indexOf(source), lanes),
    result: (i: number, lanes: Lanes) => number(all.length + i, lanes),
    operand: (operand: Operand | undefined, lanes: Lanes) =>
      operand === undefined
        ? 0
        : number(operand.cover === 'own' ? all.length + operand.index : all.indexOf(sources.find(operand)), lanes),
    types: (lanes: Lanes) => [
      ...Array.from({ length: count }, () => lanes.type),
      ...Array.from({ length: count }, () => oneLane.type),
    ],
  }
}

/** How much scratch the rows of a loop take. */
export const rowBytes = (loop: Loop): number =>
  loop.width === null ? 0 : 4 * roundOf(loop.width) * sourcesOf(loop).rows.length

/** Elements after which a row and a vector of four both begin anew. */
export const roundOf = (width: number): number => width * (width % 4 === 0 ? 1 : width % 2 === 0 ? 2 : 4)
