import { mean } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import { lastStep, type Reading } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

/** What dropout must cost in the end: a share of a constant guess's loss, and a share of what is left without it. */
const [ofConstant, ofLeft] = [0.1, 0.25]
const ending = 3

/**
 * Steps see the model with dropout, evaluations without. If the training loss of the steps ends far above that of the
 * evaluations, dropout takes away most of what the model knows; and if even validation rows, without dropout, have a lower
 * loss than the steps, there is hardly an overfit that it prevents.
 */
export const strongDropout: RuleDefinition = {
  name: 'strong-dropout',
  title: 'Dropout holds training back',
  summary: 'With dropout, the loss ends far above that without it, on training rows and on validation rows.',
  quorum: 'most',
  least: { evaluations: ending, steps: 30 },
  look(run) {
    const losses = lossesOf(run)
    if (!losses) return undefined
    const { withDropout, without, validation, constant } = losses
    const cost = withDropout - without
    if (!(cost >= ofConstant * constant && cost >= ofLeft * without && validation < withDropout)) return undefined
    return {
      sight: sightOf(
        run,
        [1, lastStep(run)],
        { withDropout, without, validation },
        `with dropout, the training loss ends at ${shown(withDropout)}; without, at ${shown(without)} on training rows and at ` +
          `${shown(validation)} on validation rows`,
      ),
      cause: 'Dropout is too strong for this model: it takes away what the model needs, and there is little overfitting.',
      moves: [
        { lever: 'dropout', change: 'set it to 0', to: { value: 0 } },
        { lever: null, change: 'try a larger model' },
      ],
    }
  },
}

/** Undefined where something else than dropout sets steps and evaluations apart, or where one of them is unknown. */
function lossesOf({ curve: { levers, evaluations, status }, context, steps, constantLoss }: Reading) {
  if (levers === null || status !== 'complete' || constantLoss === null || steps.length < 30) return undefined
  const { dropout, labelSmoothing, augmentation } = levers.regularization
  const isIdle = (lever: 'dropout' | 'labelSmoothing' | 'augmentation'): boolean =>
    context.idleLevers?.includes(lever) === true
  if (dropout === 0 || isIdle('dropout')) return undefined
  if ((labelSmoothing > 0 && !isIdle('labelSmoothing')) || (augmentation > 0 && !isIdle('augmentation'))) return undefined
  const last = evaluations.slice(-ending)
  const [without, validation] = (['train', 'validation'] as const).map((split) =>
    mean(last.flatMap((e) => e[split].loss ?? [])),
  )
  const withDropout = mean(steps.slice(-Math.max(5, Math.floor(steps.length / 10))).map(({ loss }) => loss))
  if (last.length < ending || without === undefined || validation === undefined) return undefined
  return { withDropout, without, validation, constant: constantLoss }
}
