import { gatherRows, targetWidth } from '../base/rows.ts'
import type { DataFinding } from '../data/checks/definition.ts'
import { tokensOf } from '../data/token-ids.ts'
import type { Dataset } from '../data/types.ts'
import { metricNames, type MetricName } from '../records/metrics.ts'
import type { DataFacts } from '../records/plan.ts'
import { whyUndefined } from '../train/defined.ts'

/** All that a plan and its warnings need to know of data. */
export interface KnownData {
  readonly facts: DataFacts
  readonly findings: readonly DataFinding[]
  /** What was done to the data that the user may want to know. */
  readonly notes: readonly string[]
  readonly undefinedMetrics: readonly UndefinedMetric[]
}

/** A metric that the rows of a split do not define. */
export interface UndefinedMetric {
  readonly metric: MetricName
  readonly split: MeasuredSplit
  readonly rows: number
  /** A clause. */
  readonly why: string
}

export type MeasuredSplit = 'validation' | 'test'

export const knownData = (dataset: Dataset, findings: readonly DataFinding[]): KnownData => ({
  facts: factsOf(dataset),
  findings,
  notes: dataset.notes,
  undefinedMetrics: (['validation', 'test'] as const).flatMap((split) => undefinedOn(dataset, split)),
})

/** What a plan is compiled for. */
export function factsOf(dataset: Dataset): DataFacts {
  const { train, validation, test } = dataset.splits
  const tokens = tokensOf(dataset)
  return {
    fingerprint: dataset.fingerprint,
    inputShape: dataset.inputShape,
    classes: dataset.classes,
    ...(dataset.targetNames ? { targets: dataset.targetNames } : {}),
    ...(dataset.vocabulary ? { vocabulary: dataset.vocabulary.length } : {}),
    ...(tokens > 0 && tokens < dataset.features.length ? { tokens } : {}),
    rows: { train: train.length, validation: validation.length, test: test.length },
    ...(dataset.folds.length > 0 ? { folds: 1 + dataset.folds.length } : {}),
  }
}

/** Each metric once, for the first division of the rows that does not define it. */
function undefinedOn({ splits, folds, targets, task, ...dataset }: Dataset, split: MeasuredSplit): UndefinedMetric[] {
  const width = targetWidth({ ...dataset, targets })
  const found = new Map<MetricName, UndefinedMetric>()
  for (const rows of [splits[split], ...(split === 'validation' ? folds : [])]) {
    if (rows.length === 0) continue
    const measured = gatherRows(targets, width, rows)
    for (const metric of metricNames) {
      const why = whyUndefined(task, metric, measured, width)
      if (why !== undefined && !found.has(metric)) found.set(metric, { metric, split, rows: rows.length, why })
    }
  }
  return [...found.values()]
}
