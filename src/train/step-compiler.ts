import { NotTraceable, type Tensor } from '../layers/forward.ts'
import type { BatchRows } from './augment.ts'
import type { BatchSource } from './batches.ts'
import type { StepReport } from './step-log.ts'
import { tensorsOf, type StepBatch, type StepSettings, type TrainState } from './step.ts'
import type { Model } from './types.ts'

/** What a run needs to have its steps compiled. */
export interface StepSource {
  readonly settings: StepSettings
  readonly seed: number
  /** Used by the optimizer beside its state. */
  readonly fixed: readonly Tensor[]
  readonly upload: (batches: readonly BatchRows[], step: number) => StepBatch[]
  readonly batches: (step: number) => readonly BatchRows[]
  /** Row numbers of a step's batches, one after the other; null where batches are more than rows of the data. */
  readonly rowsOf: ((step: number) => Int32Array) | null
  readonly width: number
}

/** Steps of one run as one native graph. */
export interface CompiledSteps {
  /** Bytes that a step takes up beside the data set: what bounds the steps of one call. */
  readonly bytesPerStep: number
  /** Takes a step a rate, from step `from` on; the state that is given stays as it is. */
  run(state: TrainState, from: number, rates: readonly number[]): { readonly state: TrainState; readonly reports: readonly StepReport[] }
}

/** Compiles steps for one data set; keeps data and graphs on the native side until it is disposed of. */
export interface Compiler {
  /** Throws `NotTraceable` if a step cannot become a graph. */
  compile(source: StepSource, state: TrainState, from: number): CompiledSteps
  /** Outputs of the model in inference, one after the other; for as many rows at once as are asked for. Null where they cannot be compiled. */
  predict(model: Model, state: TrainState, rows: Int32Array): Float32Array | null
  /** Values of `squaredNorms`, inside a tidy scope; null where they cannot be compiled. */
  norms(settings: StepSettings, state: TrainState, batches: readonly StepBatch[]): readonly [number, number] | null
  dispose(): void
}

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
