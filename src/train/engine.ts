import type { FusedOps, Tf } from '../layers/forward.ts'
import type { ModelWorkload, TrainerWorkload } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import type { TrainerPlace } from '../records/trainer.ts'
import type { Compiler } from './step-compiler.ts'
import type { Checkpoint, TrainingData } from './types.ts'

/** A ready tensor library with the kernels that training needs. */
export interface Engine {
  /** Name of its definition, version and instruction set, such as `wasm 4.22.0 simd`; part of every run's id. */
  readonly label: string
  readonly tf: Tf
  /** Set if the engine has them in one piece. */
  readonly fused?: FusedOps | undefined
  /** Present if steps can be compiled: creates the compiler of a data set. */
  readonly compile?: (data: TrainingData, notice?: (message: string) => void) => Compiler
}

/** What a worker trains: a model on data that we have read, or a script that has both. */
export type Training =
  | { readonly workload: ModelWorkload; readonly data: TrainingData }
  | { readonly workload: TrainerWorkload; readonly place: TrainerPlace }

/** Creates the trainer of a workload on a loaded engine. */
export type CreateTrainer = (training: Training, notice?: (message: string) => void) => AnyTrainer

/** Called after every step; `of` is the most steps that there will be, or null if only a script knows. */
export type OnStep = (step: number, of: number | null, loss: number) => void

/** Trains any request on one engine, one run at a time; never throws or rejects for a run that fails. */
export interface AnyTrainer {
  readonly engine: string
  /** @param keepWeights whether the result keeps the weights of the best checkpoint; it changes no other member */
  run(request: RunRequest, id: string, onStep?: OnStep, keepWeights?: boolean): RunResult | Promise<RunResult>
  /** Outputs of a model for every row of its data, rows × width. Absent if it trains no models of our own layers. */
  predict?(checkpoint: Checkpoint): Float32Array
  /** Ends what a run has started, such as processes, before the worker exits. Absent if a run starts nothing. */
  stop?(): Promise<void>
  dispose(): void
}

/** A trainer in this process: a run is over when `run` returns. */
export interface Trainer extends AnyTrainer {
  run(...given: Parameters<AnyTrainer['run']>): RunResult
  predict(checkpoint: Checkpoint): Float32Array
}
