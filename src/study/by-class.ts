import { gatherRows } from '../data/batches.ts'
import type { Dataset } from '../data/types.ts'
import type { ByClass, OverSeeds } from '../records/by-class.ts'
import type { VerifyFindings } from '../records/decision.ts'
import type { RunResult } from '../records/run.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { keptOutputs, keptRows } from '../train/predictions.ts'
import { classScores, type ClassScore } from '../train/requested-metrics.ts'
import { rounded } from '../train/round.ts'

/** More classes are no table that anybody reads. */
const mostClasses = 1000

/**
 * Recall and nll of each class over the winner's verification seeds, from the outputs that their runs kept. It trains
 * nothing, and it is a function of the journal and the data.
 *
 * @param read a run from the journal; undefined if it is not there
 * @returns undefined for a regression, and if no run kept predictions
 */
export async function scoresByClass(
  verify: VerifyFindings | null,
  { classes, splits, targets }: Pick<Dataset, 'classes' | 'targets' | 'splits'>,
  read: (id: string) => Promise<RunResult | undefined>,
): Promise<ByClass | undefined> {
  if (verify === null || classes === null || classes.length > mostClasses) return undefined
  const split = splits.test.length > 0 ? 'test' : 'validation'
  const width = classes.length
  const rows = keptRows(splits[split], width)
  const labels = gatherRows(targets, 1, rows)
  const seeds: ClassScore[][] = []
  for (const { candidate } of verify.seeds) {
    const run = candidate.status === 'complete' ? await read(candidate.run) : undefined
    const kept = run?.status === 'complete' ? run.best?.predictions : undefined
    const outputs = kept?.[split]
    if (kept?.width !== width || outputs?.rows !== rows.length) continue
    seeds.push(classScores({ outputs: keptOutputs(outputs), targets: labels, width }))
  }
  const [first] = seeds
  if (!first) return undefined
  // Every seed is scored on the same rows, so each has the same classes.
  const over = (i: number, valueOf: (score: ClassScore) => number): OverSeeds =>
    summary(seeds.flatMap((scores) => scores.slice(i, i + 1).map(valueOf)))
  const summaries = first.map(({ label, rows: own }, i) => ({
    name: classes[label] ?? '',
    rows: own,
    recall: over(i, ({ recall }) => recall),
    nll: over(i, ({ nll }) => nll),
  }))
  return { split, seeds: seeds.length, rows: rows.length, classes: summaries }
}

const summary = (values: readonly number[]): OverSeeds => ({
  mean: rounded(mean(values)),
  sd: values.length < 2 ? null : rounded(sampleSd(values)),
})
