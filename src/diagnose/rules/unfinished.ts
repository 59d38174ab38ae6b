import { shown } from '../../stats/outcome.ts'
import { lastStep, type Reading, underTarget } from '../reading.ts'
import { noiseAround } from '../robust.ts'
import { sightOf, type Rule } from '../rule.ts'

/** The part of the run's learning rate that is looked at: its last three tenths. */
const last = 0.3
/** What must be gained in it, as a share of the loss. */
const leastGain = 0.01

/**
 * The training loss still falls when the run ends, far above what a good fit reaches. Progress is held against the sum of the
 * learning rates, not against steps: a decay that ends near 0 makes every loss look flat.
 */
export const unfinished: Rule = {
  name: 'unfinished',
  title: 'The loss still falls when the run ends',
  quorum: 'half',
  look(run) {
    if (!underTarget(run) || run.trained.length < 5) return undefined
    const travelled = travelledAt(run)
    const losses = run.trained.map((t) => t.loss)
    const total = travelled.at(-1) ?? 0
    const from = travelled.findIndex((t) => t >= (1 - last) * total)
    if (from < 1 || from >= losses.length - 1) return undefined
    const [before, end] = [losses[from] as number, losses.at(-1) as number]
    if (before - end < Math.max(leastGain * before, 2 * noiseAround(losses))) return undefined
    return {
      sight: sightOf(run, [run.trained[from]?.step ?? 1, lastStep(run)], { before, end, target: run.target },
        `over the last ${100 * last} % of its learning rate the training loss fell from ${shown(before)} to ${shown(end)}; ` +
        `a good fit is below ${shown(run.target)}`),
      cause: 'The run was too short for its learning rate: it had not arrived.',
      moves: [
        { lever: 'learningRate', change: 'raise it by three to ten' },
        { lever: 'epochs', change: 'lengthen the schedule' },
      ],
    }
  },
}

/** The sum of the learning rates until each evaluation; steps where rates were not logged. */
function travelledAt({ curve, trained }: Reading): number[] {
  let sum = 0
  const known = curve.steps.length > 0 && curve.steps.every((s) => s.learningRate !== null)
  if (!known) return trained.map((t) => t.step)
  const sums = new Map(curve.steps.map((s) => [s.step, sum += s.learningRate ?? 0]))
  return trained.map((t) => sums.get(t.step) ?? sum)
}
