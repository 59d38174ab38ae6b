import { median } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import { lateFall } from '../progress.ts'
import { lastStep, type Reading, underTarget } from '../reading.ts'
import { blockMedians, noiseAround, robustSlope } from '../robust.ts'
import { sightOf, type RuleDefinition, type Symptom } from './definition.ts'

/** A plateau that begins after this share of the run is just its end. */
const early = 0.7
/** The gain that a plateau still allows, as a share of a constant guess's loss. */
const still = 0.02
/** A rate below this share of its peak has no effect; it decayed too soon if it is so for at least half of the steps. */
const [spent, tooLong] = [0.1, 0.5]

/** The training loss stops falling long before the run ends, above what a good fit reaches. */
export const earlyPlateau: RuleDefinition = {
  name: 'early-plateau',
  title: 'The loss plateaus too soon',
  summary: 'The training loss stops falling long before the run ends, above what a good fit reaches.',
  quorum: 'most',
  least: { evaluations: 8, steps: 8 },
  look(run) {
    if (!underTarget(run)) return undefined
    const course = courseOf(run)
    const onset = onsetOf(run, course)
    if (onset === undefined || !slopeHoldsZero(run)) return undefined
    const at = course[onset]?.step ?? 1
    const rates = run.curve.steps.flatMap((s) => (s.learningRate === null ? [] : [{ step: s.step, rate: s.learningRate }]))
    const peak = Math.max(...rates.map((r) => r.rate))
    const during = median(rates.filter((r) => r.step >= at).map((r) => r.rate))
    const decayed = during < spent * peak && rates.filter((r) => r.rate < spent * peak).length >= tooLong * rates.length
    // A loss that still falls is no plateau, however slowly, unless the rate is spent; nor is one that was never better than
    // a constant guess.
    if (!decayed && (lateFall(run) || !learned(run, course))) return undefined
    const value = course[onset]?.loss ?? NaN
    const values = {
      loss: value,
      end: run.end,
      target: run.target,
      ...(rates.length > 0 ? { rate: during, peakRate: peak } : {}),
    }
    const tail = decayed ? `; the learning rate there is ${shown(during / peak)} of its peak` : ''
    return {
      sight: sightOf(
        run,
        [at, lastStep(run)],
        values,
        `from step ${at} of ${lastStep(run)} on, the training loss stays at ${shown(run.end)}; a good fit is ` +
          `below ${shown(run.target)}${tail}`,
      ),
      ...(decayed ? decayedTooSoon : stuck),
    }
  },
}

const decayedTooSoon: Omit<Symptom, 'sight'> = {
  cause: 'The learning rate decayed before training was done.',
  moves: [
    { lever: 'schedule', change: 'use a smoother decay, such as cosine', to: { value: 'cosine' } },
    { lever: 'finalFraction', change: 'raise it, for smaller drops in the learning rate' },
    { lever: 'learningRate', change: 'raise it' },
  ],
}

const stuck: Omit<Symptom, 'sight'> = {
  cause: 'With steps of this size and noise, training makes no further progress.',
  moves: [
    { lever: 'learningRate', change: 'raise it by a factor of 3', to: { times: 3 } },
    { lever: 'batchSize', change: 'raise it, for less noise per step' },
    { lever: 'weightDecay', change: 'lower it', to: { times: 0.1 } },
  ],
}

interface Point {
  readonly step: number
  readonly loss: number
}

/** The training loss by evaluation, or by blocks of steps if there are too few evaluations. */
function courseOf({ trained, steps }: Reading): readonly Point[] {
  if (trained.length >= 8) return trained
  const blocks = blockMedians(
    steps.map((s) => s.loss),
    20,
  )
  return blocks.map((loss, i) => ({ loss, step: steps[Math.floor((i * steps.length) / blocks.length)]?.step ?? i + 1 }))
}

/** First point after which nothing more is gained; undefined if it comes late, or if nothing was gained before. */
function onsetOf(run: Reading, course: readonly Point[]): number | undefined {
  const losses = course.map((p) => p.loss)
  if (losses.length < 8) return undefined
  const tolerance = toleranceOf(run, losses)
  const least = Math.min(...losses)
  const onset = losses.findIndex((loss) => loss <= least + tolerance)
  return onset <= early * losses.length && run.start - least > 2 * tolerance ? onset : undefined
}

const toleranceOf = ({ constantLoss, start }: Reading, losses: readonly number[]): number =>
  Math.max(2 * noiseAround(losses), still * (constantLoss ?? start))

/** Whether the loss was ever better than that of a constant guess, where the first one may have been worse. */
function learned(run: Reading, course: readonly Point[]): boolean {
  const losses = course.map((p) => p.loss)
  const from = Math.min(run.start, run.constantLoss ?? Infinity)
  return from - Math.min(...losses) > 2 * toleranceOf(run, losses)
}

/** Over the last fifth: the interval of the robust slope contains 0, or excludes it by a negligible amount. */
function slopeHoldsZero({ steps, constantLoss, start }: Reading): boolean {
  const slope = robustSlope(steps.slice(Math.floor(0.8 * steps.length)).map((s) => s.loss))
  return slope === null || (slope.lower <= 0 && slope.upper >= 0) || Math.abs(slope.change) < still * (constantLoss ?? start)
}
