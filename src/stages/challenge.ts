import type { Comparison } from '../records/decision.ts'
import type { LeverPatch } from '../records/levers.ts'
import type { RunJob } from '../records/plan.ts'
import { compareArms, leading, selectionAlpha, trainArms, type Arm } from './compare.ts'
import { moveJointly } from './joint-move.ts'
import { fullRun, type Asking, type StageRecorder } from './recorder.ts'
import type { SeedOnRows } from './seeds.ts'

export interface Challenged {
  /** The incumbent's arm, then the candidates'; none if the budget did not allow them. */
  readonly arms: readonly Arm[]
  readonly comparisons: readonly Comparison[]
}

interface Challenge {
  readonly seeds: readonly SeedOnRows[]
  /** Seeds for a second look at a candidate that gained nearly enough; none if absent. */
  readonly further?: readonly SeedOnRows[]
  readonly job?: RunJob
  /** The candidate to take, of those that beat the incumbent; the best one if absent. */
  readonly pick?: (better: readonly Comparison[], arms: readonly Arm[]) => Comparison | undefined
}

/**
 * The least share of what noise explains that is a sign of a gain, and deserves a second look: with twice the seeds, noise
 * explains about .7 of what it explained before.
 */
export const leastSign = 0.4

/**
 * The share of the error probability that each of two looks has. With .58, both together would keep it if every candidate had
 * a second look (Pocock, 1977). The noise is an estimate too, so they keep to nine tenths of it.
 */
export const lookShare = 0.55

type Candidate = { readonly label: string; readonly patch: LeverPatch }

/**
 * Compares candidates with the incumbent under the same seeds and moves the incumbent to the best one that beats it by more
 * than noise. Seeds go where they can decide something: a candidate that gains nothing under the first half of them is out,
 * and the best of those that gain nearly enough has a second look under further seeds. Returns the comparisons; the recorder
 * has them too.
 */
export function* challenge(
  recorder: StageRecorder,
  what: string,
  candidates: readonly Candidate[],
  { seeds, further = [], job = fullRun, pick = leading }: Challenge,
): Asking<Challenged> {
  if (candidates.length === 0 || !recorder.affords((candidates.length + 1) * seeds.length, what))
    return { arms: [], comparisons: [] }
  const alpha = (further.length > 0 ? lookShare : 1) * (selectionAlpha / candidates.length)
  const look = function* (some: readonly Candidate[], rows: readonly SeedOnRows[]): Asking<Look> {
    const arms = yield* trainArms(recorder, [{ label: 'incumbent', patch: {} }, ...some], rows, job)
    const incumbent = arms[0] as Arm
    const { workload } = recorder.context
    return {
      arms,
      comparisons: arms.slice(1).map((arm) => compareArms(workload, incumbent, arm, arms, recorder.earlier, alpha)),
    }
  }
  const early = seeds.length < 4 ? undefined : yield* look(candidates, seeds.slice(0, Math.floor(seeds.length / 2)))
  const hopeful = early?.comparisons.filter((c) => !isFutile(c)) ?? []
  // Of candidates that race, only the best goes on; `pick` needs them all.
  const race = pick === leading && hopeful.every(({ gain }) => gain !== null) ? leading(hopeful) : undefined
  const isOut = (c: Comparison | undefined): boolean => isFutile(c) || (race !== undefined && c !== race)
  const open = candidates.filter((_, i) => early === undefined || !isOut(early.comparisons[i]))
  const futile = only(early, isOut)
  if (open.length === 0) {
    recorder.comparisons.push(...futile.comparisons)
    return futile
  }
  const first = yield* look(open, seeds)
  const near = nearest(first.comparisons)
  const again = open[first.comparisons.findIndex((c) => c === near)]
  const second =
    again !== undefined && further.length > 0 && recorder.affords(2 * further.length, `second look at ${again.label}`)
      ? yield* look([again], [...seeds, ...further])
      : undefined
  const last = second ?? first
  const done = second === undefined ? first : only(first, (c) => c !== near)
  const comparisons = [...futile.comparisons, ...done.comparisons, ...(second?.comparisons ?? [])]
  recorder.comparisons.push(...comparisons)
  const winner = pick(
    last.comparisons.filter((c) => c.outcome === 'better'),
    last.arms,
  )
  if (winner) {
    const arm = last.arms[1 + last.comparisons.indexOf(winner)] as Arm
    yield* moveJointly(recorder, { arm, incumbent: last.arms[0] as Arm, comparison: winner }, job)
  }
  const arms = [last.arms[0] as Arm, ...futile.arms.slice(1), ...done.arms.slice(1), ...(second?.arms.slice(1) ?? [])]
  return { arms, comparisons }
}

/** Arms under the same seeds, the incumbent's first, and the comparison of each other one with it. */
type Look = Challenged

/** A candidate that gains nothing under the first seeds; one that cannot be judged yet is not. */
const isFutile = (c: Comparison | undefined): boolean => c?.outcome === 'unstable' || (c?.gain ?? 1) <= 0

/** The comparisons of a look that fulfil a condition, with their arms and the incumbent's. */
function only(look: Look | undefined, holds: (c: Comparison) => boolean): Look {
  if (look === undefined) return { arms: [], comparisons: [] }
  const [incumbent, ...arms] = look.arms
  const kept = arms.filter((_, i) => look.comparisons[i] !== undefined && holds(look.comparisons[i]))
  return { arms: incumbent ? [incumbent, ...kept] : [], comparisons: look.comparisons.filter(holds) }
}

/** The comparison that is nearest to its threshold, if none is beyond it and that one shows a sign of a gain. */
function nearest(comparisons: readonly Comparison[]): Comparison | undefined {
  if (comparisons.some(({ outcome }) => outcome === 'better')) return undefined
  const signs = comparisons.filter(({ outcome }) => outcome === 'within-noise').map((c) => ({ c, sign: signOf(c) }))
  return signs.filter(({ sign }) => sign >= leastSign).sort((a, b) => b.sign - a.sign)[0]?.c
}

/** The gain as a share of what noise explains. */
export const signOf = ({ gain, threshold }: Comparison): number => (gain ?? 0) / (threshold ?? Infinity)
