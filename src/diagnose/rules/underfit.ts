import { shown } from '../../stats/outcome.ts'
import type { Move } from '../finding.ts'
import { lastStep, type Reading, shareLeft, underTarget } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

/** Training itself ends far above what a good fit reaches: too much bias. */
export const underfit: RuleDefinition = {
  name: 'underfit',
  title: 'The model underfits, even on training rows',
  summary: 'The training loss ends far above what a good fit reaches.',
  quorum: 'most',
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

function movesFor({ curve: { levers } }: Reading): Move[] {
  const { weightDecay = null, dropout = null, labelSmoothing = null } = levers?.regularization ?? {}
  return [
    ...(weightDecay === 0
      ? []
      : [{ lever: 'weightDecay', change: 'lower it by a factor of 10', to: { times: 0.1 } } as const]),
    ...(dropout === 0 ? [] : [{ lever: 'dropout', change: 'lower it', to: { plus: -0.1 } } as const]),
    ...(labelSmoothing === 0 ? [] : [{ lever: 'labelSmoothing', change: 'lower it' } as const]),
    { lever: 'learningRate', change: 'raise it', to: { times: 3 } },
    { lever: null, change: 'try a larger model, and check the labels' },
  ]
}
