import type { TensorInfo } from '@tensorflow/tfjs-core'
import { bytesOf, type DataId, sizeOf } from './backend.ts'
import { type Elementwise, elementwise } from './elementwise.ts'
import { createPlaces, type Place, type Places, type Room, used } from './places.ts'
import type { Generated } from './generated/definition.ts'
import { generators } from './generated/index.ts'
import { inputsOf, type KernelCall, type Recording } from './recording.ts'

export type Operand =
  | { readonly cover: 'own'; readonly index: number }
  | { readonly cover: 'each' | 'all' | 'column'; readonly place: Place }
  | { readonly cover: 'row'; readonly place: Place; readonly width: number }

/** One pass over equally many elements, which applies all operations to each before the next. */
export interface Loop {
  readonly kind: 'loop'
  readonly length: number
  /** Elements of a row, if operands repeat one or have one for each row; null until one does. */
  width: number | null
  /** Whether an operand has one element for each row. */
  columns: boolean
  readonly operations: { readonly of: Elementwise['operation']; readonly operands: readonly Operand[]; readonly out: Room }[]
}

/** A kernel as code of its own. */
export interface Own {
  readonly kind: 'own'
  readonly generated: Generated
}

/** A kernel of the backend, called as it was when it was recorded. */
export interface Call {
  readonly kind: 'call'
  readonly call: KernelCall
}

export type Step = Loop | Own | Call

export interface Lowered {
  readonly steps: readonly Step[]
  readonly places: Places
}

/** So few elements that it does not matter how they are processed. */
const shortLoop = 4096
/** Widest row that a loop repeats; a longer one would make its code long. */
const widestRow = 256

/**
 * Turns recorded kernels into as few steps as have the same bits: views and copies take none, adjacent operations on
 * elements share one. `known` are tensors from outside. What `wanted` does not need is left out.
 */
export function lower(
  { calls, constants }: Recording,
  known: readonly TensorInfo[],
  wanted: readonly DataId[],
  simd: boolean,
): Lowered {
  const places = createPlaces()
  const steps: Step[] = []
  for (const info of known) places.make(info, -1)
  const constantOf = (info: TensorInfo): void => {
    if (constants.has(info.dataId) && !places.has(info.dataId)) places.make(info, -1)
  }
  for (const call of needed(calls, known, wanted)) {
    inputsOf(call).forEach(constantOf)
    if (viewed(places, call)) continue
    const each = elementwise(call)
    if (each && addToLoop(places, steps, each)) continue
    const generated = simd ? firstOf(generators, (generate) => generate(call)) : null
    if (generated) addOwn(places, steps, generated)
    else addCall(places, steps, call)
  }
  for (const dataId of wanted) used(places.of(dataId), steps.length)
  return { steps, places }
}

/** The calls that the wanted tensors depend on, in order. */
function needed(calls: readonly KernelCall[], known: readonly TensorInfo[], wanted: readonly DataId[]): KernelCall[] {
  const given = new Set(known.map(({ dataId }) => dataId))
  const live = new Set(wanted)
  return calls
    .toReversed()
    .filter((call) => {
      if (!call.outputs.some(({ dataId }) => live.has(dataId) && !given.has(dataId))) return false
      for (const { dataId } of inputsOf(call)) live.add(dataId)
      return true
    })
    .reverse()
}

/** Whether its outputs are bytes of its inputs, or its inputs can be made where its output is. */
function viewed(places: Places, call: KernelCall): boolean {
  const [inputs, [out]] = [inputsOf(call), call.outputs]
  const [x] = inputs
  if (!x || !out) return false
  switch (call.name) {
    case 'Cast':
      if (x.dtype !== out.dtype) return false
      places.view(out.dataId, x.dataId)
      return true
    case 'Identity':
    case 'Reshape':
      if (out.dataId !== x.dataId) places.view(out.dataId, x.dataId)
      return true
    case 'SplitV':
    case 'Unpack': {
      if (!alongRows(x, call.attributes)) return false
      let offset = 0
      for (const part of call.outputs) {
        places.view(part.dataId, x.dataId, offset)
        offset += bytesOf(part)
      }
      return true
    }
    case 'Concat':
    case 'Pack':
      return (
        alongRows(x, call.attributes) &&
        places.join(
          out,
          inputs.filter(({ shape }) => sizeOf(shape) > 0).map(({ dataId }) => dataId),
        )
      )
    default:
      return false
  }
}

/** Whether parts along this axis lie one after another. */
const alongRows = ({ shape }: TensorInfo, attributes: KernelCall['attributes']): boolean => {
  const axis = Number(attributes?.['axis'] ?? NaN)
  // What a negative axis counts from differs between kernels.
  return axis >= 0 && shape.slice(0, axis).every((length) => length === 1)
}

/** Adds the operation to the last loop of its length that comes after everything it reads, or to a new one. */
function addToLoop(places: Places, steps: Step[], { operation, operands, out }: Elementwise): boolean {
  const length = sizeOf(out.shape)
  const columns = operands.some(({ cover }) => cover === 'column')
  const row = operands.find(({ cover }) => cover === 'row')
  const width = columns ? (out.shape.at(-1) ?? 1) : row ? sizeOf(row.info.shape) : null
  if (row && (columns ? sizeOf(row.info.shape) !== width : !rowFits(sizeOf(row.info.shape), length))) return false
  const read = operands.map(({ info }) => places.of(info.dataId))
  const fits = (step: Step, at: number): step is Loop =>
    step.kind === 'loop' &&
    step.length === length &&
    (width === null || step.width === null || step.width === width) &&
    // Rows that are no whole vectors are slow with one element for each row.
    (step.columns === columns || (step.width ?? width ?? 0) % 4 === 0 || length <= shortLoop) &&
    // A part of the loop's own results, such as their first row, is complete only after the loop.
    read.every((place, i) => (operands[i]?.cover === 'each' && ownIndex(step, place) >= 0) || place.room.ready < at)
  let at = steps.findLastIndex(fits)
  if (at < 0) at = steps.push({ kind: 'loop', length, width, columns, operations: [] }) - 1
  const loop = steps[at] as Loop
  loop.width ??= width
  loop.columns ||= columns
  loop.operations.push({
    of: operation,
    operands: operands.map(({ info, cover }, i) => {
      const place = read[i] as Place
      const index = ownIndex(loop, place)
      if (index >= 0 && cover === 'each') return { cover: 'own', index }
      used(place, at)
      return cover === 'row' ? { cover, place, width: sizeOf(info.shape) } : { cover, place }
    }),
    out: places.make(out, at),
  })
  return true
}

/** Whether whole rounds of the row, in vectors of four, make up the elements. */
const rowFits = (width: number, length: number): boolean => roundOf(width) <= widestRow && length % roundOf(width) === 0

/** Elements after which a row and a vector of four both begin anew. */
export const roundOf = (width: number): number => width * (width % 4 === 0 ? 1 : width % 2 === 0 ? 2 : 4)

const ownIndex = ({ operations }: Loop, { room }: Place): number => operations.findIndex(({ out }) => out === room)

function firstOf<T, R>(items: readonly T[], of: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = of(item)
    if (found) return found
  }
  return null
}

function addOwn(places: Places, steps: Step[], generated: Generated): void {
  const at = steps.length
  for (const { dataId } of generated.reads) used(places.of(dataId), at)
  places.make(generated.out, at)
  steps.push({ kind: 'own', generated })
}

function addCall(places: Places, steps: Step[], call: KernelCall): void {
  const at = steps.length
  for (const { dataId } of inputsOf(call)) used(places.of(dataId), at)
  for (const info of call.made) places.make(info, at)
  // An output that the kernel did not make shows one of its inputs.
  for (const { dataId } of call.outputs) places.of(dataId)
  steps.push({ kind: 'call', call })
}
