import { canonicalJson } from '../../base/hash.ts'
import { stream } from '../../base/random.ts'
import {
  leverDifferences,
  leverValue,
  optimizers,
  withLevers,
  type LeverName,
  type LeverPatch,
  type Levers,
  type LeverValue,
  type OptimizerName,
} from '../../records/levers.ts'
import { gain } from '../../records/metrics.ts'
import { takes, visible } from '../../records/plan.ts'
import { promising, type Observation } from '../../stats/parzen.ts'
import { stableScores, type Arm } from '../compare.ts'
import { highestRate, labelOf, type Candidate, type ExploredLever } from '../configurations.ts'
import type { StageRecorder } from '../recorder.ts'
import { decayFactor, decayFor, roundSize, usualRateRatio } from './settings.ts'

/** Learning rates of the joint search, as factors of the rate that an optimizer usually needs beside the incumbent's. */
const rateFactors: readonly number[] = [0.1, 0.17, 0.3, 0.55, 1, 1.8, 3, 5.5, 10]

/** The values that a joint search may give a lever, the incumbent's own among them; numbers ascending. */
interface Axis {
  readonly lever: LeverName
  readonly values: readonly LeverValue[]
  /** True for numbers: neighbors are alike. */
  readonly ordered: boolean
}

/** The space of a joint search, and what every run so far suggests to try next in it. */
interface JointSearch {
  readonly levers: readonly LeverName[]
  /** The configurations of a round, none of which any arm has had; the most promising first. */
  suggest(arms: readonly Arm[]): Candidate[]
}

/**
 * A search over the levers of this stage, the learning rate, and the levers that earlier stages explored, with the values
 * that they tried: a lever that brings nothing alone may do so beside another. The runs of earlier stages count too, since
 * they had the same seed and the same rows.
 */
export function jointSearch(recorder: StageRecorder, own: readonly ExploredLever[]): JointSearch {
  const { incumbent, context } = recorder
  const earlier = earlierTrials(recorder)
  const axes = axesOf(recorder, own, earlier)
  const dimensions = axes.map(({ values, ordered }) => ({ size: values.length, ordered }))
  const random = stream(context.seed, 'suggest', context.job.id)
  const highest = highestRate(recorder)
  const suggest: JointSearch['suggest'] = (arms) => {
    const here = arms.map((arm) => ({ levers: withLevers(incumbent, arm.patch), score: stableScores(arm)?.[0] ?? null }))
    // A run that both an earlier stage and this one have is one run.
    const runs = new Map([...earlier, ...here].map((trial) => [canonicalJson(trial.levers), trial]))
    const observed = [...runs.values()].flatMap(({ levers, score }): Observation[] => {
      const point = pointOf(axes, incumbent, levers)
      const loss = score === null ? Infinity : gain(context.workload.objective, score, 0)
      return point === undefined ? [] : [{ point, loss }]
    })
    // Some points were tried before, or become equal where a rate is at the edge.
    const found = promising(dimensions, observed, 4 * roundSize, random).flatMap((point): [string, Candidate][] => {
      const patch = visible(context.workload, patchOf(axes, incumbent, point, highest))
      const key = canonicalJson(withLevers(incumbent, patch))
      return runs.has(key) ? [] : [[key, { label: labelOf(patch), patch }]]
    })
    return [...new Map(found).values()].slice(0, roundSize)
  }
  return { levers: axes.map(({ lever }) => lever), suggest }
}

function axesOf(
  { incumbent, context }: StageRecorder,
  own: readonly ExploredLever[],
  earlier: readonly EarlierTrial[],
): readonly Axis[] {
  const before = earlier.flatMap(({ start, patch, levers }) =>
    (Object.keys(patch) as LeverName[]).map((lever) => ({
      lever,
      values: [leverValue(levers, lever), leverValue(start, lever)],
    })),
  )
  const values = new Map<LeverName, Set<LeverValue>>()
  for (const { lever, values: some } of [...before, ...own]) {
    const known = values.get(lever) ?? new Set([leverValue(incumbent, lever)])
    values.set(lever, new Set([...known, ...some]))
  }
  const others = [...values].filter(
    ([lever, { size }]) => lever !== 'learningRate' && size > 1 && takes(context.workload, lever),
  )
  const rate = takes(context.workload, 'learningRate')
    ? [{ lever: 'learningRate', values: rateFactors, ordered: true } as const]
    : []
  return [...others.map(([lever, of]) => axis(lever, [...of])), ...rate]
}

function axis(lever: LeverName, values: readonly LeverValue[]): Axis {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b)
  const rest = values.filter((value) => typeof value !== 'number')
  return { lever, values: [...numbers, ...rest], ordered: rest.every((value) => value === null) }
}

/** The levers that a point stands for, where they differ from the incumbent's. */
function patchOf(axes: readonly Axis[], incumbent: Levers, point: readonly number[], highest: number): LeverPatch {
  const chosen = new Map(axes.map(({ lever, values }, i) => [lever, values[point[i] ?? 0] ?? null]))
  const { optimizer: own, learningRate } = incumbent.optimization
  const optimizer = optimizerIn(chosen.get('optimizer'), own)
  const factor = usualRateRatio(own, optimizer) * Number(chosen.get('learningRate') ?? 1)
  const rate = factor === 1 ? learningRate : Number((learningRate * factor).toPrecision(3))
  const decay = Number(chosen.get('weightDecay') ?? incumbent.regularization.weightDecay)
  const patch: LeverPatch = {
    ...Object.fromEntries(chosen),
    learningRate: optimizer === own ? Math.min(rate, highest) : rate,
    weightDecay: decayFor(own, optimizer, factor, decay),
  }
  return Object.fromEntries(
    Object.entries(patch).filter(([lever, value]) => value !== leverValue(incumbent, lever as LeverName)),
  )
}

/** The point nearest to these levers; undefined if they are not in the space. */
function pointOf(axes: readonly Axis[], incumbent: Levers, levers: Levers): readonly number[] | undefined {
  const inside = new Set([...axes.map(({ lever }) => lever), 'weightDecay'])
  if (leverDifferences(incumbent, levers).some(({ lever }) => !inside.has(lever))) return undefined
  const { optimizer: own, learningRate } = incumbent.optimization
  const { optimizer } = levers.optimization
  const factor = levers.optimization.learningRate / learningRate
  const point = axes.map(({ lever, values, ordered }) => {
    const value = leverValue(levers, lever)
    if (lever === 'learningRate') return nearest(values.map(logOf), logOf(factor / usualRateRatio(own, optimizer)))
    if (!ordered) return values.indexOf(value)
    return nearest(values.map(sizeOf), sizeOf(value) / (lever === 'weightDecay' ? decayFactor(own, optimizer, factor) : 1))
  })
  return point.includes(-1) ? undefined : point
}

/** No clipping is the largest clip norm. */
const sizeOf = (value: LeverValue): number => (value === null ? Number.MAX_VALUE : Number(value))

const logOf = (value: LeverValue): number => Math.log(Number(value))

const nearest = (values: readonly number[], to: number): number =>
  values.reduce((best, value, i) => (Math.abs(value - to) < Math.abs((values[best] ?? value) - to) ? i : best), 0)

const optimizerIn = (value: LeverValue | undefined, own: OptimizerName): OptimizerName =>
  typeof value === 'string' && Object.hasOwn(optimizers, value) ? (value as OptimizerName) : own

/** A configuration that an earlier stage tried once, and the levers with which that stage began. */
interface EarlierTrial {
  readonly start: Levers
  readonly patch: LeverPatch
  /** With the patch. */
  readonly levers: Levers
  readonly score: number | null
}

function earlierTrials({ context: { previous, baseline } }: StageRecorder): readonly EarlierTrial[] {
  return previous.flatMap(({ findings }, i) => {
    const start = previous[i - 1]?.levers ?? baseline
    const trials = findings.explored?.trials ?? []
    return trials.map(({ patch, score }) => ({ start, patch, levers: withLevers(start, patch), score }))
  })
}
