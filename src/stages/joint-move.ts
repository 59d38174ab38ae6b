import type { Comparison } from '../records/decision.ts'
import { leverDifferences, withLevers, type LeverName, type LeverPatch } from '../records/levers.ts'
import { gain as metricGain } from '../records/metrics.ts'
import type { RunJob } from '../records/plan.ts'
import { mean } from '../stats/describe.ts'
import { shown } from '../stats/outcome.ts'
import { labelOf } from './configurations.ts'
import { compareArms, evidenceOf, gainSentence, stableScores, trainArms, type Arm } from './compare.ts'
import type { Asking, StageRecorder } from './recorder.ts'

/** A candidate that beat the incumbent, with the runs and the comparison that show it. */
interface Won {
  readonly arm: Arm
  readonly incumbent: Arm
  readonly comparison: Comparison
}

/** Levers that only make sense together, such as an optimizer with its own learning rate and weight decay. */
type Part = readonly LeverName[]

/** A lever that holds less than this share of the gain does not move. */
const leastShare = 0.05

/** Seeds, of those of the comparison, under which a winner is taken apart. They attribute a gain and prove nothing. */
export const seedsApart = 2

/**
 * Moves the incumbent to a candidate that differs from it in several levers, and shows what each lever brings: each is put
 * back alone, under the first seeds of the comparison. Levers without which nearly nothing is lost stay where they were, if
 * the rest still beats the incumbent under all of them. The lineage names each lever that moved with its share of the gain,
 * so that it reads one lever at a time. A single lever moves as it is.
 */
export function* moveJointly(recorder: StageRecorder, won: Won, job: RunJob): Asking<void> {
  const parts = yield* takenApart(recorder, won, job)
  const most = leastShare * Math.max(0, won.comparison.gain ?? 0)
  const needed = parts.filter(({ loss }) => !(loss <= most))
  const rest = needed.length > 0 && needed.length < parts.length ? yield* withOnly(recorder, won, needed, job) : undefined
  const best = rest ?? won
  const moved = rest ? needed : parts
  const evidence = evidenceOf(best.comparison, [best.incumbent, best.arm, ...parts.flatMap(({ arm }) => arm ?? [])])
  for (const { part, loss } of moved) {
    const patch = Object.fromEntries(part.map((lever) => [lever, best.arm.patch[lever]])) as LeverPatch
    recorder.move(patch, moved.length === 1 ? gainSentence(best.comparison) : shareSentence(best.comparison, loss), evidence)
  }
}

/** Every part of a candidate, with what is lost without it. */
function* takenApart(recorder: StageRecorder, won: Won, job: RunJob): Asking<readonly Loss[]> {
  const parts = partsOf(recorder, won.arm.patch)
  const seeds = won.arm.seeds.slice(0, seedsApart)
  if (parts.length < 2 || !recorder.affords(parts.length * seeds.length, 'share of each lever in the gain'))
    return parts.map((part) => ({ part, arm: undefined, loss: NaN }))
  const without = parts.map((part) => reverted(won.arm.patch, part))
  const arms = yield* trainArms(recorder, without, seeds, job)
  return parts.map((part, i) => ({ part, arm: arms[i], loss: lossOf(recorder, won.arm, arms[i]) }))
}

/** The candidate with some of its parts alone; undefined if it does not beat the incumbent by more than noise. */
function* withOnly(recorder: StageRecorder, won: Won, needed: readonly Loss[], job: RunJob): Asking<Won | undefined> {
  const levers = needed.flatMap(({ part }) => [...part])
  const patch = Object.fromEntries(levers.map((lever) => [lever, won.arm.patch[lever]])) as LeverPatch
  if (!recorder.affords(won.arm.seeds.length, 'the winner without levers that bring nothing')) return undefined
  const [arm] = yield* trainArms(recorder, [{ label: labelOf(patch), patch }], won.arm.seeds, job)
  if (arm === undefined) return undefined
  const all = [won.incumbent, won.arm, arm]
  const comparison = compareArms(recorder.context.workload, won.incumbent, arm, all, recorder.earlier)
  recorder.comparisons.push(comparison)
  return comparison.outcome === 'better' ? { ...won, arm, comparison } : undefined
}

interface Loss {
  readonly part: Part
  /** The candidate without the part; undefined if the budget did not allow it. */
  readonly arm: Arm | undefined
  /** What the objective loses without the part; infinite if a run failed without it, NaN if unknown. */
  readonly loss: number
}

/** Levers that follow another one: alone, neither says anything. */
const batchFollowers: Part = ['batchSize', 'accumulate', 'learningRate', 'warmupSteps', 'beta1', 'beta2', 'epsilon']
const tiedTo: { readonly [lever in LeverName]?: Part } = {
  optimizer: ['optimizer', 'learningRate', 'weightDecay'],
  batchSize: batchFollowers,
  accumulate: batchFollowers,
}

function partsOf(recorder: StageRecorder, patch: LeverPatch): Part[] {
  const moved = leverDifferences(recorder.incumbent, withLevers(recorder.incumbent, patch)).map((d) => d.lever)
  const tied = new Set(moved.flatMap((lever) => [...(tiedTo[lever] ?? [])]))
  const together = moved.filter((lever) => tied.has(lever))
  return [...(together.length > 0 ? [together] : []), ...moved.filter((lever) => !tied.has(lever)).map((lever) => [lever])]
}

function reverted(patch: LeverPatch, part: Part) {
  const rest = Object.fromEntries(Object.entries(patch).filter(([lever]) => !part.some((own) => own === lever)))
  return { label: `without ${part.join(' and ')}`, patch: rest as LeverPatch }
}

/** What the objective loses, under the seeds that the reverted arm has. */
function lossOf({ context }: StageRecorder, whole: Arm, without: Arm | undefined): number {
  const [from, to] = [without && stableScores(without), stableScores(whole)?.slice(0, without?.seeds.length)]
  return from === undefined || to === undefined ? Infinity : metricGain(context.workload.objective, mean(from), mean(to))
}

function shareSentence(comparison: Comparison, loss: number): string {
  const all = gainSentence(comparison)
  if (Number.isNaN(loss)) return `${all}; the budget did not allow finding the lever's own share`
  if (loss <= 0) return `${all}; without this lever nothing is lost, but the rest does not beat the incumbent`
  if (loss === Infinity) return `${all}; without this lever a run fails`
  return `${all}; without this lever ${shown(loss)} of it is lost`
}
