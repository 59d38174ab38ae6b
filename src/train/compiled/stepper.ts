import type { BatchSource } from '../batches.ts'
import type { StepReport } from '../step-log.ts'
import type { TrainState } from '../step.ts'
import type { CompiledSteps, Compiler, StepSource } from './compiler.ts'
import { NotTraceable } from './recording.ts'
import { tensorsOf } from './trace.ts'

/** Steps of one call: as many as take about this long, so that progress is seen, within bounds of number and of memory. */
const secondsPerCall = 0.2
const mostSteps = 512
const mostBytes = 64 * 2 ** 20
/** The first call tells how long a step takes. */
const firstSteps = 8

/** Takes a run's steps compiled, as long as they can be. */
export interface Stepper {
  /** Steps that are worth asking for at once. */
  readonly chunk: number
  /** Null where steps cannot be compiled; said once. The state that is given stays as it is. */
  advance(state: TrainState, batches: BatchSource, from: number, rates: readonly number[], goOn: (report: StepReport) => boolean):
    { readonly state: TrainState; readonly reports: readonly StepReport[] } | null
}

export function createStepper(
  compiler: Compiler, source: Omit<StepSource, 'batches' | 'rowsOf'>, notice: (message: string) => void = () => {},
): Stepper {
  let steps: CompiledSteps | null | undefined
  let chunk = firstSteps
  const compiled = (state: TrainState, batches: BatchSource, from: number): CompiledSteps | null => {
    try {
      return compiler.compile({ ...source, batches, rowsOf: batches.rowsOf }, state, from)
    } catch (error) {
      if (!(error instanceof NotTraceable)) throw error
      notice(`steps run one op at a time, several times slower: ${error.message}`)
      chunk = 1
      return null
    }
  }
  return {
    get chunk() { return chunk },
    advance(state, batches, from, rates, goOn) {
      if (steps === undefined) steps = compiled(state, batches, from)
      if (steps === null) return null
      const start = performance.now()
      const whole = steps.run(state, from, rates)
      const seconds = (performance.now() - start) / 1000
      chunk = nextChunk(seconds / rates.length, steps.bytesPerStep)
      const last = whole.reports.findIndex((report) => !goOn(report))
      if (last === -1 || last === rates.length - 1) return whole
      // The same steps again without those after the last: the same bits.
      for (const tensor of tensorsOf(whole.state)) tensor.dispose()
      return steps.run(state, from, rates.slice(0, last + 1))
    },
  }
}

/** The clock decides how many steps a call takes, and no number that comes of it: steps are the same in calls of any length. */
function nextChunk(secondsPerStep: number, bytesPerStep: number): number {
  return Math.max(1, Math.min(mostSteps, Math.floor(secondsPerCall / secondsPerStep), Math.floor(mostBytes / bytesPerStep)))
}
