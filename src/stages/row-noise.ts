import { numberAt } from '../base/numbers.ts'
import { isMeanOverRows } from '../records/metrics.ts'
import type { Workload } from '../records/plan.ts'
import { mean, sampleSd, type PooledSd } from '../stats/describe.ts'
import type { RunOutcome } from './stage.ts'

/**
 * The least difference that the validation rows can show: one row whose loss is another by 1 (a nat, for nll). On few rows
 * that a model separates, losses fall toward 0 with the size of its logits, and the spread over the rows does not show what
 * a single mistake of so certain a model would cost. 0 for regression, whose rows show their spread.
 */
export const oneRow = ({ task, objective, data }: Workload): number =>
  task === 'classification' && isMeanOverRows(objective) ? 1 / data.rows.validation : 0

/** One side of a comparison: its runs, one a seed. */
interface Runs {
  readonly outcomes: readonly RunOutcome[]
}

/**
 * The standard error of a difference of two configurations that comes from the choice of validation rows, from their
 * objective on groups of rows (each the mean over the seeds). Both were scored on the same rows, so what makes a row hard
 * for both cancels. Undefined if the runs carry no groups, as with an objective that is no mean over rows.
 */
export function rowError(incumbent: Runs, candidate: Runs): PooledSd | undefined {
  const [from, to] = [groupMeans(incumbent), groupMeans(candidate)]
  if (from === undefined || to?.length !== from.length) return undefined
  const differences = to.map((value, i) => value - numberAt(from, i))
  return { sd: sampleSd(differences) / Math.sqrt(differences.length), df: differences.length - 1 }
}

function groupMeans({ outcomes }: Runs): readonly number[] | undefined {
  const runs = outcomes.map((o) => (o.status === 'complete' ? o.best?.rowGroups : undefined))
  const first = runs[0]
  if (first === undefined || first.length < 2 || runs.some((run) => run?.length !== first.length)) return undefined
  return first.map((_, group) => mean(runs.map((run) => numberAt(run ?? [], group))))
}

/**
 * Adds the error of the rows to the noise of one pair under one seed, so that the standard error over `seeds` pairs has both
 * parts. Degrees of freedom by Welch and Satterthwaite.
 */
export function withRowError(noise: PooledSd, rows: PooledSd | undefined, seeds: number): PooledSd {
  if (rows === undefined || !(noise.df > 0)) return noise
  const [ofSeeds, ofRows] = [noise.sd ** 2 / seeds, rows.sd ** 2]
  const both = ofSeeds + ofRows
  if (!(both > 0) || ofRows === 0) return noise
  return { sd: Math.sqrt(both * seeds), df: both ** 2 / (ofSeeds ** 2 / noise.df + ofRows ** 2 / rows.df) }
}
