import type { LeverPatch, Levers } from '../records/levers.ts'
import type { StageDecision, VerifyFindings } from '../records/decision.ts'
import type { StageJob, Workload } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'

/** A request that the budget did not allow. It is never journaled, so a later study with a larger budget runs it. */
export interface NotRun {
  readonly status: 'not-run'
  readonly request: RunRequest
  readonly reason: string
}

export type RunOutcome = RunResult | NotRun

/** A value to try against a symptom in the incumbent's curves. */
export interface Remedy {
  /** The rule that saw the symptom, and the symptom as a headline: `The loss oscillates`. */
  readonly rule: string
  readonly symptom: string
  readonly patch: LeverPatch
}

/** Everything that a stage may know. Nothing here depends on a clock, so equal results lead to equal decisions. */
export interface StageContext {
  readonly job: StageJob
  readonly workload: Workload
  /** The study's root seed; stages derive their own with `selectionSeeds` and `verificationSeeds`. */
  readonly seed: number
  readonly baseline: Levers
  readonly incumbent: Levers
  /** Decisions of the earlier stages, in order. */
  readonly previous: readonly StageDecision[]
  /** Runs that the budget still allows for this stage. */
  runsLeft(): number
  /** Whether the seeds verified so far settle every gate, so that more seeds would change no verdict. */
  settles(verified: VerifyFindings): boolean
  /** What the curves of a finished run of these levers suggest to try. Equal runs must always give equal remedies. */
  remedies(run: RunResult, levers: Levers): readonly Remedy[]
}

/**
 * A stage as a generator: it yields the runs that it wants next, receives their outcomes in the same order, and returns its
 * decision. It keeps no state elsewhere, so a killed study replays from the journal without a special case.
 */
export type StageProcess = Generator<readonly RunRequest[], StageDecision, readonly RunOutcome[]>

export type Stage = (context: StageContext) => StageProcess
