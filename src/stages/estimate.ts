import type { Levers } from '../records/levers.ts'
import { isTrainer, type StageJob, type TrialTemplate, type Workload } from '../records/plan.ts'
import { rateSeries, sweepsRate } from '../records/trainer.ts'

/** What the estimate of a stage rests on: the baseline, since the incumbent of a later stage is unknown. */
export interface Study<Of extends Workload = Workload> {
  readonly workload: Of
  readonly baseline: Levers
  /** Steps of a full run at the baseline. */
  readonly runSteps: number
}

interface Training extends Pick<TrialTemplate, 'id' | 'title' | 'varies' | 'trials' | 'seeds'> {
  /** Length as a share of a full run; default 1. */
  readonly share?: number
  readonly condition?: string
}

/** A family of training runs. */
export function training(study: Study, { id, title, varies, trials, seeds, share = 1, condition }: Training): TrialTemplate {
  const stepsPerRun = Math.max(1, Math.round(study.runSteps * share))
  return { id, title, job: 'train', varies, trials, seeds, stepsPerRun, condition: condition ?? null }
}

/** Steps of one range test: those of the sweep, or those of a series of short runs if a script cannot sweep. */
export function sweptSteps({ workload, baseline, runSteps }: Study, steps: number): number {
  if (!isTrainer(workload) || sweepsRate(workload.program)) return steps
  const { points, epochs } = rateSeries
  return points * Math.max(1, Math.round((runSteps / baseline.scheduling.epochs) * epochs))
}

/** Sums over templates. Conditional runs are counted, so the estimate is the most that a stage may spend. */
export function estimateOf(templates: readonly TrialTemplate[]): StageJob['estimate'] {
  const runs = (t: TrialTemplate): number => t.trials * t.seeds
  return {
    runs: templates.reduce((sum, t) => sum + runs(t), 0),
    steps: templates.reduce((sum, t) => sum + runs(t) * t.stepsPerRun, 0),
  }
}
