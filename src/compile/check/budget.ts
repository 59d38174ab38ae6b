import type { Budget, StageJob } from '../../records/plan.ts'
import { isConfirmation, stageNamed } from '../../stages/index.ts'
import type { Report } from '../problem.ts'

/** Runs that verification needs in any case. They are reserved before any stage spends. */
export function reservedRuns(jobs: readonly StageJob[]): number {
  return jobs.find(({ settings }) => isConfirmation(settings))?.estimate.runs ?? 0
}

/** What exceeds the budget whatever the data are: verification itself, and a grid, which is worthless if incomplete. */
export function checkBudget(jobs: readonly StageJob[], { trials, reservedForVerification }: Budget, report: Report): void {
  if (trials === null) return
  const left = trials - reservedForVerification
  const grids = jobs.map(({ id, templates }) => ({ id, runs: stageNamed(id).gridRuns?.(templates) ?? 0 }))
  const grid = grids.find(({ runs }) => runs > left)
  if (left < 0) {
    report('budget-verification', ['budget', 'trials'], 'the budget does not cover the verification', {
      found: String(trials),
      allowed: `at least ${reservedForVerification}: baseline and winner on every seed`,
    })
  } else if (grid) {
    report('grid-over-budget', ['budget', 'trials'], `the ${grid.id} grid exceeds the budget`, {
      found: `${grid.runs} runs to explore the grid`,
      allowed: `${left}: ${trials} trials minus ${reservedForVerification} for verification`,
      hint: 'lower explore of the stage, or raise budget.trials',
    })
  }
}
