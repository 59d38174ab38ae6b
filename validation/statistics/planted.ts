import { stream } from '../../src/base/random.ts'
import type { GateEvidence, InterimAnalysis } from '../../src/gates/evidence.ts'
import { cap } from '../../src/gates/seed-variance/cap.ts'
import { ratio } from '../../src/gates/seed-variance/ratio.ts'
import { threshold } from '../../src/gates/threshold.ts'
import { gain, type MetricName } from '../../src/records/metrics.ts'
import type { LockedSeed } from '../../src/records/lock.ts'
import type { VerdictStatus } from '../../src/records/verdict.ts'
import { mean, sampleSd } from '../../src/stats/describe.ts'
import { draw, evidenceOf, levels, valuesOf, type Sides } from './gate-decisions.ts'
import type { Trained } from './gates.ts'

/** Decisions at each limit of each population; there are tens of populations. */
export const decisionsEach = 100

export const plantedGates = ['threshold', 'seed-variance', 'seed-variance, against the baseline'] as const
export type PlantedGate = (typeof plantedGates)[number]

/** Where a limit lies from the truth, in words, and whether the gate should pass there; null at the limit itself. */
export interface Place {
  readonly words: string
  readonly should: 'pass' | 'fail' | null
  /** Seed SDs by which the truth is better than the limit, or how many times the truth the cap is. */
  readonly by: number
}

const ofMeans: readonly Place[] = [2, 1, 0, -1, -2].map((by) => ({
  by,
  words: by === 0 ? 'at the mean' : `mean ${Math.abs(by)} SD ${by > 0 ? 'better' : 'worse'}`,
  should: by === 0 ? null : by > 0 ? 'pass' : 'fail',
}))
const ofSpreads: readonly Place[] = [3, 1.5, 1, 1 / 1.5, 1 / 3].map((by) => ({
  by,
  words: by === 1 ? 'at the spread' : `cap ${by > 1 ? `${by} times` : `1 / ${Math.round(10 / by) / 10} of`} the spread`,
  should: by === 1 ? null : by > 1 ? 'pass' : 'fail',
}))

export const placesOf = (gate: PlantedGate): readonly Place[] => (gate === 'threshold' ? ofMeans : ofSpreads)

/** How one gate decided on one population with a limit at one place. */
export interface Planted {
  readonly gate: PlantedGate
  readonly world: string
  readonly change: string
  readonly metric: MetricName
  readonly place: Place
  /** Fourth standardized moment less 3: above 0 more far-out seeds than a normal law has. */
  readonly kurtosis: number
  readonly decided: Readonly<Record<VerdictStatus, number>>
  readonly seeds: number
  /** The usual gate: the same number of 5 seeds, held against the limit as it is. */
  readonly usual: Readonly<Record<'pass' | 'fail', number>>
}

interface Question {
  readonly judge: (evidence: GateEvidence, look: InterimAnalysis) => VerdictStatus
  readonly usual: (sides: Sides) => boolean
}

/** Every gate that is not measured by a drop, on every population whose seeds all finished and differ. */
export function plantAll(all: readonly Trained[], metrics: readonly MetricName[]): Planted[] {
  return all.flatMap((trained) => {
    const base = all.find((t) => t.world === trained.world)
    if (!base) return []
    return metrics.flatMap((metric) => {
      const [own, theirs] = [valuesOf(trained.runs, metric), valuesOf(base.runs, metric)]
      if (own.length < trained.runs.length || !(sampleSd(own) > 0) || !(sampleSd(theirs) > 0)) return []
      return plantedGates.flatMap((gate) => placesOf(gate).map((place) => plantedOf(base, trained, metric, gate, place)))
    })
  })
}

function plantedOf(base: Trained, trained: Trained, metric: MetricName, gate: PlantedGate, place: Place): Planted {
  const own = valuesOf(trained.runs, metric)
  const question = questionOf(gate, metric, own, valuesOf(base.runs, metric), place)
  const random = stream(2026, 'planted', trained.world.name, trained.change.name, metric, gate, place.words)
  const decided = { pass: 0, fail: 0, inconclusive: 0 }
  const usual = { pass: 0, fail: 0 }
  let seeds = 0
  for (let i = 0; i < decisionsEach; i++) {
    const sides = draw(random, base.runs, trained.runs, false)
    const found = inLooks(sides, question.judge)
    decided[found.status]++
    seeds += found.seeds / decisionsEach
    usual[question.usual(sides) ? 'pass' : 'fail']++
  }
  return {
    gate,
    place,
    metric,
    decided,
    usual,
    seeds,
    world: trained.world.name,
    change: trained.change.name,
    kurtosis: kurtosis(own),
  }
}

function inLooks(sides: Sides, judge: Question['judge']): { readonly status: VerdictStatus; readonly seeds: number } {
  for (const { seeds, look } of levels) {
    const status = judge(evidenceOf(sides, seeds), look)
    if (status !== 'inconclusive' || look.number === look.of) return { status, seeds }
  }
  throw new Error('there are no looks')
}

/** The limit put at its place from what is true of the populations. */
function questionOf(
  gate: PlantedGate,
  metric: MetricName,
  own: readonly number[],
  theirs: readonly number[],
  { by }: Place,
): Question {
  const common = { metric, split: 'validation', onInconclusive: 'fail' } as const
  const first = (runs: readonly LockedSeed[]): number[] => valuesOf(runs.slice(0, 5), metric)
  if (gate === 'threshold') {
    const better = gain(metric, 0, 1)
    const limit = mean(own) - by * better * populationSd(own)
    const ends = better > 0 ? { min: limit, max: null } : { min: null, max: limit }
    return {
      judge: (evidence, look) => threshold.judge({ ...common, gate: 'threshold', ...ends }, evidence, look).finding.status,
      usual: ({ candidate }) => better * (mean(first(candidate)) - limit) >= 0,
    }
  }
  if (gate === 'seed-variance') {
    const maxStd = by * populationSd(own)
    return {
      judge: (evidence, look) => cap.judge({ ...common, gate: 'seed-variance', maxStd }, evidence, look).finding.status,
      usual: ({ candidate }) => sampleSd(first(candidate)) <= maxStd,
    }
  }
  const maxRatio = (by * populationSd(own)) / populationSd(theirs)
  return {
    judge: (evidence, look) => ratio.judge({ ...common, gate: 'seed-variance', maxRatio }, evidence, look).finding.status,
    usual: ({ candidate, baseline }) => sampleSd(first(candidate)) <= maxRatio * sampleSd(first(baseline)),
  }
}

/** Of the bank, which is all of the population. */
const populationSd = (values: readonly number[]): number => sampleSd(values) * Math.sqrt(1 - 1 / values.length)

function kurtosis(values: readonly number[]): number {
  const [centre, sd] = [mean(values), populationSd(values)]
  return mean(values.map((v) => ((v - centre) / sd) ** 4)) - 3
}
