import { shown } from '../../stats/outcome.ts'
import { isOffScale, type Reading, underTarget } from '../reading.ts'
import { diverges } from './early-divergence.ts'
import { sightOf, type RuleDefinition, type Symptom } from './definition.ts'

/**
 * The first loss in units of a constant guess's, from which the outputs are off. Usual initial weights and standardized
 * inputs give outputs about as spread as the labels, and a first loss of one to three.
 */
const wild = 10

/**
 * The loss before the first step is far above a constant guess's: no step has been taken, so neither the rate nor the
 * schedule has a part in it. Or it diverges early, and the inputs are known to be off scale. One seed is enough, since
 * all have the same inputs; in another, the outputs may happen to be small.
 */
export const wildStart: RuleDefinition = {
  name: 'wild-start',
  title: 'Inputs or initial weights are off scale',
  summary:
    'Before any step, the loss is more than ten times that of a constant guess, or it diverges early with inputs ' +
    'that are not standardized; and training ends above a good fit.',
  lookAtAll(runs) {
    const seen = runs.filter((run) => hasFailed(run) && (startOf(run) > wild || (isOffScale(run) && blewUp(run))))
    const worst = seen.toSorted((a, b) => startOf(b) - startOf(a))[0]
    return worst ? { sight: sightIn(worst, seen.length, runs.length), cause, moves } : undefined
  },
}

const hasFailed = (run: Reading): boolean => underTarget(run) || run.curve.status === 'diverged'
const blewUp = (run: Reading): boolean => diverges(run) !== undefined

/** The first step's loss in units of a constant guess's; 0 if one is unknown. */
function startOf({ steps, constantLoss }: Reading): number {
  const [first] = steps
  return first?.step === 1 && constantLoss !== null && constantLoss > 0 ? first.loss / constantLoss : 0
}

function sightIn(run: Reading, seen: number, of: number): Symptom['sight'] {
  const [ratio, scale] = [startOf(run), run.context.inputScale]
  const what =
    ratio > wild || scale === undefined
      ? `before the first step, the loss is ${shown(ratio)} times that of a constant guess`
      : `an input has a root mean square of ${shown(scale)}, where standardized ones have 1, and the loss diverges early`
  const values = { ...(ratio > 0 && { ratio }), ...(scale !== undefined && { inputScale: scale }) }
  return sightOf(run, [1, 1], values, what + (of === 1 ? '' : `; so in ${seen} of ${of} seeds`))
}

const cause = 'The inputs are far from 0 or have very different units, or the initial weights are too large.'
const moves: Symptom['moves'] = [
  { lever: null, change: 'standardize the inputs; initialize with smaller weights' },
  { lever: 'learningRate', change: 'lower it by a factor of 10', to: { times: 0.1 } },
  { lever: 'clipNorm', change: 'clip gradients at the usual norm' },
]
