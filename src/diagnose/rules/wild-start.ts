import { shown } from '../../stats/outcome.ts'
import { underTarget, type Reading } from '../reading.ts'
import { sightOf, type RuleDefinition, type Symptom } from './definition.ts'

/**
 * The first loss in units of a constant guess's, from which the outputs are off. Usual initial weights and standardized
 * inputs give outputs about as spread as the labels, and a first loss of one to three.
 */
const wild = 10

/**
 * The loss before the first step is far above a constant guess's. No step has been taken, so neither the rate nor the
 * schedule has a part in it: the inputs or the initial weights are off scale. One seed is enough, since all have the same
 * inputs; in another, the outputs may happen to be small.
 */
export const wildStart: RuleDefinition = {
  name: 'wild-start',
  title: 'The first loss is far above a constant guess',
  summary: 'Before any step, the loss is more than ten times that of a constant guess, and training ends above a good fit.',
  lookAtAll(runs) {
    const seen = runs.flatMap((run) => {
      const ratio = startOf(run)
      const failed = underTarget(run) || run.curve.status === 'diverged'
      return ratio !== undefined && ratio > wild && failed ? [{ run, ratio }] : []
    })
    const worst = seen.toSorted((a, b) => b.ratio - a.ratio)[0]
    if (!worst) return undefined
    return { sight: sightIn(worst, seen.length, runs.length), cause, moves }
  },
}

/** The first step's loss in units of a constant guess's; undefined if one is unknown. */
function startOf({ steps, constantLoss }: Reading): number | undefined {
  const [first] = steps
  return first?.step === 1 && constantLoss !== null && constantLoss > 0 ? first.loss / constantLoss : undefined
}

const sightIn = ({ run, ratio }: { run: Reading; ratio: number }, seen: number, of: number): Symptom['sight'] =>
  sightOf(
    run,
    [1, 1],
    { ratio, first: ratio * (run.constantLoss ?? 1) },
    `before the first step, the loss is ${shown(ratio)} times that of a constant guess` +
      (of === 1 ? '' : `, and more than ${wild} times in ${seen} of ${of} seeds`),
  )

const cause =
  'The inputs are far from 0 or have very different units, or the initial weights are too large: no step had been taken yet.'
const moves: Symptom['moves'] = [
  { lever: null, change: 'standardize the inputs; initialize with smaller weights' },
  { lever: 'learningRate', change: 'lower it by a factor of 10', to: { times: 0.1 } },
  { lever: 'clipNorm', change: 'clip gradients at the usual norm' },
]
