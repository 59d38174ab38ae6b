import type { TensorInfo } from '@tensorflow/tfjs-core'
import { NotTraceable } from '../../../layers/forward.ts'
import type { Program } from './program.ts'
import { createNumbering, inputsOf, type Recording } from './recording.ts'
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
      const flow = reference && flowOf(recording)
      if (flow !== null && checked.has(flow)) return open(target)
      const wanted = expected()
      const opened = open(reference ?? target)
      let alike = false
      try {
        alike = found(opened) === wanted
      } finally {
        if (!alike || reference) opened.program.dispose()
      }
      if (!alike) throw new NotTraceable(reason)
      if (flow !== null) checked.add(flow)
      return reference ? open(target) : opened
    },
  }
}

/** Equal for the same kernels in the same order that read the same of each other and of what JavaScript created. */
function flowOf({ calls, constants }: Recording): string {
  const numberOf = createNumbering()
  const numbered = ({ dataId }: Pick<TensorInfo, 'dataId'>): number => numberOf(dataId)
  return JSON.stringify([
    [...constants.keys()].map(numberOf),
    calls.map((call) => [call.name, inputsOf(call).map(numbered), call.outputs.map(numbered)]),
  ])
}
