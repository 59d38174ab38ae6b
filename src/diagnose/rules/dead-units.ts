import { shown } from '../../stats/outcome.ts'
import type { Move } from '../finding.ts'
import { lastStep, type Reading, underTarget } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'
import { livelyLayout, reviving } from './reviving.ts'

/** Share of a hidden layer's units without a gradient from which the layer counts as dead. */
const most = 0.6
/** A layer whose gradient, per norm of its weights, is this share of the last layer's gets nothing. */
const cutOff = 1e-4

const rate: Move = {
  lever: 'learningRate',
  change: 'lower it by a factor of 10: large steps kill units',
  to: { times: 0.1 },
}
/** What keeps units alive, of what is not in place yet. */
export const widened = (run: Reading): Move => livelyLayout(run, 'widen narrow layers')

/** At the end of training, a hidden layer gets no gradient: most of its units are dead or saturated. */
export const deadUnits: RuleDefinition = {
  name: 'dead-units',
  title: 'Units are dead or saturated',
  summary: 'At the end of training, most units of a hidden layer get no gradient, and training ends above a good fit.',
  evidence: 'gradient',
  quorum: 'most',
  look(run) {
    if (!underTarget(run)) return undefined
    const layer = worstLayer(run)
    if (!layer) return undefined
    const { name, dead, units, share } = layer
    const what =
      dead >= most * units
        ? `${dead} of ${units} units of ${name} get no gradient from the last batches`
        : `the gradient of ${name} is ${shown(share)} of the last layer's, each by the norm of its weights`
    return {
      sight: sightOf(
        run,
        [lastStep(run), lastStep(run)],
        { dead, units, gradientShare: share, end: run.end, target: run.target },
        `${what}, and the training loss ends at ${shown(run.end)}; a good fit is below ${shown(run.target)}`,
      ),
      cause:
        'The units give the same output for every row: large steps moved them there, or inputs far from 0, or too many of ' +
        'them do so one after another.',
      moves: reviving(run, rate, widened(run)),
    }
  },
}

/** The hidden layer with the most dead units, or the first that gets hardly any gradient. */
export function worstLayer({ curve: { layers = [] } }: Reading) {
  const last = layers.at(-1)
  const relative = ({ gradientNorm, weightNorm }: (typeof layers)[number]): number => gradientNorm / (weightNorm || 1)
  const hidden = layers.slice(0, -1).map((layer) => ({
    name: layer.name,
    dead: layer.deadUnits,
    units: layer.units,
    share: last ? relative(layer) / (relative(last) || 1) : 1,
  }))
  return (
    hidden.filter(({ dead, units }) => dead >= most * units).sort((a, b) => b.dead / b.units - a.dead / a.units)[0] ??
    hidden.find(({ share }) => share < cutOff)
  )
}
