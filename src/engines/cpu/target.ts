import { dropoutDraw } from '../../train/step-random.ts'
import { operationNames } from '../wasm/replay/elementwise.ts'
import { sizeOf } from '../wasm/replay/backend.ts'
import { type Instruction, kinds } from '../wasm/replay/instructions.ts'
import { isKept, sourcesOf } from '../wasm/replay/loop-code.ts'
import { nearProducers } from '../wasm/replay/order.ts'
import { outermost, type Place, type Places, used } from '../wasm/replay/places.ts'
import type { Loop, Operand, Step } from '../wasm/replay/steps.ts'
import type { Target } from '../wasm/replay/target.ts'
import type { Kernels } from './kernels.ts'

/** Covers in the order of `Cover` in `kernels/loops.h`. */
const covers = ['each', 'all', 'row', 'column'] as const
/** Kernels load whole vectors, so they may read up to this many bytes past the end of a tensor. They ignore what is there. */
const slack = 256

/** Steps become instructions for compiled kernels; those between two kernels of the backend run in one call. */
export const cpuTarget = (kernels: Kernels, reference: Target): Target => ({
  reference,
  order: nearProducers,
  sumsInLoops: true,
  computesAgain: true,
  accepts: () => true,
  computes: () => true,
  rowFits: (width, length) => length % width === 0,
  copyRows(matrix, width, rows, into) {
    kernels.copyRows(matrix, width, rows, into)
    return into
  },
  fillMask(path, rate, into) {
    const { first, second, threshold, kept } = dropoutDraw(path, rate)
    kernels.fillMask(into, first, second, threshold, kept)
  },
  scratch: () => slack,
  joined: joinedSteps,
  linksFast: true,
  link(steps, { memory, at, of, joined }, call) {
    const runs: (() => void)[] = []
    let waiting: number[] = []
    const flush = (): void => {
      if (waiting.length === 0) return
      const instructions = Int32Array.from(waiting)
      runs.push(() => kernels.run(memory.buffer, instructions))
      waiting = []
    }
    steps.forEach((step, i) => {
      if (step.kind === 'call') {
        flush()
        runs.push(call(step.call))
        return
      }
      if (joined.has(i - 1)) return
      const instruction = step.kind === 'loop' ? loopInstruction(step, i, at) : step.generated.instruction(of)
      const fed = joined.get(i)
      waiting.push(...numbersOf(fed === undefined ? instruction : joint(instruction, steps[i + 1] as Loop, fed, i + 1, at)))
    })
    flush()
    return runs
  },
})

const numbersOf = ({ kind, numbers }: Instruction): number[] => [kinds.indexOf(kind), numbers.length, ...numbers]

/** A loop that reads what the kernel before it makes runs over each piece of it, while that is in a cache. */
function joinedSteps(steps: readonly Step[], places: Places): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  steps.forEach((step, i) => {
    const loop = steps[i + 1]
    if (step.kind !== 'own' || step.generated.piece === undefined || loop?.kind !== 'loop') return
    const { reads, out, piece } = step.generated
    const made = places.of(out.dataId)
    const sources = sourcesOf(loop).inOrder
    const [fed, ...more] = sources.filter(({ place }) => place.room === made.room)
    if (fed?.cover !== 'each' || fed.place.offset !== made.offset || more.length > 0) return
    if (loop.length !== sizeOf(out.shape) || piece % (loop.width ?? 1) !== 0) return
    found.set(i, sources.indexOf(fed))
    // The loop writes while the kernel still reads.
    for (const { dataId } of reads) used(places.of(dataId), i + 1)
  })
  return found
}

/** The kernel with the loop that takes its pieces. They are kept only if a later step reads them. */
function joint(kernel: Instruction, loop: Loop, fed: number, step: number, at: (place: Place) => number): Instruction {
  const source = sourcesOf(loop).inOrder[fed]
  const kept = source !== undefined && isKept(source.place.room, step)
  return {
    kind: 'joined',
    numbers: [fed, kept ? 1 : 0, ...numbersOf(kernel), ...numbersOf(loopInstruction(loop, step, at))],
  }
}

/** An operand is the number of a source, or comes after them as the number of an earlier operation. */
function loopInstruction(loop: Loop, step: number, at: (place: Place) => number): Instruction {
  const { inOrder: all, find } = sourcesOf(loop)
  const numberOf = (given: Operand | undefined): number =>
    given === undefined ? 0 : given.cover === 'own' ? all.length + given.index : all.indexOf(find(given))
  return {
    kind: 'loop',
    numbers: [
      ...[loop.length, loop.width ?? 0, all.length, loop.operations.length, loop.sums.length],
      ...all.flatMap(({ cover, place }) => [covers.indexOf(cover), at(outermost(place))]),
      ...loop.operations.flatMap(({ of, operands: [a, b], out }) => [
        ...[operationNames.indexOf(of.name), numberOf(a), numberOf(b)],
        isKept(out, step) ? at({ room: out, offset: 0 }) : 0,
      ]),
      ...loop.sums.flatMap(({ operand, out }) => [numberOf(operand), at({ room: out, offset: 0 })]),
    ],
  }
}
