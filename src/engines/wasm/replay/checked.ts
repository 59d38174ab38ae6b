import { NotTraceable } from '../../../layers/forward.ts'
import type { Program } from './program.ts'
import type { DataId } from './backend.ts'
import { inputsOf, type Recording } from './recording.ts'
import type { Target } from './target.ts'

/** Opens programs for a target, after a check that they do what was recorded. */
export interface Opener {
  open<P extends { readonly program: Program }>(recording: Recording, use: Checked<P>): P
}

/** How a program is opened and checked. */
export interface Checked<P> {
  readonly open: (target: Target) => P
  /** What its results must be, by kernels of the backend; computed before the program has memory of its own. */
  readonly expected: () => string
  readonly found: (opened: P) => string
  /** Why it is refused if they differ. */
  readonly reason: string
}

/**
 * The check runs on a target that has the backend's bits: on this one, where it also checks the code for these sizes, or on
 * its reference. There it finds only computations that JavaScript does in part. Sizes change nothing about that, so it is
 * done once for the same kernels in the same order. A program that fails it is disposed of.
 */
export function createOpener(target: Target): Opener {
  const checked = new Set<string>()
  return {
    open(recording, { open, expected, found, reason }) {
      const { reference } = target
      const kernels = flowOf(recording)
      if (reference && checked.has(kernels)) return open(target)
      const wanted = expected()
      const opened = open(reference ?? target)
      let alike = false
      try {
        alike = found(opened) === wanted
      } finally {
        if (!alike || reference) opened.program.dispose()
      }
      if (!alike) throw new NotTraceable(reason)
      checked.add(kernels)
      return reference ? open(target) : opened
    },
  }
}

/** Equal for the same kernels in the same order that read the same of each other and of what JavaScript created. */
function flowOf({ calls, constants }: Recording): string {
  const numbers = new Map<DataId, number>([...constants.keys()].map((dataId, i) => [dataId, i]))
  const numberOf = ({ dataId }: { readonly dataId: DataId }): number => {
    const number = numbers.get(dataId) ?? numbers.size
    numbers.set(dataId, number)
    return number
  }
  return JSON.stringify([
    constants.size,
    calls.map((call) => [call.name, inputsOf(call).map(numberOf), call.outputs.map(numberOf)]),
  ])
}
