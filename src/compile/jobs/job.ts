import type { Levers } from '../../model/levers.ts'
import type { StageJob, TrialTemplate, Workload } from '../../plan/plan.ts'

/** What the estimate of a stage rests on: the baseline, since the incumbent of a later stage is not known yet. */
export interface Study {
  readonly workload: Workload
  readonly baseline: Levers
  /** Steps of a full run at the baseline. */
  readonly runSteps: number
}

/** Sums over templates; runs that need a condition are counted, so the estimate is what a stage may spend at most. */
export function estimateOf(templates: readonly TrialTemplate[]): StageJob['estimate'] {
  const runs = (t: TrialTemplate): number => t.trials * t.seeds
  return {
    runs: templates.reduce((sum, t) => sum + runs(t), 0),
    steps: templates.reduce((sum, t) => sum + runs(t) * t.stepsPerRun, 0),
  }
}

/** Steps of a run that is a share of a full one. */
export const stepsOf = ({ runSteps }: Study, share = 1): number => Math.max(1, Math.round(runSteps * share))
