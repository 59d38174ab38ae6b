import type { EnsembleScores, ScoredModel } from '../records/ensemble.ts'
import type { Metrics, Task } from '../records/metrics.ts'
import { mean } from '../stats/describe.ts'
import { temperatureOf } from '../stats/temperature.ts'
import { computeMetrics } from './metrics.ts'
import { softmaxRow, type Outputs } from './predicted.ts'
import { rounded } from './round.ts'
import type { TrainingData } from './types.ts'

/** What a member says about some rows, and what is true. */
export interface MemberOutputs {
  /** Logits or standardized values, rows × width. */
  readonly outputs: Outputs
  /** Class index or standardized value, one per row. */
  readonly targets: Float32Array
}

/** The outputs of all members on one split. */
export interface SplitOutputs {
  readonly validation: readonly MemberOutputs[]
  /** Whether the members have the same validation rows, so that the ensemble has some that no member trained on. */
  readonly shareRows: boolean
  /** One array per member, on the same rows. */
  readonly test: readonly Outputs[]
  readonly testTargets: Float32Array
}

/** What the members are. */
export interface EnsembleTask {
  readonly task: Task
  /** Number of classes, or 1 for regression. */
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
  { validation, shareRows, test, testTargets }: SplitOutputs,
): Pick<EnsembleScores, 'models' | 'notes'> {
  const score = (outputs: Outputs): Metrics =>
    computeMetrics(of.task, { outputs, targets: testTargets, width: of.width }, of.scale)
  const single = plain('single', meanMetrics(test.map(score)))
  if (of.task === 'regression') return { models: [single, plain('ensemble', score(meanValues(test)))], notes: [] }
  const judged = meanLogProbabilities(test, of.width)
  const temperature = ({ outputs, targets }: MemberOutputs): number | null => {
    const found = temperatureOf(outputs, { labels: targets, classes: of.width })
    return typeof found === 'number' ? found : null
  }
  const own = validation.map(temperature)
  const fitted = own.flatMap((t) => t ?? [])
  const scaled = test.map((outputs, i) => score(divided(outputs, own[i] ?? 1)))
  const [first] = validation
  const joint =
    shareRows && first
      ? temperature({
          outputs: meanLogProbabilities(
            validation.map(({ outputs }) => outputs),
            of.width,
          ),
          targets: first.targets,
        })
      : undefined
  return {
    models: [
      single,
      ...(fitted.length === 0 ? [] : [atTemperature('single', geometricMean(fitted), meanMetrics(scaled))]),
      plain('ensemble', score(judged)),
      ...(typeof joint === 'number' ? [atTemperature('ensemble', joint, score(divided(judged, joint)))] : []),
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

function notesOf(without: number, members: number, joint: number | null | undefined): string[] {
  const why = 'no temperature fits the validation rows best'
  return [
    ...(without > 0 && without < members ? [`${without} of ${members} members stay as trained, because ${why}.`] : []),
    ...(without === members ? [`Single models are not scaled, because ${why}.`] : []),
    ...(joint === null ? [`The ensemble is not scaled, because ${why}.`] : []),
    ...(joint === undefined
      ? ['The ensemble is not scaled, because its members trained on different rows, and none is left for a temperature.']
      : []),
  ]
}
