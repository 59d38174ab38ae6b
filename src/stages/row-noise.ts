import { differences, numberAt } from '../base/numbers.ts'
import { isMeanOverRows } from '../records/metrics.ts'
import type { Workload } from '../records/plan.ts'
import { taskOf } from '../records/tasks.ts'
import { addErrors } from '../stats/crossed.ts'
import { mean, sampleSd, type PooledSd } from '../stats/describe.ts'
import type { RunOutcome } from './stage.ts'

/** One side of a comparison: its runs, one a seed. */
interface Runs {
  readonly outcomes: readonly RunOutcome[]
}

/** How many different sets of validation rows the seeds of an arm have; at least 1. */
export const rowSets = ({ outcomes }: Runs): number =>
  Math.max(1, new Set(outcomes.map(({ request }) => request.fold ?? 0)).size)

/**
 * The least difference that the validation rows can show: one row whose loss is another by 1 (a nat, for nll). On few rows
 * that a model separates, losses fall toward 0 with the size of its logits, and the spread over the rows does not show what
 * a single mistake of so certain a model would cost. 0 for regression, whose rows show their spread.
 *
 * @param sets how many sets of validation rows the difference is a mean over
 */
export function oneRow({ task, objective, data }: Workload, sets = 1): number {
  const { right } = taskOf(task)
  if (right === null || !isMeanOverRows(objective)) return 0
  // A mistake of several labels is one of them, and the others of the row stay right.
  const labels = task === 'multi-label' && objective !== right && 'targets' in data ? (data.targets?.length ?? 1) : 1
  return 1 / (data.rows.validation * labels * sets)
}

/**
 * Adds the choice of validation rows to the noise of one pair under one seed, so that the standard error over the pairs has
 * both parts. Both sides of a pair are scored on the same rows, so what makes a row hard for both cancels. The rows show
 * their part by the objective on groups of them.
 *
 * - Seeds with rows of their own: the spread of the pairs has it already, but a few pairs may be alike by chance. The noise
 *   is at least what the rows show.
 * - Seeds that share rows: the spread lacks it. Degrees of freedom by Welch and Satterthwaite.
 *
 * Unchanged if the runs carry no groups, as with an objective that is no mean over rows.
 */
export function withRowNoise(noise: PooledSd, incumbent: Runs, candidate: Runs, { data }: Workload): PooledSd {
  const shared = rowSets(candidate) === 1
  const rows = shared ? sharedRows(incumbent, candidate) : ownRows(incumbent, candidate)
  if (rows === undefined || !(noise.df > 0) || !(rows.sd > 0)) return noise
  const seeds = candidate.outcomes.length
  if (!shared) {
    // Rows that several seeds share count once. Folds share rows once each row has been in one.
    const { train, validation } = data.rows
    const sets = Math.min(rowSets(candidate), (train + validation) / validation)
    const own = noise.sd >= rows.sd ? noise : rows
    return { ...own, sd: Math.sqrt(own.sd ** 2 + rows.sd ** 2 * Math.max(0, seeds / sets - 1)) }
  }
  const both = addErrors({ variance: noise.sd ** 2 / seeds, df: noise.df }, { variance: rows.sd ** 2, df: rows.df })
  return { sd: Math.sqrt(both.variance * seeds), df: both.df }
}

/** The error of the mean difference of two arms whose seeds share their rows: each group is a mean over the seeds. */
function sharedRows(incumbent: Runs, candidate: Runs): PooledSd | undefined {
  const [from, to] = [incumbent, candidate].map((arm) => {
    const groups = groupsOf(arm)
    return groups?.[0]?.map((_, group) => mean(groups.map((run) => numberAt(run, group))))
  })
  return from && to && errorOf(from, to)
}

/** The error of the difference in one pair of runs with rows of their own, pooled over the pairs. */
function ownRows(incumbent: Runs, candidate: Runs): PooledSd | undefined {
  const [from, to] = [groupsOf(incumbent), groupsOf(candidate)]
  if (!from || to?.length !== from.length) return undefined
  const errors = to.flatMap((groups, i) => errorOf(from[i] ?? [], groups) ?? [])
  if (errors.length < to.length) return undefined
  return { sd: Math.sqrt(mean(errors.map(({ sd }) => sd ** 2))), df: errors.reduce((sum, { df }) => sum + df, 0) }
}

function errorOf(from: readonly number[], to: readonly number[]): PooledSd | undefined {
  if (from.length !== to.length || to.length < 2) return undefined
  return { sd: sampleSd(differences(to, from)) / Math.sqrt(to.length), df: to.length - 1 }
}

/** The objective on groups of rows, one list a run; undefined if a run has none, or they are not alike. */
function groupsOf({ outcomes }: Runs): readonly (readonly number[])[] | undefined {
  const runs = outcomes.flatMap((o) => (o.status === 'complete' && o.best?.rowGroups ? [o.best.rowGroups] : []))
  const alike = runs.length === outcomes.length && new Set(runs.map(({ length }) => length)).size === 1
  return alike ? runs : undefined
}
