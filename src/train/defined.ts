import { comparesAnswers, ranksRows, type MetricName, type Task } from '../records/metrics.ts'

/** Metrics of all labels that say nothing if no row has one. */
const ofRowsWithLabels: readonly MetricName[] = ['worstRecall', 'f1', 'microF1']

/**
 * Why rows with these answers do not define a metric of all classes, targets or labels, as a clause; undefined if they do.
 *
 * @param targets rows × width
 */
export function whyUndefined(task: Task, metric: MetricName, targets: Float32Array, width: number): string | undefined {
  if (task === 'multi-label') {
    if (ofRowsWithLabels.includes(metric) && !targets.includes(1)) return 'no row has a label'
    return ranksRows(metric) && !hasBoth(targets, width) ? 'each label applies to all of them or to none' : undefined
  }
  if (!comparesAnswers(metric) || targets.some((target) => target !== targets[0])) return undefined
  return task === 'classification' ? 'all of them have one class' : 'all of them have one value'
}

/** Whether some label applies to some rows and not to others. */
function hasBoth(targets: Float32Array, width: number): boolean {
  for (let k = 0; k < width; k++) {
    for (let i = k + width; i < targets.length; i += width) if (targets[i] !== targets[k]) return true
  }
  return false
}
