import { canonicalJson } from '../base/hash.ts'
import { shuffled, stream } from '../base/random.ts'
import { leverValue, type LeverName, type LeverPatch, type LeverValue } from '../records/levers.ts'
import { takes } from '../records/plan.ts'
import { quasiRandom } from '../stats/quasi-random.ts'
import type { StageRecorder } from './recorder.ts'

export interface Candidate {
  readonly label: string
  readonly patch: LeverPatch
}

/** The values of a lever that an exploration may take besides the incumbent's own. */
export interface ExploredLever {
  readonly lever: LeverName
  readonly values: readonly LeverValue[]
}

/**
 * Configurations around the incumbent, spread evenly over all combinations (quasi-random, so that no lever's values cluster
 * by chance). Each lever keeps the incumbent's value in half of them: the incumbent is the best guess so far. If all
 * combinations are no more than `most`, each is taken once. Equal seeds give equal configurations.
 *
 * @param first configurations that are worth a try before any other; they count among `most`
 */
export function jointCandidates(
  recorder: StageRecorder,
  levers: readonly ExploredLever[],
  most: number,
  first: readonly LeverPatch[] = [],
): Candidate[] {
  const { incumbent, context } = recorder
  const others = levers
    .filter(({ lever }) => takes(context.workload, lever))
    .map(({ lever, values }) => ({ lever, values: values.filter((v) => v !== leverValue(incumbent, lever)) }))
    .filter(({ values }) => values.length > 0)
  const sizes = others.map(({ values }) => values.length + 1)
  const patches =
    configurations(sizes, Infinity) <= most ? crossed(others) : sampled(others, most, context.seed, context.job.id, first)
  return patches.map((patch) => ({ label: labelOf(patch), patch }))
}

function crossed(levers: readonly ExploredLever[]): LeverPatch[] {
  return levers
    .reduce<LeverPatch[]>(
      (patches, { lever, values }) => patches.flatMap((patch) => [patch, ...values.map((v) => ({ ...patch, [lever]: v }))]),
      [{}],
    )
    .slice(1)
}

function sampled(
  levers: readonly ExploredLever[],
  most: number,
  seed: number,
  stage: string,
  first: readonly LeverPatch[],
): LeverPatch[] {
  const points = quasiRandom(levers.length, stream(seed, 'explore', stage))
  const orders = levers.map(({ lever, values }) => shuffled(values, stream(seed, 'explore', stage, lever)))
  const found = new Map(first.slice(0, most).map((patch) => [canonicalJson(patch), patch]))
  // A point may repeat a combination. Far more points than combinations would find none that is new.
  for (let tries = 0; found.size < most && tries < 50 * most; tries++) {
    const point = points()
    const patch: LeverPatch = Object.fromEntries(
      levers.flatMap(({ lever }, i) => {
        const place = point[i] ?? 0
        const values = orders[i] ?? []
        return place < 0.5 ? [] : [[lever, values[Math.floor((place - 0.5) * 2 * values.length)] ?? null]]
      }),
    )
    const key = canonicalJson(patch)
    if (key !== '{}') found.set(key, patch)
  }
  return [...found.values()]
}

export const labelOf = (patch: LeverPatch, between = ', '): string =>
  Object.entries(patch)
    .map(([lever, value]) => `${lever} ${value === null ? 'none' : String(value)}`)
    .join(between)

/** Learning rates that are explored with the levers, as factors of the incumbent's. */
export const rateFactors: readonly number[] = [0.3, 0.55, 1.8, 3]

/** Number of configurations that a search tries: all combinations if they are no more than the setting. */
export function configurations(sizes: readonly number[], most: number): number {
  return sizes.length === 0 ? 0 : Math.min(most, sizes.reduce((product, size) => product * size, 1) - 1)
}

/** Rates around the incumbent's, none beyond the edge of stability that a range test found. */
export function nearbyRates(recorder: StageRecorder, factors: readonly number[]): ExploredLever {
  const { learningRate } = recorder.incumbent.optimization
  const limit = highestRate(recorder)
  const values = factors.map((f) => Number((learningRate * f).toPrecision(3))).filter((rate) => rate <= limit)
  return { lever: 'learningRate', values }
}

/** A rate this close to the edge is the highest that is worth a run. */
const nearEdge = 0.85

/** The highest rate that a search may try: nearly the edge of stability, if a range test found it; else infinite. */
export function highestRate({ context, incumbent }: StageRecorder): number {
  const edges = context.previous.flatMap(({ findings }) => {
    const tests = [findings.rangeTest, findings.batch?.recheck]
    return tests.flatMap((t) => (t?.edge && t.batchSize === incumbent.batching.batchSize ? [t.edge.center] : []))
  })
  const edge = edges.at(-1)
  const below = edge === undefined ? Infinity : Number((nearEdge * edge).toPrecision(3))
  return Math.max(below, incumbent.optimization.learningRate)
}
