// The runs of a finished study, and what the peers of tuning.ts need to train the same.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onFold } from '../../src/data/folds.ts'
import type { Splits } from '../../src/data/types.ts'
import type { AugmentationPolicy } from '../../src/records/plan.ts'
import type { Evaluation, RunResult } from '../../src/records/run.ts'
import { mean } from '../../src/stats/describe.ts'
import { prepare } from '../../src/study/prepare.ts'
import { scaledPolicy } from '../../src/train/augment.ts'
import { fixedSample } from '../../src/train/evaluate.ts'
import { preparedModel } from '../../test/support/models.ts'

/** The runs in the journal of a study. */
export function runsIn(folder: string): RunResult[] {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').trim().split('\n').slice(1)
  // Other lines say how much time has passed.
  return lines.flatMap((line) => (JSON.parse(line) as { readonly run?: RunResult }).run ?? [])
}

export const stepsOf = (runs: readonly RunResult[]): number => runs.reduce((sum, run) => sum + run.steps.loss.length, 0)

/** Best validation accuracy, mean over the verified runs. */
export function accuracyOf(runs: readonly RunResult[]): number {
  const verified = runs.flatMap((run) => (run.status === 'complete' && run.best?.test ? [run.evaluations] : []))
  const accuracy = ({ validation }: Evaluation): number => ('accuracy' in validation ? validation.accuracy : NaN)
  return mean(verified.map((evaluations) => Math.max(...evaluations.map(accuracy))))
}

/**
 * Data and trials for the peers: as many runs, with the same layers, levers, rows, steps, rates and evaluations. Data come
 * from our own loader, by the spec of the study.
 */
export async function writeTrials(specPath: string, runs: readonly RunResult[], scratch: string): Promise<void> {
  const { plan, dataset } = preparedModel(await prepare({ specPath, workspace: dirname(specPath) }))
  const { layers, augmentation, evaluateEvery, task } = plan.workload
  if (task !== 'classification' || dataset.weights) throw new Error('the peers know classes of equal weights alone')
  if (runs.some(({ request }) => request.levers.batching.accumulate > 1)) throw new Error('the peers accumulate nothing')
  const trials = runs.map(({ request: { levers, seed, fold = 0, job }, steps, evaluations }) => ({
    levers,
    seed,
    fold,
    noise: noiseOf(augmentation, levers.regularization.augmentation),
    rates: steps.learningRate,
    evaluateAt: evaluations.map((e) => e.step),
    test: job.kind === 'train' && job.evaluateTest,
  }))
  const batches = [...new Set(runs.map(({ request }) => request.levers.batching.batchSize))]
  const folds = [dataset.splits, ...dataset.folds.map((fold) => onFold(dataset.splits, fold))].map(listed)
  writeFileSync(join(scratch, 'inputs.bin'), dataset.inputs)
  writeFileSync(join(scratch, 'targets.bin'), dataset.targets)
  const { inputShape } = dataset
  writeFileSync(
    join(scratch, 'trials.json'),
    JSON.stringify({ runs: trials, batches, folds, layers, inputShape, evaluateEvery }),
  )
}

/** Rows of each part, and the training rows that evaluations read. */
const listed = ({ train, validation, test }: Splits) => ({
  train: [...train],
  sample: [...fixedSample(train, validation.length)],
  validation: [...validation],
  test: [...test],
})

/** The standard deviation of noise on the inputs, which is all the augmentation that the peers know. */
function noiseOf(policy: AugmentationPolicy, strength: number): number {
  const scaled = scaledPolicy(policy, strength)
  if (scaled === null) return 0
  const { noise, ...others } = scaled
  if (Object.values(others).some((amount) => amount > 0)) throw new Error('the peers know no augmentation but noise')
  return noise
}
