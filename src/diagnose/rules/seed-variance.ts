import { median, sampleSd } from '../../stats/describe.ts'
import { sigmaInterval } from '../../stats/intervals.ts'
import { shown } from '../../stats/outcome.ts'
import type { Measured } from '../curve.ts'
import type { Reading } from '../reading.ts'
import { widened, worstLayer } from './dead-units.ts'
import type { RuleDefinition, Symptom } from './definition.ts'

/** In a regression, a spread below this share of a constant guess's loss does no harm. */
const harmless = 0.05

/** The interval of the SD over seeds is above the cap: the gate's, or what drawing other validation rows would cause. */
export const seedVariance: RuleDefinition = {
  name: 'seed-variance',
  title: 'Seeds differ widely',
  summary: 'Seeds spread more than the cap of the gate allows, or more than another draw of validation rows explains.',
  lookAtAll(runs) {
    const found = valuesOf(runs)
    if (found === undefined) return undefined
    const { name, values } = found
    const cap = capOf(runs, values)
    const interval = sigmaInterval(values)
    if (cap === undefined || interval.kind === 'undefined' || !(interval.lower > cap.value)) return undefined
    const sd = sampleSd(values)
    return {
      sight: {
        run: null,
        seed: null,
        steps: null,
        epochs: null,
        values: { sd, lower: interval.lower, upper: interval.upper, cap: cap.value },
        sentence:
          `the best validation ${name} of ${values.length} seeds has an SD of ${shown(sd)} (${shown(interval.lower)} to ` +
          `${shown(interval.upper)}, 95 %), above ${shown(cap.value)}, ${cap.what}`,
      },
      ...explained(runs),
    }
  },
}

/** Units that died in some of the seeds, where layers were logged; otherwise an unstable training, or such units. */
function explained(runs: readonly Reading[]): Omit<Symptom, 'sight'> {
  const steadier: Symptom['moves'] = [
    { lever: 'warmupSteps', change: 'add warmup: 5 to 10 % of the steps', to: { shareOfRun: 0.1 } },
    { lever: 'learningRate', change: 'lower it to a third', to: { times: 1 / 3 } },
  ]
  const dead = runs.flatMap((run) => {
    const layer = worstLayer(run)
    return layer ? [{ run, layer }] : []
  })
  const [first] = dead
  if (!first) {
    const cause =
      'The result of a run depends on its initial weights and row order: training is at the edge of stability, or units die.'
    return { cause, moves: steadier }
  }
  const cause =
    `In ${dead.length} of ${runs.length} seeds, a layer gets no gradient at the end, such as ${first.layer.name}, where ` +
    `${first.layer.dead} of ${first.layer.units} units are dead: initial weights decide whether units live.`
  return { cause, moves: [widened(first.run), ...steadier] }
}

/** The gate's metric, or accuracy, or the loss, of each run at its best evaluation; undefined if a run has none. */
function valuesOf(runs: readonly Reading[]): { readonly name: string; readonly values: readonly number[] } | undefined {
  const cap = runs[0]?.context.seedCap
  const choices: readonly (readonly [string, (m: Measured) => number | null])[] = cap
    ? [[cap.metric, (m) => m.metrics[cap.metric] ?? null]]
    : [
        ['accuracy', (m) => m.accuracy],
        ['loss', (m) => m.loss],
      ]
  for (const [name, value] of choices) {
    const values = runs.flatMap((run) => best(run, value) ?? [])
    if (values.length === runs.length && values.length > 1) return { name, values }
  }
  return undefined
}

/** By the highest accuracy or the lowest loss, the first of equals: the checkpoint that a study would keep. */
function best({ curve: { evaluations } }: Reading, value: (m: Measured) => number | null): number | null {
  const score = ({ validation: v }: (typeof evaluations)[number]): number => v.accuracy ?? -(v.loss ?? Infinity)
  const first = evaluations[0]
  return first ? value(evaluations.reduce((a, b) => (score(b) > score(a) ? b : a), first).validation) : null
}

function capOf(
  runs: readonly Reading[],
  values: readonly number[],
): { readonly value: number; readonly what: string } | undefined {
  const { seedCap, rows, task } = runs[0]?.context ?? {}
  if (seedCap) return { value: seedCap.maxStd, what: 'the cap of its gate' }
  if (!rows) return undefined
  const centre = median(values)
  const ofRows =
    task === 'regression'
      ? centre * Math.sqrt(2 / rows.validation)
      : Math.sqrt(Math.max(centre * (1 - centre), 1 / rows.validation) / rows.validation)
  const least = task === 'regression' ? harmless * (runs[0]?.constantLoss ?? 0) : 0
  return least > ofRows
    ? { value: least, what: `${100 * harmless} % of the loss of a constant guess` }
    : { value: ofRows, what: `the SD from drawing another ${rows.validation} validation rows` }
}
