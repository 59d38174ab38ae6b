// How good levers are: retrained in full under the same fresh seeds for every arm.
import { deriveSeed } from '../../src/base/random.ts'
import type { Levers } from '../../src/records/levers.ts'
import { metricsOf } from '../../src/records/metrics.ts'
import { confirmation } from '../../src/stages/index.ts'
import { fullRun, type Problem } from './problem.ts'

/** Seeds that no arm selects with. */
export const benchSeeds = (purpose: string, count: number): number[] =>
  Array.from({ length: count }, (_, i) => deriveSeed(999, purpose, i))

export const freshSeeds = benchSeeds('fresh', 10)

/** One value per fresh seed. */
export interface Final {
  /**
   * The objective on test rows. A seed under which the run did not complete counts as the worst of the others and of the
   * best constant prediction.
   */
  readonly test: readonly number[]
  readonly validation: readonly (number | null)[]
  /** Accuracy or R² on test rows; null if the run did not complete. */
  readonly share: readonly (number | null)[]
  readonly failed: number
}

export function finalOf(problem: Problem, levers: Levers, seeds: readonly number[] = freshSeeds): Final {
  const { objective, plan, constant } = problem
  const share = metricsOf(plan.workload.task).includes('accuracy') ? 'accuracy' : 'r2'
  const job = { ...fullRun, evaluateTest: true }
  const best = seeds.map((seed) => {
    const run = problem.train({ stage: confirmation.name, label: 'final', levers, seed, job }, 'scores')
    return run.status === 'complete' ? run.best : null
  })
  const known = best.flatMap((b) => b?.test?.[objective] ?? [])
  const worst = Math.max(constant, ...known)
  return {
    test: best.map((b) => b?.test?.[objective] ?? worst),
    validation: best.map((b) => b?.validation[objective] ?? null),
    share: best.map((b) => b?.test?.[share] ?? null),
    failed: seeds.length - known.length,
  }
}
