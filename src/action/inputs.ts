import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import { engineWishes, type EngineWish } from '../engines/index.ts'
import { readPart, readPost, readToken, type Part } from '../github/comment/inputs.ts'
import type { Request } from '../github/comment/request.ts'
import type { Runner } from '../github/environment.ts'
import { readInputs, type Inputs } from '../github/inputs.ts'
import type { PostWord } from '../github/post.ts'
import type { StageName } from '../records/plan.ts'
import { modelFormatChoices, type ModelFormatChoice } from '../saved-model/formats/index.ts'
import { stageNames } from '../stages/index.ts'

/** Everything that a workflow gives a step, checked. Nothing else reads an input. */
export interface StepInputs extends Inputs<StageName, EngineWish, ModelFormatChoice> {
  readonly part: Part
  /** What to post on the pull request; null if the workflow leaves it to the step. */
  readonly post: readonly PostWord[] | null
  /** For GitHub's API; empty if the workflow gives none. */
  readonly token: string
}

/** A step of a workflow: what it was given, and where it runs. */
export interface Step {
  readonly inputs: StepInputs
  readonly runner: Runner
}

/** The inputs of a step before it is known whether they are right. A mistake in one is told where the others say. */
export interface GivenInputs {
  /** Everything, or all mistakes. */
  readonly inputs: Result<StepInputs, readonly Diagnostic[]>
  /** The request that the step runs; null if it runs none, or if it cannot be read. */
  readonly request: Request | null
  /** Absolute path of the spec; null if the inputs that name files are wrong. */
  readonly spec: string | null
  readonly post: readonly PostWord[] | null
  readonly token: string
}

/** Reads each input once. */
export function givenInputs(workspace: string): GivenInputs {
  const [part, post] = [tried(readPart), tried(readPost)]
  const own = readInputs(workspace, {
    stages: stageNames,
    engines: engineWishes,
    modelFormats: modelFormatChoices,
  })
  const token = readToken()
  return {
    inputs:
      part.ok && post.ok && own.ok
        ? ok({ ...own.value, part: part.value, post: post.value, token })
        : err([part, own, post].flatMap((result) => (result.ok ? [] : result.error))),
    request: part.ok && part.value.does === 'run' ? part.value.request : null,
    spec: own.ok ? own.value.spec : null,
    post: post.ok ? post.value : null,
    token,
  }
}

function tried<T>(read: () => T): Result<T, readonly Diagnostic[]> {
  try {
    return ok(read())
  } catch (error) {
    if (error instanceof InputError) return err(error.diagnostics)
    throw error
  }
}
