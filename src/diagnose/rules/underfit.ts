import { shown } from '../../stats/outcome.ts'
import type { Move } from '../finding.ts'
import { lastStep, type Reading, shareLeft, underTarget } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

/** Training itself ends far above what a good fit reaches: too much bias. */
export const underfit: RuleDefinition = {
  name: 'underfit',
  title: 'The model underfits, even on training rows',
  summary: 'The training loss ends above what a good fit reaches, and so does the validation loss.',
  quorum: 'most',
  least: { evaluations: 3, steps: 30 },
  look(run) {
    if (!underTarget(run) || run.curve.status === 'diverged') return undefined
    const left = shareLeft(run)
    return {
      sight: sightOf(
        run,
        [1, lastStep(run)],
        { end: run.end, target: run.target, shareLeft: left },
        `the training loss ends at ${shown(run.end)}: ${shown(100 * left)} % of the loss of a constant guess ` +
          `remains, and a good fit is below ${shown(run.target)}`,
      ),
      cause: 'The model is too constrained (weight decay, dropout, too few units), or the inputs do not predict the labels.',
      moves: movesFor(run),
    }
  },
}

/** Weight decay times the learning rate below which it hardly changes the weights of a run. */
const leastDecay = 1e-4

function movesFor({ curve: { levers } }: Reading): Move[] {
  const decays = levers === null || levers.optimization.learningRate * levers.regularization.weightDecay >= leastDecay
  return [
    { lever: 'dropout', change: 'set it to 0', to: { value: 0 } },
    { lever: 'labelSmoothing', change: 'set it to 0', to: { value: 0 } },
    ...(decays ? [{ lever: 'weightDecay', change: 'lower it by a factor of 10', to: { times: 0.1 } } as const] : []),
    { lever: 'learningRate', change: 'raise it', to: { times: 3 } },
    { lever: null, change: 'try a larger model, and check the labels' },
  ]
}
