// Metrics of one of several targets or labels.
import { comparesAnswers, type MetricName, type Task } from '../records/metrics.ts'
import { computeMetrics } from './metrics.ts'
import { onlyOne, type Predictions } from './predicted.ts'
import type { TrainingData } from './types.ts'

/** Metrics of a label that say nothing if no row has it. */
const ofThoseThatHaveIt: readonly MetricName[] = ['recall', 'f1']

/**
 * A metric of one target, in its own units, or of one label, rounded; undefined if the rows do not define it.
 *
 * @param k index of the target
 */
export function targetMetric(
  task: Task,
  name: MetricName,
  of: Predictions,
  k: number,
  scale: TrainingData['targetScale'],
): number | undefined {
  const own = onlyOne(of, k)
  if (comparesAnswers(name) && own.targets.every((target) => target === own.targets[0])) return undefined
  if (task === 'multi-label' && ofThoseThatHaveIt.includes(name) && !own.targets.includes(1)) return undefined
  return computeMetrics(task, own, scale?.slice(k, k + 1) ?? null, [name])[name]
}
