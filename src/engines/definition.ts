import type { Diagnostic } from '../base/diagnostics.ts'
import type { Result } from '../base/result.ts'
import type { Levers } from '../records/levers.ts'
import type { TrainerWorkload } from '../records/plan.ts'
import type { TrainerCheck, TrainerDescription, TrainerFacts, TrainerPlace, TrainerSettings } from '../records/trainer.ts'
import type { CreateTrainer } from '../train/engine.ts'
import type { EngineInstaller } from './installer.ts'

/**
 * An engine: what trains. Every engine is one folder and one entry of `index.ts`. Code that chooses, installs, starts or
 * describes an engine uses its definition. The definition itself is cheap to load: `start` imports the folder's `engine.ts`,
 * which contains or imports the rest, and only a worker process calls it.
 */
export interface EngineDefinition<Name extends string = string> {
  /** The name for `--engine` and in reports. The labels of runs begin with it, so it never changes. */
  readonly name: Name
  /** What trains, for the docs: `the embedded engine, nothing to install`. */
  readonly summary: string
  /** The machines on which it trains; help and docs print it after the name: `where it is installed`. */
  readonly where: string
  /** Present if `--engine auto` may select it: the reason, as a clause for the report. */
  readonly auto?: string
  /**
   * True if tunegate ships the engine. It is then available everywhere, its files are beside the worker's script, and `auto`
   * falls back to it. If it breaks, that is a defect of tunegate.
   */
  readonly embedded?: true
  /** Whether it can train on this machine. It runs nothing, so every start of a study can call it. */
  available(root: string): Promise<Availability>
  /** How to install it on a machine; absent if there is nothing to install. */
  readonly installer?: EngineInstaller
  /** What the user can do if an installed engine breaks, as the first half of a hint. */
  mend?(): string
  /**
   * Present if one step can use several native threads; a study then measures whether fewer workers with more threads are
   * faster. Reads from the label of a run how many threads its worker had, since results depend on it.
   */
  threadsOf?(label: string): number
  /** Variables that the engine's libraries read when they load. The worker sets them before `start`. */
  environment?(threads: number): Readonly<Record<string, string>>
  /** Present if it trains scripts instead of models of our layers. */
  readonly scripts?: ScriptEngine
  /**
   * Loads the engine in a worker process. The returned function creates the trainer of a workload: `trainsOn` for a tensor
   * library, which may supply a step compiler, or a trainer of the engine's own. Throws an `InputError` if a file is missing
   * or does not load.
   */
  start(files: EngineFiles): Promise<CreateTrainer>
}

/** What an engine of scripts does before any run, in the process of the study. */
export interface ScriptEngine {
  /** Asks the script what it can do, which starts it, and reads the files behind it. */
  describe(settings: TrainerSettings, source: ScriptSource): Promise<Result<TrainerFacts, ScriptProblem>>
  /**
   * Trains a few steps several times: does the rate change the losses, and are equal runs equal? Returns what it saw, or
   * what stops the study. What it saw before, in the same scratch folder, stands.
   */
  check(
    workload: TrainerWorkload,
    baseline: Levers,
    place: TrainerPlace,
    seed: number,
  ): Promise<Result<TrainerCheck, ScriptProblem>>
  /** Runs a script in every mode that it supports, and yields what passes. `environment` lists variables that it gets. */
  conformance(
    command: readonly string[],
    source: ScriptSource,
    environment: readonly string[],
  ): Promise<AsyncIterable<ConformanceFinding>>
  /** Where its runs start. `scratch` is a folder for what they write while they run. */
  place(
    settings: TrainerSettings,
    source: ScriptSource,
    description: TrainerDescription,
    scratch: string,
  ): Promise<TrainerPlace>
}

/** One thing that the protocol asks of a script. */
export interface ConformanceFinding {
  readonly what: string
  readonly status: 'passes' | 'fails' | 'skipped'
  /** Empty for a plain pass. */
  readonly why: string
}

export interface ScriptSource {
  /** The folder of the spec. */
  readonly folder: string
  /** The environment of the study; the script gets a small part of it. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

/** Why a script cannot be part of a study, with the place in the section `trainer` at fault. */
export interface ScriptProblem extends Pick<Diagnostic, 'code' | 'message' | 'found' | 'allowed' | 'hint'> {
  readonly path: readonly (string | number)[]
}

/** What a worker passes to an engine that it starts. */
export interface EngineFiles {
  /** The folder that `available` returned; for an embedded engine, the folder of the worker's script. */
  readonly folder: string
  /** The folder of the worker's script: what tunegate ships for engines. */
  readonly embedded: string
  /** Native threads per step. */
  readonly threads: number
}

/** The folder of an engine that can train here (null for an embedded one), or why it cannot. */
export type Availability = Result<string | null, Unavailable>

export interface Unavailable {
  /** A clause for the report of a study that `auto` trains on another engine. */
  readonly why: string
  /** The errors if this engine was requested by name; at least one. */
  readonly problems: readonly Diagnostic[]
}
