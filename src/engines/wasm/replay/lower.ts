import type { TensorInfo } from '@tensorflow/tfjs-core'
import { createAgain, hasColumns, readsOf, rowsOf, type Tree, treeOf } from './again.ts'
import { bytesOf, type DataId, sizeOf } from './backend.ts'
import { type Elementwise, elementwise } from './elementwise.ts'
import { createPlaces, type Place, type Places, used } from './places.ts'
import type { Loop, Operand, Step } from './steps.ts'
import type { Generated } from './generated/definition.ts'
import { generators } from './generated/index.ts'
import { type SumDown, sumDown } from './generated/reduction.ts'
import { inputsOf, type KernelCall, type Recording, showsInput } from './recording.ts'
import type { Target } from './target.ts'

export interface Lowered {
  readonly steps: readonly Step[]
  readonly places: Places
}

/** So few elements that it does not matter how they are processed. */
const shortLoop = 4096

/**
 * Turns recorded kernels into as few steps as compute the same: views and copies take none, adjacent operations on
 * elements share one. `known` are tensors from outside. What `wanted` does not need is left out.
 */
export function lower(
  { calls, constants }: Recording,
  known: readonly TensorInfo[],
  wanted: readonly DataId[],
  target: Target,
): Lowered {
  const places = createPlaces()
  const steps: Step[] = []
  for (const info of known) places.make(info, -1)
  const constantOf = (info: TensorInfo): void => {
    if (constants.has(info.dataId) && !places.has(info.dataId)) places.make(info, -1)
  }
  const order = target.order(needed(calls, known, wanted))
  const again = createAgain(order, wanted, target)
  const compute = (each: Elementwise): boolean => addToLoop(places, steps, treeOf(each, again), target)
  for (const call of order) {
    inputsOf(call).forEach(constantOf)
    const each = elementwise(call)
    // A loop computes again only what it needs an element of for each of its own.
    const others = each?.operands.filter(({ cover }) => cover !== 'each') ?? []
    again.take(others.map(({ info }) => info)).forEach(compute)
    if (again.wait(call, each)) continue
    const inLoop = (): boolean => each !== null && target.computes(each.operation) && compute(each)
    if (inLoop()) continue
    // A kernel reads from memory, as does a loop whose rows are others.
    again.take(inputsOf(call)).forEach(compute)
    if (viewed(places, call) || inLoop()) continue
    const down = target.sumsInLoops ? sumDown(call) : null
    if (down && addSum(places, steps, down)) continue
    const generated = firstOf(generators, (generate) => accepted(generate(call), target))
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
  if (showsInput(call)) {
    if (out.dataId !== x.dataId) places.view(out.dataId, x.dataId)
    return true
  }
  switch (call.name) {
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

/**
 * Adds the operation to the last loop of its length that comes after everything it reads, or to a new one; false if no loop
 * can have its rows.
 */
function addToLoop(places: Places, steps: Step[], tree: Tree, target: Target): boolean {
  const width = rowsOf(tree, target)
  if (width === undefined) return false
  const { out } = tree.each
  const [length, columns] = [sizeOf(out.shape), hasColumns(tree)]
  const reads = readsOf(tree).map(({ info, cover }) => ({ cover, place: places.of(info.dataId) }))
  const fits = (step: Step, at: number): step is Loop =>
    step.kind === 'loop' &&
    step.length === length &&
    (width === null || step.width === null || step.width === width) &&
    // Rows that are no whole vectors are slow with one element for each row.
    (step.columns === columns || (step.width ?? width ?? 0) % 4 === 0 || length <= shortLoop) &&
    // A part of the loop's own results, such as their first row, is complete only after the loop.
    reads.every(({ cover, place }) => (cover === 'each' && ownIndex(step, place) >= 0) || place.room.ready < at)
  const at = lastOr(steps, fits, { length, width, columns })
  const loop = steps[at] as Loop
  const read = ({ info, cover }: Elementwise['operands'][number]): Operand => {
    const place = places.of(info.dataId)
    const index = ownIndex(loop, place)
    if (index >= 0 && cover === 'each') return { cover: 'own', index }
    used(place, at)
    return cover === 'row' ? { cover, place, width: sizeOf(info.shape) } : { cover, place }
  }
  const add = ({ each, inner }: Tree, to: TensorInfo): number => {
    const operands = each.operands.map((operand, i) => {
      const computed = inner[i]
      return computed ? innerOf(computed) : read(operand)
    })
    return loop.operations.push({ of: each.operation, operands, out: places.make(to, at) }) - 1
  }
  const innerOf = (computed: Tree): Operand => {
    const { operands, out } = computed.each
    const index = loop.again.get(operands) ?? add(computed, { ...out, dataId: {} })
    loop.again.set(operands, index)
    return { cover: 'own', index }
  }
  add(tree, out)
  return true
}

/** Adds the sum to a loop that makes or reads what is summed, or to a new one; false if the loop's rows would be too short. */
function addSum(places: Places, steps: Step[], { x, out, width }: SumDown): boolean {
  const length = sizeOf(x.shape)
  if (width < narrowest || width === length) return false
  const read = places.of(x.dataId)
  const fits = (step: Step, at: number): step is Loop =>
    step.kind === 'loop' &&
    step.length === length &&
    (step.width === null || step.width === width) &&
    (ownIndex(step, read) >= 0 || read.room.ready < at)
  const at = lastOr(steps, fits, { length, width, columns: false })
  const loop = steps[at] as Loop
  const index = ownIndex(loop, read)
  if (index < 0) used(read, at)
  loop.sums.push({
    operand: index >= 0 ? { cover: 'own', index } : { cover: 'each', place: read },
    out: places.make(out, at),
  })
  return true
}

/** Rows of fewer elements are summed alone, as blocks of a loop would hold many of them. */
const narrowest = 8

/** The number of the last step that fits, or of a new loop, with the rows that are needed. */
function lastOr(
  steps: Step[],
  fits: (step: Step, at: number) => step is Loop,
  needs: Pick<Loop, 'length' | 'width' | 'columns'>,
): number {
  let at = steps.findLastIndex(fits)
  if (at < 0) at = steps.push({ kind: 'loop', ...needs, operations: [], sums: [], again: new Map() }) - 1
  const loop = steps[at] as Loop
  loop.width ??= needs.width
  loop.columns ||= needs.columns
  return at
}

const ownIndex = ({ operations }: Loop, { room }: Place): number => operations.findIndex(({ out }) => out === room)

const accepted = (kernel: Generated | null, target: Target): Generated | null =>
  kernel && target.accepts(kernel) ? kernel : null

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
