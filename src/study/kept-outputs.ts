import { gatherRows, targetWidth } from '../base/rows.ts'
import type { Dataset } from '../data/types.ts'
import type { VerifyFindings } from '../records/decision.ts'
import { outputCount } from '../records/plan.ts'
import type { RunPredictions, RunResult } from '../records/run.ts'
import type { Predictions } from '../train/predicted.ts'
import { keptOutputs, keptRows } from '../train/predictions.ts'

/** What the winner's completed verification runs kept, by run; runs of older versions kept nothing. */
export type KeptPredictions = ReadonlyMap<string, RunPredictions>

/**
 * Reads them. Nothing is trained for them, and they are a function of the journal, so a study that was killed and continued
 * has the same bits.
 *
 * @param read a run from the journal; undefined if it is not there
 */
export async function keptPredictions(
  verify: VerifyFindings | null,
  read: (id: string) => Promise<RunResult | undefined>,
): Promise<KeptPredictions> {
  const kept = new Map<string, RunPredictions>()
  for (const { candidate } of verify?.seeds ?? []) {
    const run = candidate.status === 'complete' ? await read(candidate.run) : undefined
    const own = run?.status === 'complete' ? run.best?.predictions : undefined
    if (own) kept.set(candidate.run, own)
  }
  return kept
}

/** Outputs that a model of these data has for each row. */
export const outputsPerRow = ({ classes, targetNames }: Pick<Dataset, 'classes' | 'targetNames'>): number =>
  outputCount({ classes, ...(targetNames && { targets: targetNames }) })

/** What the winner's completed seeds predict for the same rows. */
export interface WinnerOutputs {
  readonly split: 'validation' | 'test'
  /** Row numbers in the data set, from 0. */
  readonly rows: Int32Array
  /** One per seed, at least 1. */
  readonly seeds: readonly Predictions[]
}

/**
 * The outputs that the winner's verification runs kept, on test rows, or on validation rows if none are held out; undefined
 * if no run kept predictions.
 */
export function winnerOutputs(predictions: KeptPredictions, dataset: Dataset): WinnerOutputs | undefined {
  const split = dataset.splits.test.length > 0 ? 'test' : 'validation'
  const width = outputsPerRow(dataset)
  const rows = keptRows(dataset.splits[split], width)
  const targets = gatherRows(dataset.targets, targetWidth(dataset), rows)
  const seeds: Predictions[] = []
  for (const kept of predictions.values()) {
    const outputs = kept[split]
    if (kept.width === width && outputs?.rows === rows.length) seeds.push({ outputs: keptOutputs(outputs), targets, width })
  }
  return seeds.length === 0 ? undefined : { split, rows, seeds }
}
