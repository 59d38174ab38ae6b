import type { Plan } from '../records/plan.ts'
import { confirmation } from '../stages/index.ts'
import { Interrupted, type AskedRun, type RunResources } from './scheduler.ts'
import { BudgetKeeper } from './budget.ts'
import { ProgressMeter } from './progress.ts'

/** One job's share of the runs that a stage requests: every `of`-th run, starting at `index`, which counts from 1. */
export interface Portion {
  readonly index: number
  readonly of: number
}

/** Dealt out in turn, so that shares differ by at most one run and one job does not get all the long trials of a grid. */
export const ownRuns = (open: readonly AskedRun[], { index, of }: Portion): AskedRun[] =>
  open.filter((_, position) => position % of === index - 1)

/**
 * Trains runs that the journal lacks, as many at a time as the runner has slots, while the budget of minutes allows it.
 * Throws `Interrupted` when the signal is aborted; the journal then has the finished runs.
 */
export async function trainRuns(plan: Plan, runs: readonly AskedRun[], resources: RunResources): Promise<void> {
  const { runner, journal, signal } = resources
  const budget = new BudgetKeeper(plan.budget, resources.clock, resources.elapsed)
  const meter = new ProgressMeter(plan, runner.slots)
  const timer = budget.timer()
  const stop = AbortSignal.any([signal, timer].filter((s) => s !== undefined))
  const held = (stage: string): number => (stage === confirmation.name ? 0 : meter.heldBackSeconds() * 1000)
  const queue = runs.filter(({ id }) => !journal.has(id)).values()
  const failures: unknown[] = []
  const lane = async (): Promise<void> => {
    for (const { id, request } of queue) {
      if (failures.length > 0 || stop.aborted || budget.late(held(request.stage))) return
      resources.listener({ type: 'run-started', request })
      const result = await runner.run(request, id, stop)
      meter.time(result)
      await journal.append(result)
      resources.listener({ type: 'run-finished', result, cached: false, progress: meter.finish(result) })
    }
  }
  await Promise.all(
    Array.from({ length: runner.slots }, () =>
      lane().catch((error: unknown) => {
        failures.push(error)
      }),
    ),
  )
  if (signal?.aborted) throw new Interrupted()
  if (failures.length > 0 && !timer?.aborted) throw failures[0]
}
