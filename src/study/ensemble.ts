import { err, ok, type Result } from '../base/result.ts'
import { gatherRows } from '../data/batches.ts'
import type { Dataset } from '../data/types.ts'
import type { VerifyFindings } from '../records/decision.ts'
import type { EnsembleScores } from '../records/ensemble.ts'
import type { KeptOutputs, RunPredictions, RunResult } from '../records/run.ts'
import { ensembleScores } from '../train/ensemble.ts'
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
  dataset: Pick<Dataset, 'task' | 'classes' | 'targets' | 'targetScale' | 'splits' | 'folds'>,
  read: (id: string) => Promise<RunResult | undefined>,
): Promise<Result<EnsembleScores, string> | null> {
  const { splits, targets, task, targetScale, classes } = dataset
  if (verify === null || verify.seeds.length === 0 || splits.test.length === 0) return null
  const completed = verify.seeds.flatMap(({ candidate }) => (candidate.status === 'complete' ? [candidate.run] : []))
  if (completed.length < 2) return err(`an ensemble needs two seeds that completed, found ${completed.length}`)
  const width = classes?.length ?? 1
  const test = keptRows(splits.test, width)
  const members: Kept[] = []
  for (const id of completed) {
    const run = await read(id)
    const fold = run?.request.fold
    const rows = fold === undefined ? splits.validation : dataset.folds[fold - 1]?.validation
    const kept = rows && fitting(run, width, { validation: keptRows(rows, width), test })
    if (kept) members.push({ ...kept, fold })
  }
  if (members.length < completed.length) {
    return err(
      `${completed.length - members.length} of ${completed.length} runs kept no predictions; train again with --fresh`,
    )
  }
  const scores = ensembleScores(
    { task, width, scale: targetScale },
    {
      validation: members.map(({ validation }) => ({
        outputs: keptOutputs(validation.kept),
        targets: gatherRows(targets, 1, validation.rows),
      })),
      shareRows: new Set(members.map(({ fold }) => fold)).size === 1,
      test: members.map((member) => keptOutputs(member.test.kept)),
      testTargets: gatherRows(targets, 1, test),
    },
  )
  return ok({ members: members.length, rows: test.length, ...scores })
}

/** What a run kept of some rows. */
interface KeptOn {
  readonly kept: KeptOutputs
  readonly rows: Int32Array
}

interface Kept extends Record<'validation' | 'test', KeptOn> {
  readonly fold: number | undefined
}

/** The outputs of a run if it kept those of these rows; runs of older versions kept none. */
function fitting(
  run: RunResult | undefined,
  width: number,
  rows: Record<'validation' | 'test', Int32Array>,
): Omit<Kept, 'fold'> | undefined {
  const kept: RunPredictions | undefined = run?.status === 'complete' ? run.best?.predictions : undefined
  if (!kept?.test || kept.width !== width) return undefined
  const { validation, test } = kept
  if (validation.rows !== rows.validation.length || test.rows !== rows.test.length) return undefined
  return { validation: { kept: validation, rows: rows.validation }, test: { kept: test, rows: rows.test } }
}
