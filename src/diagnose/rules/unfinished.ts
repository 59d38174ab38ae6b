import { shown } from '../../stats/outcome.ts'
import { lateFall, lateShare } from '../progress.ts'
import { lastStep, underTarget } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

/** The training loss is still falling when the run ends, far above what a good fit reaches. */
export const unfinished: RuleDefinition = {
  name: 'unfinished',
  title: 'The loss is still falling when the run ends',
  summary: 'The training loss is still falling when the run ends, above what a good fit reaches.',
  quorum: 'most',
  look(run) {
    const fall = underTarget(run) ? lateFall(run) : undefined
    if (!fall) return undefined
    const { fromStep, before, end } = fall
    return {
      sight: sightOf(
        run,
        [fromStep, lastStep(run)],
        { before, end, target: run.target },
        `over the last ${100 * lateShare} % of its cumulative learning rate, the training loss fell from ${shown(before)} ` +
          `to ${shown(end)}; ` +
          `a good fit is below ${shown(run.target)}`,
      ),
      cause: 'The run was too short for its learning rate: it had not converged.',
      moves: [
        { lever: 'learningRate', change: 'raise it by a factor of 3 to 10', to: { times: 3 } },
        { lever: 'epochs', change: 'lengthen the schedule' },
      ],
    }
  },
}
