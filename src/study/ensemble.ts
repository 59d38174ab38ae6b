import { err, ok, type Result } from '../base/result.ts'
import { gatherRows } from '../data/batches.ts'
import type { Dataset } from '../data/types.ts'
import type { VerifyFindings } from '../records/decision.ts'
import { outputCount } from '../records/plan.ts'
import type { EnsembleScores } from '../records/ensemble.ts'
import type { KeptOutputs, RunPredictions, RunResult } from '../records/run.ts'
import { ensembleScores, type MemberOutputs } from '../train/ensemble.ts'
import { keptOutputs, keptRows } from '../train/predictions.ts'

/**
 * What the winner's verification seeds give together, from the outputs that their runs kept. It trains nothing, and it is a
 * function of the journal and the data, so a study that was killed and continued gives the same bits.
 *
 * @param read a run from the journal; undefined if it is not there
 * @returns the scores, or the reason why there are none, as a clause; null if there is nothing to say: no seed was verified,
 *   or no test rows are held out
 */
export async function verifiedEnsemble(
  verify: VerifyFindings | null,
  dataset: Pick<Dataset, 'task' | 'classes' | 'targets' | 'targetNames' | 'targetScale' | 'splits'>,
  read: (id: string) => Promise<RunResult | undefined>,
): Promise<Result<EnsembleScores, string> | null> {
  const { splits, targets, task, targetScale, classes, targetNames } = dataset
  if (verify === null || verify.seeds.length === 0 || splits.test.length === 0) return null
  const completed = verify.seeds.flatMap(({ candidate }) => (candidate.status === 'complete' ? [candidate.run] : []))
  if (completed.length < 2) return err(`an ensemble needs two seeds that completed, found ${completed.length}`)
  const width = outputCount({ classes, ...(targetNames && { targets: targetNames }) })
  const rows = { validation: keptRows(splits.validation, width), test: keptRows(splits.test, width) }
  const members: Kept[] = []
  for (const id of completed) {
    const kept = fitting(await read(id), width, rows)
    if (kept) members.push(kept)
  }
  if (members.length < completed.length) {
    return err(
      `${completed.length - members.length} of ${completed.length} runs kept no predictions; train again with --fresh`,
    )
  }
  const part = (split: keyof Kept): MemberOutputs => ({
    targets: gatherRows(targets, task === 'regression' ? width : 1, rows[split]),
    members: members.map((kept) => keptOutputs(kept[split])),
  })
  const scores = ensembleScores({ task, width, scale: targetScale }, part('validation'), part('test'))
  return ok({ members: members.length, rows: rows.test.length, ...scores })
}

type Kept = Record<'validation' | 'test', KeptOutputs>

/** The outputs of a run if it kept those of the rows that all members have; runs of older versions kept none. */
function fitting(run: RunResult | undefined, width: number, rows: Record<keyof Kept, Int32Array>): Kept | undefined {
  const kept: RunPredictions | undefined = run?.status === 'complete' ? run.best?.predictions : undefined
  if (!kept?.test || kept.width !== width) return undefined
  const { validation, test } = kept
  return validation.rows === rows.validation.length && test.rows === rows.test.length ? { validation, test } : undefined
}
