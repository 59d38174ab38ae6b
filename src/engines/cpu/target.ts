import { operationNames } from '../wasm/replay/elementwise.ts'
import { sizeOf } from '../wasm/replay/backend.ts'
import { type Instruction, kinds } from '../wasm/replay/instructions.ts'
import { isKept, type Source, sourcesOf } from '../wasm/replay/loop-code.ts'
import { outermost, type Place, type Places, used } from '../wasm/replay/places.ts'
import type { Loop, Operand, Own, Step } from '../wasm/replay/steps.ts'
import type { Target } from '../wasm/replay/target.ts'
import type { Kernels } from './kernels.ts'

/** Covers in the order of `Cover` in `kernels/loops.h`. */
const covers = ['each', 'all', 'row', 'column'] as const
/** Kernels read whole vectors, of which they ignore what lies beyond a tensor's end. */
const slack = 256

/** Steps become instructions for compiled kernels; those between two kernels of the backend run in one call. */
export const cpuTarget = (kernels: Kernels, reference: Target): Target => ({
  reference,
  sumsInLoops: true,
  accepts: () => true,
  computes: () => true,
  rowFits: (width, length) => length % width === 0,
  copyRows(matrix, width, rows, into) {
    kernels.copyRows(matrix, width, rows, into)
    return into
  },
  scratch: () => slack,
  joined: joinedSteps,
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
      const own = step.kind === 'loop' ? loopInstruction(step, i, at) : step.generated.instruction(of)
      const loop = joined.has(i) ? (steps[i + 1] as Loop) : null
      waiting.push(...numbersOf(loop ? jointInstruction(own, step as Own, loop, i + 1, at, of) : own))
    })
    flush()
    return runs
  },
})

const numbersOf = ({ kind, numbers }: Instruction): number[] => [kinds.indexOf(kind), numbers.length, ...numbers]

/** What a loop reads, in the order of its operands' numbers. */
function readsOf(loop: Loop): readonly Source[] {
  const { each, all, rows, columns } = sourcesOf(loop)
  return [...each, ...all, ...rows, ...columns]
}

/** Loops over what the kernel before them makes run over each piece of it, while that is in a cache. */
function joinedSteps(steps: readonly Step[], places: Places): ReadonlySet<number> {
  const found = new Set<number>()
  steps.forEach((step, i) => {
    const loop = steps[i + 1]
    if (step.kind !== 'own' || step.generated.piece === undefined || loop?.kind !== 'loop') return
    const { reads, out, piece } = step.generated
    const made = places.of(out.dataId)
    const [fed, ...more] = readsOf(loop).filter(({ place }) => place.room === made.room)
    if (fed?.cover !== 'each' || fed.place.offset !== made.offset || more.length > 0) return
    if (loop.length !== sizeOf(out.shape) || piece % (loop.width ?? 1) !== 0) return
    found.add(i)
    // The loop writes while the kernel still reads.
    for (const { dataId } of reads) used(places.of(dataId), i + 1)
  })
  return found
}

/** The kernel with the loop that takes its pieces, which are kept only if somebody reads them later. */
function jointInstruction(
  kernel: Instruction,
  { generated: { out } }: Own,
  loop: Loop,
  step: number,
  at: (place: Place) => number,
  of: (info: Own['generated']['out']) => number,
): Instruction {
  const address = of(out)
  const fed = readsOf(loop).findIndex(({ cover, place }) => cover === 'each' && at(place) === address)
  const { room } = readsOf(loop)[fed]?.place ?? { room: null }
  const kept = room === null || isKept(room, step)
  return {
    kind: 'joined',
    numbers: [fed, kept ? 1 : 0, ...numbersOf(kernel), ...numbersOf(loopInstruction(loop, step, at))],
  }
}

/** Operands are numbers of what the loop reads, then of its own results. */
function loopInstruction(loop: Loop, step: number, at: (place: Place) => number): Instruction {
  const [all, { find }] = [readsOf(loop), sourcesOf(loop)]
  const same = (a: Source, b: Source): boolean =>
    a.cover === b.cover && a.place.room === b.place.room && a.place.offset === b.place.offset
  const numberOf = (given: Operand | undefined): number => {
    if (given === undefined) return 0
    if (given.cover === 'own') return all.length + given.index
    const source = find(given)
    return all.findIndex((s) => same(s, source))
  }
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
