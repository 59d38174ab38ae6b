import type { FusedOps, Tf } from '../layers/forward.ts'
import type { Workload } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import type { Compiler } from './step-compiler.ts'
import type { TrainingData } from './types.ts'

/** A ready tensor library with the kernels that training needs. */
export interface Engine {
  /** Name of its definition, version and instruction set, such as `wasm 4.22.0 simd`; part of every run's id. */
  readonly label: string
  readonly tf: Tf
  /** Set if the engine has them in one piece. */
  readonly fused?: FusedOps | undefined
  /** Present if steps can be compiled into one native graph: creates the compiler of a data set. */
  readonly compile?: (data: TrainingData, notice?: (message: string) => void) => Compiler
}

/** Creates the trainer of a workload on a loaded engine. */
export type CreateTrainer = (workload: Workload, data: TrainingData, notice?: (message: string) => void) => Trainer

/** Trains any request on one engine, one run at a time; never throws for a run that fails. */
export interface Trainer {
  readonly engine: string
  run(request: RunRequest, id: string, onStep?: (step: number, of: number) => void): RunResult
  dispose(): void
}
