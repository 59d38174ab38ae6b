import type { Plan } from '../../records/plan.ts'

/** What `tunegate compile` was asked for, beside the plan. */
export interface CompileRequest {
  /** Path of the spec from the root of the repository, with `/` between folders. */
  readonly spec: string
  /** Jobs that share the runs of a stage, at most. */
  readonly shards: number
  /** The engine that trains, by its name, or `auto`. */
  readonly engine: string
  /** The action that the user names; undefined where the user names none. */
  readonly uses: string | undefined
  /** What the file holds so far, so that a target can keep what a person changed in it; undefined where there is no file. */
  readonly before: string | undefined
  /** The command that writes the file. */
  readonly command: string
}

/** A compile target: a file that a plan becomes, for a system that runs jobs. */
export interface TargetDefinition<Name extends string = string> {
  /** As `compile --target` takes it. It never changes: compiled files name the command that writes them. */
  readonly name: Name
  /** What it writes, in the help after "write the plan as". */
  readonly summary: string
  /** What messages call the file, as `workflow`. */
  readonly noun: string
  /**
   * Text of the file. The same plan and request always give the same text, so that `--check` can compare. Throws an
   * `InputError` for a request that the file cannot express.
   */
  render(plan: Plan, request: CompileRequest): string
  /** What is left to do for the user after this text was written, one sentence a line; absent where nothing ever is. */
  todo?(text: string): readonly string[]
}
