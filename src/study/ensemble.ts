import { err, ok, type Result } from '../base/result.ts'
import { gatherRows, targetWidth } from '../base/rows.ts'
import type { Dataset } from '../data/types.ts'
import type { VerifyFindings } from '../records/decision.ts'
import type { EnsembleScores } from '../records/ensemble.ts'
import type { KeptOutputs, RunPredictions } from '../records/run.ts'
import { ensembleScores, type MemberOutputs } from '../train/ensemble.ts'
import { keptOutputs, keptRows } from '../train/predictions.ts'
import { outputsPerRow, type KeptPredictions } from './kept-outputs.ts'

/**
 * What the winner's verification seeds give together, from the outputs that their runs kept.
 *
 * @returns the scores, or the reason why there are none, as a clause; null if there is nothing to say: no seed was verified,
 *   or no test rows are held out
 */
export function verifiedEnsemble(
  verify: VerifyFindings | null,
  predictions: KeptPredictions,
  dataset: Dataset,
): Result<EnsembleScores, string> | null {
  const { splits, targets, task, targetScale } = dataset
  if (verify === null || verify.seeds.length === 0 || splits.test.length === 0) return null
  const completed = verify.seeds.flatMap(({ candidate }) => (candidate.status === 'complete' ? [candidate.run] : []))
  if (completed.length < 2) return err(`an ensemble needs two seeds that completed, found ${completed.length}`)
  const width = outputsPerRow(dataset)
  const rows = { validation: keptRows(splits.validation, width), test: keptRows(splits.test, width) }
  const members = completed.flatMap((id) => fitting(predictions.get(id), width, rows) ?? [])
  if (members.length < completed.length) {
    return err(
      `${completed.length - members.length} of ${completed.length} runs kept no predictions; train again with --fresh`,
    )
  }
  const part = (split: keyof Kept): MemberOutputs => ({
    targets: gatherRows(targets, targetWidth(dataset), rows[split]),
    members: members.map((kept) => keptOutputs(kept[split])),
  })
  const scores = ensembleScores({ task, width, scale: targetScale }, part('validation'), part('test'))
  return ok({ members: members.length, rows: rows.test.length, ...scores })
}

type Kept = Record<'validation' | 'test', KeptOutputs>

/** The outputs of a run if it kept those of the rows that all members have. */
function fitting(kept: RunPredictions | undefined, width: number, rows: Record<keyof Kept, Int32Array>): Kept | undefined {
  if (!kept?.test || kept.width !== width) return undefined
  const { validation, test } = kept
  return validation.rows === rows.validation.length && test.rows === rows.test.length ? { validation, test } : undefined
}
