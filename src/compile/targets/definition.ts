import type { Plan } from '../../records/plan.ts'
import type { JobMachine } from './machine.ts'

/** The request to `tunegate compile`, besides the plan. */
export interface CompileRequest {
  /** Path of the spec from the root of the repository, with `/` between folders. */
  readonly spec: string
  /** The most jobs that share the runs of a stage. */
  readonly shards: number
  /** The engine that trains, by name, or `auto`. */
  readonly engine: string
  /** Formats in which the study saves models, by name; none if empty. */
  readonly saveModel: readonly string[]
  /** Where the jobs run. */
  readonly machine: JobMachine
  /** The action that the user names; undefined if the user names none. */
  readonly uses: string | undefined
  /**
   * The current content of the file, so that a target can keep what a person changed in it; undefined if there is no file.
   */
  readonly before: string | undefined
  /** The command that writes the file. */
  readonly command: string
}

/** A compile target: a file format for a system that runs jobs, to which a plan is compiled. */
export interface TargetDefinition<Name extends string = string> {
  /** The name for `compile --target`. It never changes: compiled files name the command that writes them. */
  readonly name: Name
  /** What it writes; the help prints it after "write the plan as". */
  readonly summary: string
  /** The file's name in messages, such as `workflow`. */
  readonly noun: string
  /**
   * Text of the file. The same plan and request always give the same text, so that `--check` can compare. Throws an
   * `InputError` for a request that the file cannot express.
   */
  render(plan: Plan, request: CompileRequest): string
  /** What the user must still do after this text was written, one sentence per line; absent if there is never anything. */
  todo?(text: string): readonly string[]
}
