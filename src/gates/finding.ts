import type { GateVerdict, SegmentVerdict, SupplementaryEvidence, VerdictStatus } from '../records/verdict.ts'
import type { Side } from './evidence.ts'
import { seedList } from './words.ts'

/** What a gate found, before it is combined with its rule and its values. */
export interface Finding {
  readonly status: VerdictStatus
  readonly sentence: string
  readonly estimate: GateVerdict['estimate']
  readonly remedy: string | null
  /** Set only if more seeds could decide an inconclusive finding; null if their number is unknown. */
  readonly seedsToSettle?: number | null
  /** True if no more seeds should be trained for it, even though they could decide it. */
  readonly settled?: true
  /** True if nothing was measured or compared. A change can cause that, so `onInconclusive: pass` does not apply. */
  readonly unmeasured?: true
  readonly notes: readonly string[]
  readonly evidence?: readonly SupplementaryEvidence[]
  /** Every segment, if the rule judges segments. */
  readonly segments?: readonly SegmentVerdict[]
}

export const inconclusive = (sentence: string, remedy: string, notes: readonly string[] = []): Finding => ({
  status: 'inconclusive',
  sentence,
  estimate: null,
  remedy,
  notes,
})

/** Inconclusive because there is nothing to measure or to compare with. */
export const nothingMeasured = (sentence: string, remedy: string): Finding => ({
  ...inconclusive(sentence, remedy),
  unmeasured: true,
})

/** Inconclusive because there are too few seeds. */
export const tooFewSeeds = (sentence: string, remedy: string, seedsToSettle: number): Finding => ({
  ...inconclusive(sentence, remedy),
  seedsToSettle,
})

export const failed = (sentence: string, notes: readonly string[] = []): Finding => ({
  status: 'fail',
  sentence,
  estimate: null,
  remedy: null,
  notes,
})

/** Inconclusive because `what` ended in the same weights under every seed: such values say nothing about seed noise. */
export const seedHasNoEffect = (what: string): Finding =>
  inconclusive(`${what}: the seed has no effect on training.`, 'This is a bug in tunegate; please report it.')

/** One entry per seed, null if it has no value. */
export interface SidesShown {
  readonly candidate: readonly (number | null)[]
  readonly baseline: readonly (number | null)[] | null
}

/** A finding with the evidence behind it. */
export interface Judged {
  /** The limit that the interval is compared with. */
  readonly limit: number
  readonly sides: SidesShown
  readonly finding: Finding
}

/**
 * What seeds without a value mean for a gate on the candidate alone; undefined if every seed has a value.
 *
 * A diverged seed fails: the levers themselves sent the loss to infinity, so no mean or spread over the surviving seeds
 * describes what a user of these levers will get. A crashed seed (the process died, or our own code threw) says nothing
 * about the levers, good or bad, so the gate is inconclusive. Neither kind is dropped or outvoted.
 */
export function unfinished(side: Side): Finding | undefined {
  if (side.diverged.length > 0) {
    return failed(
      `The candidate diverged on ${seedList(side.diverged)} of ${side.all.length}: ` +
        'levers that do not train under every seed cannot pass.',
      crashNotes(side),
    )
  }
  if (side.crashed.length > 0) {
    return nothingMeasured(
      `The candidate's run crashed on ${seedList(side.crashed)} of ${side.all.length}, ` +
        `which says nothing about its levers.${because(side)}`,
      remedyOf(side),
    )
  }
  if (side.unmeasured.length > 0) {
    return nothingMeasured(
      `The metric is not a finite number on ${seedList(side.unmeasured)} of ${side.all.length}.`,
      'Gate on a metric that is defined for this data set.',
    )
  }
  if (side.values.length < 2) {
    const count = side.values.length === 1 ? 'is 1 verified seed' : 'are no verified seeds'
    const found = tooFewSeeds(
      `There ${count}; seed noise cannot be estimated from fewer than 2.`,
      'Run the verify stage with 5 or more seeds.',
      5,
    )
    return side.values.length === 0 ? { ...found, unmeasured: true } : found
  }
  return undefined
}

/** The first reasons, since every seed may have its own. */
const because = ({ reasons }: Side): string =>
  reasons.length === 0 ? '' : ` The reason: ${reasons.slice(0, 2).join('; ')}.`

function remedyOf({ reasons }: Side): string {
  const again = 'Run again: finished runs are kept, and only the crashed ones are repeated.'
  const memory = reasons.some((reason) => /memory|alloc|array length/i.test(reason))
  return memory
    ? `Give the run more memory (fewer workers, a larger machine), or use a smaller batch or model. ${again}`
    : again
}

const crashNotes = (side: Side): string[] =>
  side.crashed.length > 0 ? [`The candidate's run also crashed on ${seedList(side.crashed)}.`] : []

/** Whether different seeds all ended with the same weights, which means that the seed never reached the training. */
export function seedsWithoutEffect(side: Side): boolean {
  const weights = side.values.map((v) => v.weights)
  return weights.length > 1 && weights[0] !== null && weights.every((w) => w === weights[0])
}
