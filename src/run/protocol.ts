import type { Diagnostic } from '../base/diagnostics.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import type { Training } from '../train/engine.ts'
import type { Checkpoint } from '../train/types.ts'
import type { StoredData } from './shared-data.ts'

/** Changes whenever the messages below change, so that a worker from another build is rejected instead of misunderstood. */
export const protocolVersion = 7

/** How far a run is. */
export interface StepsSoFar {
  readonly step: number
  /** The most steps that there will be; null if only a script knows. */
  readonly of: number | null
  /** Training loss of the step. */
  readonly loss: number
}

/** What trains. */
export interface EngineOrder {
  /** The engine by its name. */
  readonly engine: string
  /** Folder of its files. */
  readonly folder: string
  /** Native threads per step; 1 if omitted. */
  readonly threads?: number
}

/** What a worker needs once, before its first run. */
export type InitMessage = EngineOrder & { readonly type: 'init' } & Training

/** The same as it is sent: the numbers of the data are in a file that the worker inherits. */
export type SentInit = EngineOrder & { readonly type: 'init' } & SentTraining
type SentTraining =
  | Extract<Training, { readonly place: unknown }>
  | (Omit<Extract<Training, { readonly data: unknown }>, 'data'> & { readonly data: StoredData })

/**
 * What the study's process sends to a worker, over the pipe that fork created, so nobody else can send it. One run at a
 * time.
 */
export type ToWorker =
  /** May arrive before the start message: the engine loads while workload and data are prepared. */
  | (EngineOrder & { readonly type: 'load' })
  | (SentInit & { readonly version: number })
  | { readonly type: 'run'; readonly id: string; readonly request: RunRequest; readonly keepWeights: boolean }
  /** Outputs of a model for the rows of the start message. */
  | { readonly type: 'predict'; readonly checkpoint: Checkpoint }

export type FromWorker =
  | { readonly type: 'ready'; readonly version: number; readonly engine: string }
  /** The worker cannot train at all and exits; with diagnostics if the reason is not a defect of tunegate. */
  | { readonly type: 'unable'; readonly message: string; readonly diagnostics: readonly Diagnostic[] }
  /** Something about a run that the user should know and that its result does not say. */
  | { readonly type: 'notice'; readonly message: string }
  /** How far the run is, once in a while. */
  | ({ readonly type: 'progress' } & StepsSoFar)
  | { readonly type: 'result'; readonly result: RunResult }
  | { readonly type: 'outputs'; readonly outputs: Float32Array }
