import type { EnsembleScores, ScoredModel } from '../records/ensemble.ts'
import { gain, metricsOf, type MetricName } from '../records/metrics.ts'
import { taskOf } from '../records/tasks.ts'
import type { Report } from './model.ts'
import { plural, sampleText, short } from './numbers.ts'

/** A table of plain texts, with sentences below it. */
export interface TextTable {
  readonly title: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly notes: readonly string[]
}

/** The metrics that a choice between these models rests on, of either task. */
const shownMetrics: readonly MetricName[] = [
  ...['accuracy', 'nll', 'brier', 'ece'],
  ...['subsetAccuracy', 'hammingLoss', 'microF1'],
  ...['mse', 'rmse', 'mae', 'r2'],
] as const

/** What the winner's seeds give besides a single model; null if the report has no such scores. */
export function ensembleTable({ verification, study, data }: Report): TextTable | null {
  const found = verification?.ensemble
  if (!found) return null
  const columns = metricsOf(study.task).filter((name) => shownMetrics.includes(name) || name === study.objective)
  const { isCalibrated: scaled, right } = taskOf(study.task)
  return {
    title: 'What else these seeds give',
    header: ['On test rows', ...columns, ...(scaled ? ['temperature'] : [])],
    rows: found.models.map((model) => [
      words(model, found),
      ...columns.map((name) => short(model.test[name] ?? Number.NaN)),
      ...(scaled ? [model.temperature === null ? '–' : short(model.temperature, 3)] : []),
    ]),
    notes: [
      sentence(found, data.rows.test, { scaled, probabilities: right !== null }),
      ...found.notes,
      ...worsened(found, study.objective),
    ],
  }
}

/** A temperature that fits the validation rows may not fit the test rows. */
function worsened({ models }: EnsembleScores, objective: MetricName): string[] {
  const losses = models.flatMap((scaled, i) => {
    const plain = models[i - 1]
    if (scaled.temperature === null || plain?.model !== scaled.model) return []
    const [before, after] = [plain.test[objective], scaled.test[objective]]
    return before !== undefined && after !== undefined && gain(objective, before, after) < 0 ? [scaled] : []
  })
  return losses.length === 0 ? [] : [`On these test rows, the temperature makes the ${objective} worse.`]
}

function words({ model, temperature }: ScoredModel, { members }: EnsembleScores): string {
  const plain = model === 'single' ? `single model (mean over ${plural(members, 'seed')})` : `ensemble of ${members}`
  return temperature === null ? plain : `${plain}, temperature-scaled`
}

function sentence(
  { members, rows }: EnsembleScores,
  all: number,
  { scaled, probabilities }: { readonly scaled: boolean; readonly probabilities: boolean },
): string {
  const mean =
    `the mean of its members' ${probabilities ? 'probabilities' : 'values'}` +
    (scaled ? '. A temperature divides all logits; it is fitted on validation rows' : '')
  return (
    `An ensemble predicts ${mean}. Its members are the winner's ${members} verification seeds, trained on the same ` +
    `training rows, so no member has seen a test row. Scored on ${sampleText(rows, all)} test rows. No gate judges these numbers.`
  )
}
