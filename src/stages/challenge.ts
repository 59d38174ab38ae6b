import type { Comparison } from '../records/decision.ts'
import type { LeverPatch } from '../records/levers.ts'
import type { RunJob } from '../records/plan.ts'
import { compareArms, leading, trainArms, type Arm } from './compare.ts'
import { moveJointly } from './joint-move.ts'
import { fullRun, type Asking, type StageRecorder } from './recorder.ts'
import type { SeedOnRows } from './seeds.ts'

export interface Challenged {
  /** The incumbent's arm, then the candidates'; none if the budget did not allow them. */
  readonly arms: readonly Arm[]
  readonly comparisons: readonly Comparison[]
}

interface Challenge {
  readonly seeds: readonly SeedOnRows[]
  readonly job?: RunJob
  /** The candidate to take, of those that beat the incumbent; the best one if absent. */
  readonly pick?: (better: readonly Comparison[], arms: readonly Arm[]) => Comparison | undefined
}

/**
 * Compares candidates with the incumbent under the same seeds and moves the incumbent to the best one that beats it by more
 * than noise. Returns the comparisons; the recorder has them too.
 */
export function* challenge(
  recorder: StageRecorder,
  what: string,
  candidates: readonly { readonly label: string; readonly patch: LeverPatch }[],
  { seeds, job = fullRun, pick = leading }: Challenge,
): Asking<Challenged> {
  if (candidates.length === 0 || !recorder.affords((candidates.length + 1) * seeds.length, what))
    return { arms: [], comparisons: [] }
  const arms = yield* trainArms(recorder, [{ label: 'incumbent', patch: {} }, ...candidates], seeds, job)
  const incumbent = arms[0] as Arm
  const comparisons = arms
    .slice(1)
    .map((arm) => compareArms(recorder.context.workload, incumbent, arm, arms, recorder.earlier))
  recorder.comparisons.push(...comparisons)
  const better = comparisons.filter((c) => c.outcome === 'better')
  const winner = pick(better, arms)
  if (winner) {
    const arm = arms[1 + comparisons.indexOf(winner)] as Arm
    yield* moveJointly(recorder, { arm, incumbent, comparison: winner }, job)
  }
  return { arms, comparisons }
}
