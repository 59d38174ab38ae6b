import type { RunJob, ModelWorkload } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import type { Engine } from './engine.ts'
import type { Compiler } from './step-compiler.ts'
import type { Model, TrainingData } from './types.ts'

/** What all runs of a trainer share. */
export interface RunContext {
  readonly engine: Engine
  readonly model: Model
  readonly workload: ModelWorkload
  readonly data: TrainingData
  /** Present if the engine runs steps as native graphs. */
  readonly compiler?: Compiler | undefined
  /** Receives messages for the user that no result contains. */
  readonly notice?: ((message: string) => void) | undefined
}

type Body<T> = T extends unknown ? Omit<T, 'id' | 'request' | 'engine' | 'timing'> : never

/** The part of a result that training itself determines. The trainer adds the request and the time. */
export type RunBody = Body<Exclude<RunResult, { status: 'crashed' }>>

/** A request with one kind of job. */
export type RequestFor<K extends RunJob['kind']> = RunRequest & { readonly job: Extract<RunJob, { kind: K }> }
