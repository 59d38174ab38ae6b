import type { Diagnostic } from '../base/diagnostics.ts'
import type { Result } from '../base/result.ts'
import type { CreateTrainer } from '../train/types.ts'
import type { EngineInstaller } from './installer.ts'

/**
 * An engine: what trains. Every engine is one folder and one entry of `index.ts`. Whoever chooses, installs, starts or
 * describes an engine asks its definition. The definition itself is cheap to load: `start` imports `engine.ts` of the
 * folder, which holds or imports the rest, and only a worker process calls it.
 */
export interface EngineDefinition<Name extends string = string> {
  /** As `--engine` takes it and reports write it. The labels of runs begin with it, so it never changes. */
  readonly name: Name
  /** What trains, for the docs: `the embedded engine, nothing to install`. */
  readonly summary: string
  /** On which machines it trains, for help and docs after its name: `where it is installed`. */
  readonly where: string
  /** Present where `--engine auto` may take it: why, as half a sentence for the report. */
  readonly auto?: string
  /**
   * True where tunegate brings the engine along. It is then available everywhere, its files lie beside the worker's script,
   * `auto` falls back to it, and where it breaks, that is a defect of tunegate.
   */
  readonly embedded?: true
  /** Whether it can train on this machine. Looks without running anything: fit for every start of a study. */
  available(root: string): Promise<Availability>
  /** How it gets onto a machine; absent where there is nothing to install. */
  readonly installer?: EngineInstaller
  /** What a person can do where an installed engine breaks, as the first half of a hint. */
  readonly mend?: string
  /**
   * Present where one step can use several native threads; a study then measures whether fewer workers with more threads are
   * faster. Reads from the label of a run how many threads its worker had, since results depend on it.
   */
  threadsOf?(label: string): number
  /** Variables that the engine's libraries read when they are loaded. The worker sets them before `start`. */
  environment?(threads: number): Readonly<Record<string, string>>
  /**
   * Loads the engine in a worker process. The answer makes the trainer of a workload: `trainsOn` for a tensor library, which
   * may bring a step compiler, or a trainer of the engine's own. Throws an `InputError` where a file is missing or does not
   * load.
   */
  start(files: EngineFiles): Promise<CreateTrainer>
}

/** What a worker hands an engine that it starts. */
export interface EngineFiles {
  /** The folder that `available` named; for an embedded engine the folder of the worker's script. */
  readonly folder: string
  /** Native threads of one step. */
  readonly threads: number
}

/** The folder of an engine that can train here (null for an embedded one), or why it cannot. */
export type Availability = Result<string | null, Unavailable>

export interface Unavailable {
  /** Half a sentence for the report of a study that `auto` trains on another engine. */
  readonly why: string
  /** The errors where this engine was asked for by its name; at least one. */
  readonly problems: readonly Diagnostic[]
}
