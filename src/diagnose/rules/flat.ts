import { optimizers, type Levers } from '../../records/levers.ts'
import { shown } from '../../stats/outcome.ts'
import { lastStep } from '../reading.ts'
import { noiseAround } from '../robust.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

/** A gain below this share of the start does not count, however small the noise. */
const leastGain = 0.03
const leastEvaluations = 5

/** Neither split gains anything beyond noise from the start on, and the end is no better than a constant guess. */
export const flat: RuleDefinition = {
  name: 'flat',
  title: 'Training and validation are flat from the start',
  summary: 'Neither split gains anything beyond noise from the start on.',
  quorum: 'most',
  least: { evaluations: 5, steps: 5 },
  look(run) {
    const { start, constantLoss, trained, steps, end, batchNoise, validated } = run
    const from = Math.min(start, constantLoss ?? Infinity)
    // Evaluations see the same rows each time, and batches do not.
    const evaluated = trained.length >= leastEvaluations
    const least = trained.length > 0 ? Math.min(...trained.map((t) => t.loss)) : end
    const noise = Math.max(evaluated ? noiseAround(trained.map((t) => t.loss)) : batchNoise, leastGain * from)
    const points = Math.max(trained.length, steps.length)
    if (points < 5 || !Number.isFinite(from) || !(from - least <= noise)) return undefined
    // Validation rows may vary less than training rows, so that they are compared with their own first loss.
    const gained = validated[0] ? validated[0].loss - Math.min(...validated.map((v) => v.loss)) : 0
    if (gained > noise + leastGain * from) return undefined
    return {
      sight: sightOf(
        run,
        [1, lastStep(run)],
        { from, best: least, noise },
        `the training loss never fell below ${shown(least)}; a constant guess has a loss of ${shown(from)}, and a gain below ` +
          `${shown(noise)} is within noise`,
      ),
      cause: 'The steps are too small to make progress, or the optimizer does not suit the loss.',
      moves: [
        {
          lever: 'learningRate',
          change: 'raise it by a factor of 100, or to the rate that a range test finds',
          to: { times: 100 },
        },
        {
          lever: 'optimizer',
          change: familyOf(run.curve.levers) === 'sgd' ? 'use AdamW instead of SGD' : 'use SGD with momentum instead',
        },
        { lever: 'epochs', change: 'lengthen the schedule' },
      ],
    }
  },
}

const familyOf = (levers: Levers | null | undefined) => levers && optimizers[levers.optimization.optimizer]?.family
