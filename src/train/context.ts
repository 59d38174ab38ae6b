import type { RunJob, Workload } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import type { Compiler } from './step-compiler.ts'
import type { Engine, Model, TrainingData } from './types.ts'

/** What all runs of a trainer share. */
export interface RunContext {
  readonly engine: Engine
  readonly model: Model
  readonly workload: Workload
  readonly data: TrainingData
  /** Present where the engine runs steps as native graphs. */
  readonly compiler?: Compiler | undefined
  /** Told of what a person should know and no result says. */
  readonly notice?: ((message: string) => void) | undefined
}

/** Told after every step; `of` is how many there will be at most. */
export type OnStep = (step: number, of: number) => void

type Body<T> = T extends unknown ? Omit<T, 'id' | 'request' | 'engine' | 'timing'> : never

/** The part of a result that training itself decides; the trainer adds who asked and how long it took. */
export type RunBody = Body<Exclude<RunResult, { status: 'crashed' }>>

/** A request whose job is of one kind. */
export type RequestFor<K extends RunJob['kind']> = RunRequest & { readonly job: Extract<RunJob, { kind: K }> }

/** Outputs of the model: classes, or 1 for regression. */
export const outputWidth = (workload: Workload): number => workload.data.classes?.length ?? 1
