import { numberAt } from '../../base/numbers.ts'
import { medianFilter } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import type { Reading } from '../reading.ts'
import { sightOf, type RuleDefinition, type Symptom } from './definition.ts'

/** "Early": the first tenth of the run, and never less than this many steps. */
const leastWindow = 20
const factor = 4
/** How many times the batch noise a rise must also exceed, so that a hard batch that lifts a loss near 0 does not count. */
const beyondNoise = 4

const moves: Symptom['moves'] = [
  { lever: 'learningRate', change: 'lower it to a third, or to the rate that a range test finds', to: { times: 1 / 3 } },
  { lever: 'warmupSteps', change: 'set the warmup to 5 to 10 % of the steps', to: { shareOfRun: 0.1 } },
  { lever: 'clipNorm', change: 'clip gradients at the usual norm' },
]

/** The loss is not finite, or the median of five rises above four times its best within the first tenth. */
export const earlyDivergence: RuleDefinition = {
  name: 'early-divergence',
  title: 'The loss diverges early',
  summary: 'The loss is not finite, or its median of five rises above four times its best in the first tenth of the run.',
  quorum: 'any',
  look: (run) => notFinite(run) ?? risen(run),
}

function notFinite(run: Reading): Symptom | undefined {
  const { status, steps } = run.curve
  const broken = steps.find((s) => s.loss !== null && !Number.isFinite(s.loss))
  if (status !== 'diverged' && !broken) return undefined
  const at = broken?.step ?? (steps.at(-1)?.step ?? 0) + 1
  const cause = 'The steps are too large for the curvature: each one pushes the weights further off course.'
  return { sight: sightOf(run, [at, at], { step: at }, `training stopped being finite at step ${at}`), cause, moves }
}

function risen(run: Reading): Symptom | undefined {
  const { steps, start, batchNoise } = run
  const course = medianFilter(
    steps.map((s) => s.loss),
    5,
  )
  const window = Math.min(course.length, Math.max(leastWindow, Math.floor(course.length / 10)))
  // A rate that is far too high diverges in the first step, before the median has seen a sound one.
  let best = steps[0]?.step === 1 ? steps[0].loss : Infinity
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
      cause: 'The first steps are too large: they push the weights too far for training to recover.',
      moves,
    }
  }
  return undefined
}
