import type { Budget, StageJob, TrialTemplate } from '../../plan/plan.ts'
import type { Report } from '../problem.ts'

/** Runs that verification needs in any case; they are set aside before any stage spends. */
export function reservedRuns(jobs: readonly StageJob[]): number {
  return jobs.find((job) => job.id === 'verify')?.estimate.runs ?? 0
}

/** What cannot be within the budget whatever the data say: verification itself, and a grid, which is worthless in part. */
export function checkBudget(jobs: readonly StageJob[], { trials, reservedForVerification: reserved }: Budget, report: Report): void {
  if (trials === null) return
  if (reserved > trials) {
    report('budget-verification', ['budget', 'trials'], 'the budget does not cover the verification', { found: String(trials), allowed: `at least ${reserved}: baseline and winner under every seed` })
    return
  }
  const grid = jobs.find((job) => job.id === 'regularize')?.templates.filter((t) => t.id.startsWith('rung-')).reduce((sum, t) => sum + runsOf(t), 0) ?? 0
  if (grid > trials - reserved) {
    report('grid-over-budget', ['budget', 'trials'], 'the grid of regularize is over the budget', {
      found: `${grid} runs for the grid`, allowed: `${trials - reserved}: ${trials} trials less ${reserved} for verification`,
      hint: 'write a smaller grid, lower the stage\'s seeds, or raise budget.trials',
    })
  }
}

const runsOf = (t: TrialTemplate): number => t.trials * t.seeds
