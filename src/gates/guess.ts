import type { VerifyFindings } from '../records/decision.ts'
import type { MetricName, Task } from '../records/metrics.ts'
import { taskOf } from '../records/tasks.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { tInterval } from '../stats/intervals.ts'
import { shown } from '../stats/outcome.ts'

/**
 * A winner that is not shown to beat a guess that does not look at the inputs. Gates compare with a baseline, or with a limit
 * that somebody chose, so all of them may pass although the model has learned nothing.
 */
export interface GuessComparison {
  /** On which all such guesses do equally well. */
  readonly metric: MetricName
  readonly split: 'validation' | 'test'
  /** Seeds with a value; `mean` and `sd` are over them. */
  readonly seeds: number
  readonly mean: number
  /** Null for one seed. */
  readonly sd: number | null
  /** What a guess has, and whose it is: `always guessing one class has 0.333`. */
  readonly guess: string
  /** `no-better`: the mean is no better. `not-shown`: it is, but noise over seeds explains that (one-sided, .05). */
  readonly claim: 'no-better' | 'not-shown'
}

/** Coverage of a two-sided interval whose lower bound is one of .95. */
const coverage = 0.9

/**
 * The comparison, or nothing if the winner is shown to be better. Test rows count, or validation rows if no seed has test
 * rows. None if no seed has the metric, or if the classes of a classification are not known.
 *
 * @param classes of a classification; null for labels and a regression
 */
export function guessOf(
  { seeds }: VerifyFindings,
  task: Task,
  classes: readonly string[] | null,
): { readonly guess?: GuessComparison } {
  if (task === 'classification' && classes === null) return {}
  const { usual: metric, guessLevel, guessed } = taskOf(task)
  const of = (split: 'test' | 'validation') => seeds.flatMap(({ candidate }) => candidate[split]?.[metric] ?? [])
  const split = of('test').length > 0 ? 'test' : 'validation'
  const values = of(split)
  if (values.length === 0) return {}
  const level = guessLevel(classes?.length ?? 0)
  const interval = tInterval(values, coverage)
  if ((interval.kind === 'interval' ? interval.lower : mean(values)) > level) return {}
  const guess = `always guessing ${guessed} has ${shown(level)}`
  const sd = values.length > 1 ? sampleSd(values) : null
  const claim = mean(values) <= level ? 'no-better' : 'not-shown'
  return { guess: { metric, split, seeds: values.length, mean: mean(values), sd, guess, claim } }
}
