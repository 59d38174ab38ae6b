import { operationNames } from '../wasm/replay/elementwise.ts'
import { type Instruction, kinds } from '../wasm/replay/instructions.ts'
import { isKept, type Source, sourcesOf } from '../wasm/replay/loop-code.ts'
import type { Loop, Operand } from '../wasm/replay/steps.ts'
import { outermost, type Place } from '../wasm/replay/places.ts'
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
  scratch: () => slack,
  link(steps, { memory, at, of }, call) {
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
      const { kind, numbers } = step.kind === 'loop' ? loopInstruction(step, i, at) : step.generated.instruction(of)
      waiting.push(kinds.indexOf(kind), numbers.length, ...numbers)
    })
    flush()
    return runs
  },
})

/** Operands are numbers of what the loop reads, then of its own results. */
function loopInstruction(loop: Loop, step: number, at: (place: Place) => number): Instruction {
  const { find, ...by } = sourcesOf(loop)
  const all: readonly Source[] = [...by.each, ...by.all, ...by.rows, ...by.columns]
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
