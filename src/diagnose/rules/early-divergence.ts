import { numberAt } from '../../base/numbers.ts'
import { medianFilter } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import type { Curve } from '../curve.ts'
import { type Reading, underTarget } from '../reading.ts'
import { sightOf, type RuleDefinition, type Symptom } from './definition.ts'

/** "Early": the first tenth of the run, and never less than this many steps. */
const leastWindow = 20
const factor = 4
/** How many times the batch noise a rise must also exceed, so that a hard batch that lifts a loss near 0 does not count. */
const beyondNoise = 4
/** A few outliers in a row can raise the loss less than this many times; a run that ends well has outlived it. */
const wildRise = 10

/** Mixed precision skips single steps. This many gradients in a row at the end of a log, none finite, are more than that. */
const leastLost = 3
/** Noise does not raise a loss to more than this many times its first value. */
const explosion = 1000

/** The further off the rate is, the more it must fall. */
const movesBy = (factor: number): Symptom['moves'] => [
  {
    lever: 'learningRate',
    change: `lower it by a factor of ${factor}, or to the rate that a range test finds`,
    to: { times: 1 / factor },
  },
  { lever: 'warmupSteps', change: 'set the warmup to 5 to 10 % of the steps', to: { shareOfRun: 0.1 } },
  { lever: 'clipNorm', change: 'clip gradients at the usual norm' },
]
const moves = movesBy(10)

/** The loss is not finite, or the median of five rises above four times its best within the first tenth. */
export const earlyDivergence: RuleDefinition = {
  name: 'early-divergence',
  title: 'The loss diverges early',
  summary: 'The loss is not finite, or its median of five rises above four times its best in the first tenth of the run.',
  quorum: 'any',
  look: diverges,
}

export function diverges(run: Reading): Symptom | undefined {
  return notFinite(run) ?? risen(run) ?? exploded(run)
}

function notFinite(run: Reading): Symptom | undefined {
  const cause = 'The steps are too large for the curvature: each one pushes the weights further off course.'
  const broken = brokenAt(run.curve)
  if (run.curve.status !== 'diverged' && !broken) return undefined
  const at = broken?.step ?? (run.curve.steps.at(-1)?.step ?? 0) + 1
  const tooFast = run.validated.length === 0 ? 1000 : 100
  const place = broken?.epoch != null ? `epoch ${broken.epoch}` : `step ${at}`
  return {
    sight: sightOf(run, [at, at], { step: at }, `training stopped being finite at ${place}`),
    cause,
    moves: movesBy(tooFast),
  }
}

interface Broken {
  readonly step: number
  /** Null if steps were logged, which are more exact. */
  readonly epoch: number | null
}

/**
 * The first place with a loss that is not finite, of a step or of an evaluation. Mixed precision skips single steps with
 * gradients that are not finite, so gradients count only if none is finite from there on.
 */
function brokenAt({ steps, evaluations }: Curve): Broken | undefined {
  const isBroken = (value: number | null): boolean => value !== null && !Number.isFinite(value)
  const step = steps.find(({ loss }) => isBroken(loss))
  const evaluation = evaluations.find(({ train, validation }) => isBroken(train.loss) || isBroken(validation.loss))
  const norms = steps.filter(({ gradientNorm }) => gradientNorm !== null)
  const lastSound = norms.findLastIndex(({ gradientNorm }) => !isBroken(gradientNorm))
  const lost = norms.length - lastSound > leastLost ? norms[lastSound + 1] : undefined
  const found: Broken[] = [
    ...(step ? [{ step: step.step, epoch: null }] : []),
    ...(lost ? [{ step: lost.step, epoch: null }] : []),
    ...(evaluation ? [{ step: evaluation.step, epoch: steps.length > 0 ? null : evaluation.epoch }] : []),
  ]
  return found.toSorted((a, b) => a.step - b.step)[0]
}

function risen(run: Reading): Symptom | undefined {
  const { steps, start, batchNoise, constantLoss } = run
  const course = medianFilter(
    steps.map((s) => s.loss),
    5,
  )
  const window = Math.min(course.length, Math.max(leastWindow, Math.floor(course.length / 10)))
  // A rate that is far too high diverges in the first step, before the median has seen a sound one. What one batch has
  // before any step is no better than a constant guess, however easy its rows are.
  let best = steps[0]?.step === 1 ? Math.max(steps[0].loss, constantLoss ?? 0) : Infinity
  for (let i = 0; i < window; i++) {
    const value = numberAt(course, i)
    best = Math.min(best, value)
    if (value <= factor * best || value < 0.9 * start || value - best < beyondNoise * batchNoise) continue
    const at = steps[i]?.step ?? i + 1
    const peak = Math.max(...course.slice(0, window))
    return {
      sight: sightOf(
        run,
        [at, steps[window - 1]?.step ?? at],
        { best, peak, ratio: peak / best },
        `the loss (median of 5 steps) rose from ${shown(best)} to ${shown(peak)} within the first ${window} steps`,
      ),
      cause: 'The first steps are too large: they push the weights far off course.',
      moves,
      mild: peak < wildRise * best && !underTarget(run),
    }
  }
  return undefined
}

/** A loss that is logged once per epoch, as by many tools, ends orders of magnitude above its first value. */
function exploded(run: Reading): Symptom | undefined {
  for (const [what, points] of [
    ['training', run.trained],
    ['validation', run.validated],
  ] as const) {
    const [first, last] = [points[0], points.at(-1)]
    if (!first || !last || !(last.loss > explosion * Math.abs(first.loss)) || first.loss === 0) continue
    const from = points.find(({ loss }) => loss > explosion * Math.abs(first.loss)) ?? last
    return {
      sight: sightOf(
        run,
        [from.step, last.step],
        { first: first.loss, end: last.loss },
        `the ${what} loss rose from ${shown(first.loss)} to ${shown(last.loss)}`,
      ),
      cause: 'The steps are too large: they push the weights too far for training to recover.',
      moves,
    }
  }
  return undefined
}
