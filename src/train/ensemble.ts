import type { EnsembleScores, ScoredModel } from '../records/ensemble.ts'
import type { Metrics, Task } from '../records/metrics.ts'
import { mean } from '../stats/describe.ts'
import { temperatureOf } from '../stats/temperature.ts'
import { sigmoid } from './label-metrics.ts'
import { computeMetrics } from './metrics.ts'
import { softmaxRow, type Outputs } from './predicted.ts'
import { rounded } from './round.ts'
import type { TrainingData } from './types.ts'

/** Rows of one split: what each member says about them, and what is true. */
export interface MemberOutputs {
  /** Logits or standardized values, one array per member, rows × width. */
  readonly members: readonly Outputs[]
  /** Class index, one per row; or standardized values or labels, rows × width. */
  readonly targets: Float32Array
}

/** What the members are. */
export interface EnsembleTask {
  readonly task: Task
  /** Number of classes, of labels, or of the targets of a regression. */
  readonly width: number
  readonly scale: TrainingData['targetScale']
}

/**
 * Scores of single models and of their ensemble on test rows; for a classification, also with one temperature for all
 * logits (Guo et al., 2017), fitted on validation rows by nll. The ensemble predicts the mean of its members' probabilities
 * (Lakshminarayanan et al., 2017), for a regression the mean of their values.
 */
export function ensembleScores(
  of: EnsembleTask,
  validation: MemberOutputs,
  test: MemberOutputs,
): Pick<EnsembleScores, 'models' | 'notes'> {
  const score = (outputs: Outputs): Metrics =>
    computeMetrics(of.task, { outputs, targets: test.targets, width: of.width }, of.scale)
  const single = plain('single', meanMetrics(test.members.map(score)))
  if (of.task !== 'classification') {
    const together = of.task === 'regression' ? meanValues(test.members) : meanLogits(test.members)
    return { models: [single, plain('ensemble', score(together))], notes: [] }
  }
  const fittedOn = meanLogProbabilities(validation.members, of.width)
  const judged = meanLogProbabilities(test.members, of.width)
  const temperature = (outputs: Outputs): number | null => {
    const found = temperatureOf(outputs, { labels: validation.targets, classes: of.width })
    return typeof found === 'number' ? found : null
  }
  const own = validation.members.map(temperature)
  const fitted = own.flatMap((t) => t ?? [])
  const scaled = test.members.map((outputs, i) => score(divided(outputs, own[i] ?? 1)))
  const joint = temperature(fittedOn)
  return {
    models: [
      single,
      ...(fitted.length === 0 ? [] : [atTemperature('single', geometricMean(fitted), meanMetrics(scaled))]),
      plain('ensemble', score(judged)),
      ...(joint === null ? [] : [atTemperature('ensemble', joint, score(divided(judged, joint)))]),
    ],
    notes: notesOf(own.length - fitted.length, own.length, joint),
  }
}

const plain = (model: ScoredModel['model'], test: Metrics): ScoredModel => ({ model, temperature: null, test })
const atTemperature = (model: ScoredModel['model'], temperature: number, test: Metrics): ScoredModel => ({
  model,
  temperature: rounded(temperature),
  test,
})

const divided = (outputs: Outputs, temperature: number): Outputs => Float64Array.from(outputs, (z) => z / temperature)
const geometricMean = (values: readonly number[]): number => Math.exp(mean(values.map(Math.log)))

/** Members have the metrics of one task. */
const meanMetrics = (all: readonly Metrics[]): Metrics =>
  Object.fromEntries(
    Object.keys(all[0] ?? {}).map((name) => [name, rounded(mean(all.map((one) => one[name as keyof Metrics] ?? NaN)))]),
  )

const meanValues = (members: readonly Outputs[]): Outputs =>
  Float64Array.from(members[0] ?? [], (_, i) => mean(members.map((outputs) => outputs[i] ?? NaN)))

/** The logits of the mean of the probabilities that labels apply. */
const meanLogits = (members: readonly Outputs[]): Outputs =>
  Float64Array.from(members[0] ?? [], (_, i) => {
    const yes = mean(members.map((outputs) => sigmoid(outputs[i] ?? NaN)))
    const no = mean(members.map((outputs) => sigmoid(-(outputs[i] ?? NaN))))
    return Math.log(Math.max(yes, Number.MIN_VALUE)) - Math.log(Math.max(no, Number.MIN_VALUE))
  })

/** log of the mean of softmax probabilities. As a sum of exponentials it does not underflow where a member is very sure. */
function meanLogProbabilities(members: readonly Outputs[], width: number): Outputs {
  const out = new Float64Array(members[0]?.length ?? 0)
  for (let start = 0; start < out.length; start += width) {
    const sums = members.map((outputs) => softmaxRow(outputs, start, width).logSum)
    for (let k = start; k < start + width; k++) {
      const logs = members.map((outputs, m) => (outputs[k] ?? NaN) - (sums[m] ?? NaN))
      const largest = Math.max(...logs)
      out[k] = largest + Math.log(mean(logs.map((log) => Math.exp(log - largest))))
    }
  }
  return out
}

function notesOf(without: number, members: number, joint: number | null): string[] {
  const why = 'no temperature fits the validation rows best'
  return [
    ...(without > 0 && without < members ? [`${without} of ${members} members stay as trained, because ${why}.`] : []),
    ...(without === members ? [`Single models are not scaled, because ${why}.`] : []),
    ...(joint === null ? [`The ensemble is not scaled, because ${why}.`] : []),
  ]
}
