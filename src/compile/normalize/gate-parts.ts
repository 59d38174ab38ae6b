// Rules on one class, on one of several targets, and on segments.
import type { SpecPath } from '../../dsl/parse.ts'
import type { Measured } from '../../records/gates.ts'
import { allMetricsOf, needsClass, ofClass, type MetricName, type Task } from '../../records/metrics.ts'
import type { Report } from '../problem.ts'

/** What rules can name: metrics of the task, on data that we read or that somebody reports. */
interface PartContext {
  readonly task: Task
  readonly reports: boolean
  readonly report: Report
}

/** What each key of a rule judges, in words. */
const judges = { class: 'one class', target: 'one target', segments: 'segments' } as const

/** A rule on a class, a target or segments needs rows that we see, and a metric that has a value for it. */
export function checkPart(measured: Measured, at: SpecPath, context: PartContext): void {
  const { task, reports, report } = context
  const { split, segments } = measured
  for (const key of Object.keys(judges) as (keyof typeof judges)[]) {
    if (measured[key] === undefined || !reports) continue
    report('subset-unknown', [...at, key], `a gate on ${judges[key]} needs data that are read here`, {
      hint: 'report a metric of your own for it, named score or cost',
    })
  }
  if (reports) return
  if (segments && split !== 'test') {
    report('segments-split', [...at, 'segments'], 'segments are judged on test rows', {
      found: `split: ${split}`,
      allowed: 'split: test',
    })
  }
  checkNamed(measured, at, { task, report })
}

/** The key by which a rule of the task names what it judges alone. */
const keyOf = (task: Task): 'class' | 'target' => (task === 'classification' ? 'class' : 'target')

function checkNamed(measured: Measured, at: SpecPath, { task, report }: Pick<PartContext, 'task' | 'report'>): void {
  const { metric } = measured
  const key = keyOf(task)
  const other = key === 'class' ? 'target' : 'class'
  const named = measured[key]
  if (measured[other] !== undefined) {
    const what = {
      classification: 'a classification has one target',
      'multi-label': 'labels have no classes',
      regression: 'a regression has no classes',
    }
    report(`${other}-task`, [...at, other], what[task], {
      found: `${other}: ${measured[other]}`,
      allowed: `${key}: NAME`,
    })
    return
  }
  if (named === undefined && needsClass(metric) && allMetricsOf(task).includes(metric)) {
    const what = key === 'class' ? 'class' : 'label'
    report('class-missing', at, `the metric ${metric} has a value for each ${what}, and the gate does not name one`, {
      hint: `add ${key}: NAME, or gate on worstRecall`,
    })
  }
  if (named === undefined || hasPart(metric, task) || !allMetricsOf(task).includes(metric)) return
  report(`${key}-metric`, [...at, 'metric'], `the metric has no value for one ${key === 'class' ? 'class' : 'label'}`, {
    found: metric,
    allowed: allMetricsOf(task)
      .filter((name) => hasPart(name, task))
      .join(', '),
    ...(metric === 'accuracy' ? { hint: 'the share of the rows of one class that are right is its recall' } : {}),
  })
}

/** Whether a metric has a value for one class, label or target. Every metric of a regression has one for each target. */
const hasPart = (metric: MetricName, task: Task): boolean => task === 'regression' || ofClass(metric) !== undefined
