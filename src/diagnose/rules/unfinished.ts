import { median } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import { lateFall, lateShare } from '../progress.ts'
import { type Fitted, lastStep, type Reading, underTarget } from '../reading.ts'
import { noiseAround } from '../robust.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

/** The training loss is still falling when the run ends, far above what a good fit reaches. */
export const unfinished: RuleDefinition = {
  name: 'unfinished',
  title: 'The loss is still falling when the run ends',
  summary: 'The training loss is still falling when the run ends, above what a good fit reaches.',
  quorum: 'most',
  least: { evaluations: 5 },
  look(run) {
    const fall = underTarget(run) ? lateFall(run) : undefined
    if (!fall || !validationFalls(run, fall.fromStep)) return undefined
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
        { lever: 'learningRate', change: `raise it by a factor of ${factorFor(run)}`, to: { times: factorFor(run) } },
        { lever: 'epochs', change: 'lengthen the schedule' },
      ],
    }
  },
}

/** Whether validation gains as well, where it is known: otherwise a longer run would only fit the training rows better. */
function validationFalls({ validated }: Reading, fromStep: number): boolean {
  const at = validated.findIndex(({ step }) => step >= fromStep)
  const around = (values: readonly Fitted[]): number => median(values.map(({ loss }) => loss))
  const noise = noiseAround(validated.map(({ loss }) => loss))
  return at < 1 || around(validated.slice(-3)) < around(validated.slice(at - 1, at + 2)) - noise
}

/** How many times as far a run must get: 10 where it covered less than a third of the way to a good fit, otherwise 3. */
function factorFor({ start, constantLoss, end, target }: Reading): number {
  const from = Math.min(start, constantLoss ?? Infinity)
  return from - target > 3 * (from - end) ? 10 : 3
}
