import type { MetricName } from '../records/metrics.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { tInterval } from '../stats/intervals.ts'
import type { Report } from './model.ts'
import { meanAndSd, plural } from './numbers.ts'
import { judgedSide } from './sides.ts'

/** What a guess reaches that does not look at the inputs, on a metric on which all such guesses do equally well. */
interface Guess {
  readonly metric: MetricName
  readonly level: number
  readonly words: string
}

/** Of a one-sided bound at .05. */
const level = 0.9

/**
 * Says so where the winner is not shown to beat a guess that does not look at the inputs: the bound of its mean over seeds
 * does not reach beyond what the guess has. Gates compare with a baseline or with a limit that somebody chose, so they may
 * pass although the model has learned nothing. Test rows count, or validation rows where no seed has test rows; none if no
 * seed has the metric, or if the runs are not of a study's own trainer.
 */
export function guessLines(report: Pick<Report, 'verification' | 'study' | 'data'>): string[] {
  const seeds = report.verification?.seeds ?? []
  return guessesFor(report.data.classes).flatMap(({ metric, level: guessed, words }) => {
    const of = (split: 'test' | 'validation') => seeds.flatMap(({ candidate }) => candidate[split]?.[metric] ?? [])
    const split = of('test').length > 0 ? 'test' : 'validation'
    const values = of(split)
    if (values.length === 0) return []
    const interval = tInterval(values, level)
    const lower = interval.kind === 'interval' ? interval.lower : mean(values)
    if (lower > guessed) return []
    const isBelow = mean(values) <= guessed
    return [
      `On ${split} rows, the ${judgedSide(report).toLowerCase()} ${isBelow ? 'predicts no better' : 'is not shown to predict better'} ` +
        `than a guess that does not look at the inputs: ${metric} ${meanAndSd(mean(values), sampleSd(values))} over ` +
        `${plural(values.length, 'seed')}, where ${words}.`,
    ]
  })
}

function guessesFor(classes: Report['data']['classes']): Guess[] {
  if (classes === null) return [{ metric: 'r2', level: 0, words: 'always guessing the mean has 0' }]
  const share = 1 / classes.length
  return [
    { metric: 'balancedAccuracy', level: share, words: `always guessing one class has ${Number(share.toPrecision(3))}` },
  ]
}
