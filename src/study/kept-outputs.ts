import { gatherRows } from '../data/batches.ts'
import type { Dataset } from '../data/types.ts'
import type { VerifyFindings } from '../records/decision.ts'
import { outputCount } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import type { Predictions } from '../train/predicted.ts'
import { keptOutputs, keptRows } from '../train/predictions.ts'

/** What the winner's completed seeds predict for the same rows. */
export interface WinnerOutputs {
  readonly split: 'validation' | 'test'
  /** Row numbers in the data set, from 0. */
  readonly rows: Int32Array
  /** One per seed, at least 1. */
  readonly seeds: readonly Predictions[]
}

/**
 * The outputs that the winner's verification runs kept, on test rows, or on validation rows if none are held out. It trains
 * nothing, and it is a function of the journal and the data.
 *
 * @param read a run from the journal; undefined if it is not there
 * @returns undefined if no run kept predictions
 */
export async function winnerOutputs(
  verify: VerifyFindings | null,
  { classes, splits, targets, targetNames }: Pick<Dataset, 'classes' | 'targets' | 'targetNames' | 'splits'>,
  read: (id: string) => Promise<RunResult | undefined>,
): Promise<WinnerOutputs | undefined> {
  const split = splits.test.length > 0 ? 'test' : 'validation'
  const width = outputCount({ classes, ...(targetNames && { targets: targetNames }) })
  const rows = keptRows(splits[split], width)
  const labels = gatherRows(targets, classes === null ? width : 1, rows)
  const seeds: Predictions[] = []
  for (const { candidate } of verify?.seeds ?? []) {
    const run = candidate.status === 'complete' ? await read(candidate.run) : undefined
    const kept = run?.status === 'complete' ? run.best?.predictions : undefined
    const outputs = kept?.[split]
    if (kept?.width !== width || outputs?.rows !== rows.length) continue
    seeds.push({ outputs: keptOutputs(outputs), targets: labels, width })
  }
  return seeds.length === 0 ? undefined : { split, rows, seeds }
}
