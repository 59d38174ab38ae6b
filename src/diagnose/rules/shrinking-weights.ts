import { optimizers, type Levers } from '../../records/levers.ts'
import { shown } from '../../stats/outcome.ts'
import { lastStep, underTarget } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

/** Share of the weights that decay takes in a step: from here it is a fault, and this much does no harm. */
const [tooMuch, harmless] = [0.02, 0.0005]

/** Decoupled weight decay outruns learning: without a gradient, the weights would halve within 35 steps. */
export const shrinkingWeights: RuleDefinition = {
  name: 'shrinking-weights',
  title: 'Weight decay takes the weights away',
  summary:
    'Weight decay times the learning rate takes 2 % of the weights or more in a step, and training ends above a good fit.',
  quorum: 'most',
  least: { evaluations: 3, steps: 30 },
  look(run) {
    const { levers, status } = run.curve
    const taken = levers ? takenPerStep(levers) : 0
    if (taken < tooMuch || status === 'diverged' || !underTarget(run)) return undefined
    const decay = Number((((levers?.regularization.weightDecay ?? 0) * harmless) / taken).toPrecision(1))
    return {
      sight: sightOf(
        run,
        [1, lastStep(run)],
        { taken, end: run.end, target: run.target },
        `weight decay takes ${shown(100 * taken)} % of the weights in a step, and the training loss ends at ` +
          `${shown(run.end)}; a good fit is below ${shown(run.target)}`,
      ),
      cause: 'Weight decay pulls the weights to 0 faster than the gradient can move them.',
      moves: [{ lever: 'weightDecay', change: `lower it to ${shown(decay)}`, to: { value: decay } }],
    }
  },
}

/** At the peak of the schedule; 0 where decay is a part of the gradient, which an optimizer scales. */
function takenPerStep({ optimization: { optimizer, learningRate }, regularization: { weightDecay } }: Levers): number {
  return optimizers[optimizer].decoupled ? learningRate * weightDecay : 0
}
