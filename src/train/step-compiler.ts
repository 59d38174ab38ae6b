import { NotTraceable, type Tensor } from '../layers/forward.ts'
import type { BatchRows } from './augment.ts'
import type { BatchPlaces, BatchSource } from './batches.ts'
import type { StepReport } from './step-log.ts'
import { type ModelState, tensorsOf, type StepBatch, type StepSettings, type TrainState } from './step.ts'
import type { Model } from './types.ts'

/** What a run needs for compiled steps. */
export interface StepSource {
  readonly settings: StepSettings
  readonly seed: number
  /** Used by the optimizer in addition to its state. */
  readonly fixed: readonly Tensor[]
  readonly upload: (batches: readonly BatchRows[], step: number) => StepBatch[]
  readonly batches: (step: number, to?: BatchPlaces) => readonly BatchRows[]
  /** Row numbers of a step's batches, consecutively; null if batches differ from rows of the data. */
  readonly rowsOf: ((step: number) => Int32Array) | null
  readonly width: number
}

/** Steps of one run, compiled. */
export interface CompiledSteps {
  /** Bytes that a step uses besides the data set. They limit the number of steps per call. */
  readonly bytesPerStep: number
  /** Takes one step per rate, from step `from` on. The given state stays unchanged. */
  run(
    state: TrainState,
    from: number,
    rates: readonly number[],
  ): { readonly state: TrainState; readonly reports: readonly StepReport[] }
}

/**
 * Runs what may be refused; from the first refusal on, which is reported, null for everything.
 * @param what runs one op at a time then
 */
export function untilRefused(what: string, notice: (message: string) => void): <T>(run: () => T) => T | null {
  let refused = false
  return (run) => {
    if (refused) return null
    try {
      return run()
    } catch (error) {
      if (!(error instanceof NotTraceable)) throw error
      refused = true
      notice(`${what} one op at a time, which is several times slower: ${error.message}`)
      return null
    }
  }
}

/** Compiles steps for one data set. Keeps what it compiled, and data, in the engine's memory until it is disposed. */
export interface Compiler {
  /** Throws `NotTraceable` if a step cannot be compiled. */
  compile(source: StepSource, state: TrainState, from: number): CompiledSteps
  /** Outputs of the model in inference, consecutively, for any number of rows at once. Null if they cannot be compiled. */
  predict(model: Model, state: ModelState, rows: Int32Array): Float32Array | null
  /** Values of `squaredNorms`, inside a tidy scope; null if they cannot be compiled. */
  norms(settings: StepSettings, state: TrainState, batches: readonly StepBatch[]): readonly [number, number] | null
  dispose(): void
}

/**
 * Everything in a run that a compiled step depends on, and more; but not rates, seeds and lengths. A fold with few rows may
 * fill fewer batches of a step than another at the same levers.
 */
export function structureOf({ settings: { levers, averaging }, rowsOf }: StepSource, batches: readonly BatchRows[]): string {
  const { optimization, batching, regularization, scheduling } = levers
  const { learningRate: _, ...optimizer } = optimization
  return JSON.stringify([
    optimizer,
    batching,
    regularization,
    scheduling.clipNorm,
    batches.map(({ rows }) => rows),
    rowsOf !== null,
    averaging !== null,
  ])
}

/** Target duration of one call, so that progress is visible, within bounds of step count and memory. */
const secondsPerCall = 0.2
const mostSteps = 512
const mostBytes = 64 * 2 ** 20
/** The first call shows how long a step takes. */
const firstSteps = 8

/** Takes a run's steps compiled, for as long as that works. */
export interface Stepper {
  /** Number of steps worth requesting at once. */
  readonly chunk: number
  /** Null if steps cannot be compiled; reported once. The given state stays unchanged. */
  advance(
    state: TrainState,
    batches: BatchSource,
    from: number,
    rates: readonly number[],
    goOn: (report: StepReport) => boolean,
  ): { readonly state: TrainState; readonly reports: readonly StepReport[] } | null
}

export function createStepper(
  compiler: Compiler,
  source: Omit<StepSource, 'batches' | 'rowsOf'>,
  notice: (message: string) => void = () => {},
): Stepper {
  let steps: CompiledSteps | null | undefined
  let chunk = firstSteps
  const compiling = untilRefused('training steps run', notice)
  return {
    get chunk() {
      return chunk
    },
    advance(state, batches, from, rates, goOn) {
      if (steps === undefined) {
        steps = compiling(() => compiler.compile({ ...source, batches, rowsOf: batches.rowsOf }, state, from))
        if (steps === null) chunk = 1
      }
      if (steps === null) return null
      const start = performance.now()
      const whole = steps.run(state, from, rates)
      const seconds = (performance.now() - start) / 1000
      chunk = nextChunk(seconds / rates.length, steps.bytesPerStep)
      const last = whole.reports.findIndex((report) => !goOn(report))
      if (last === -1 || last === rates.length - 1) return whole
      // The same steps again, without those after the last: the same bits.
      for (const tensor of tensorsOf(whole.state)) tensor.dispose()
      return steps.run(state, from, rates.slice(0, last + 1))
    },
  }
}

/** The clock decides how many steps a call takes, but no resulting number: steps are the same in calls of any length. */
function nextChunk(secondsPerStep: number, bytesPerStep: number): number {
  return Math.max(1, Math.min(mostSteps, Math.floor(secondsPerCall / secondsPerStep), Math.floor(mostBytes / bytesPerStep)))
}
