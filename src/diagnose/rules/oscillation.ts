import { median } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import type { Fitted, Reading } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

/** Evaluations in which the loss swings. */
const share = 0.2
/** A swing is at least this share of the loss around it. */
const relative = 0.15
/** Losses below this share of a constant guess's loss are good enough: swings there do no harm. */
const harmless = 0.05
const leastEvaluations = 8
/** The last part of the evaluations, in which swings must still be there: a decay that ends them has mended them. */
const lateShare = 0.3

/** The detrended validation loss swings beyond noise in a fifth of the evaluations or more, and in those at the end. */
export const oscillation: RuleDefinition = {
  name: 'oscillation',
  title: 'The loss oscillates',
  summary:
    'The validation loss swings by more than 15 % around its trend in a fifth of the evaluations or more, and still at the end.',
  quorum: 'most',
  least: { evaluations: leastEvaluations },
  look(run) {
    const later = run.validated.slice(Math.floor(run.validated.length / 5))
    if (later.length < leastEvaluations) return undefined
    const swings = swingsOf(run, later)
    const wild = swings.filter((s) => s.size > relative)
    const found = wild.length / swings.length
    const late = swings.slice(-Math.ceil(swings.length * lateShare))
    if (found < share || late.filter((s) => s.size > relative).length < share * late.length) return undefined
    const widest = wild.reduce((a, b) => (b.size > a.size ? b : a))
    return {
      sight: sightOf(
        run,
        [later[0]?.step ?? 1, later.at(-1)?.step ?? 1],
        { share: found, evaluations: swings.length, widest: widest.size },
        `in ${wild.length} of ${swings.length} evaluations, the validation loss is off its trend by more than ` +
          `${100 * relative} %; ` +
          `at step ${widest.step} it is ${shown(widest.loss)}, while its neighbors average ${shown(widest.course)}`,
      ),
      cause: 'The steps are too large: training jumps across the valley instead of descending into it.',
      moves: [
        { lever: 'learningRate', change: 'lower it to a third', to: { times: 1 / 3 } },
        { lever: 'warmupSteps', change: 'add warmup: 5 to 10 % of the steps', to: { shareOfRun: 0.1 } },
        { lever: 'clipNorm', change: 'clip at the 90th percentile of the gradient norms' },
      ],
    }
  },
}

interface Swing {
  readonly step: number
  readonly loss: number
  readonly course: number
  readonly size: number
}

/**
 * How far each value is from the middle of its neighbors, as a share of the level; the level counts as at least the harmless
 * one.
 */
function swingsOf({ constantLoss, start }: Reading, values: readonly Fitted[]): Swing[] {
  const floor = harmless * (constantLoss ?? start)
  return values.slice(1, -1).map(({ step, loss }, i) => {
    const [before, after] = [values[i]?.loss ?? NaN, values[i + 2]?.loss ?? NaN]
    const course = (before + after) / 2
    return { step, loss, course, size: Math.abs(loss - course) / (median([before, loss, after]) + floor) }
  })
}
