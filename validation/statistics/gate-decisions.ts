import { type Stream, stream } from '../../src/base/random.ts'
import { analysisAt, type GateEvidence } from '../../src/gates/evidence.ts'
import { nonInferiority, type MarginRule } from '../../src/gates/non-inferiority.ts'
import { gain, type MetricName } from '../../src/records/metrics.ts'
import type { LockedSeed } from '../../src/records/lock.ts'
import type { VerdictStatus } from '../../src/records/verdict.ts'
import { mean, sampleSd } from '../../src/stats/describe.ts'
import type { Banked } from './bank.ts'
import type { Trained } from './gates.ts'

/** Seeds a side at each look. */
export const looks = [5, 10] as const
/** Once: the level of a look is an integral, and there are many decisions. */
export const levels = looks.map((seeds) => ({ seeds, look: analysisAt(looks, seeds) }))
/** Decisions of each kind on each change. */
export const decisions = 300

/** What one change truly does to a metric, in the population that is the bank, and how often each gate said what. */
export interface Judged {
  readonly world: string
  readonly change: string
  readonly metric: MetricName
  /** Seed SD of the base, in units of the metric. */
  readonly sd: number
  /** Mean of the base less that of the change in the better direction, in seed SDs of the base: above 0 it is worse. */
  readonly drop: number
  readonly margin: number
  /** Seed SD of the change over that of the base, and its skewness in the better direction: below 0 a tail of bad seeds. */
  readonly spread: number
  readonly skewness: number
  readonly welch: Said
  readonly paired: Said
  /** Mean of 5 seeds against the mean of 5 of the base: passes where it is not lower at all, or not lower by the margin. */
  readonly strict: Said
  readonly lenient: Said
}

export interface Said {
  readonly pass: number
  readonly fail: number
  readonly inconclusive: number
  /** Mean seeds per side when it decided. */
  readonly seeds: number
}

export interface Sides {
  readonly candidate: readonly LockedSeed[]
  readonly baseline: readonly LockedSeed[]
}

type Gate = (sides: Sides, rule: MarginRule) => { readonly status: VerdictStatus; readonly seeds: number }

/** A change on one metric, under a margin in seed SDs of the base (null: its own drop). Null where that is no number. */
export function judgeChange(base: Trained, trained: Trained, metric: MetricName, margin: number | null): Judged | null {
  const [from, to] = [valuesOf(base.runs, metric), valuesOf(trained.runs, metric)]
  const sd = sampleSd(from)
  const drop = to.length < trained.runs.length ? Infinity : gain(metric, mean(to), mean(from)) / sd
  const width = margin ?? drop
  if (!(sd > 0) || !Number.isFinite(width)) return null
  const rule: MarginRule = {
    gate: 'regression',
    metric,
    split: 'validation',
    margin: width * sd,
    paired: false,
    onInconclusive: 'fail',
  }
  const purpose = [base.world.name, trained.change.name, metric, String(margin)]
  const tell = (name: string, gate: Gate, shared: boolean, over = rule): Said =>
    said(stream(2026, 'gates', ...purpose, name), base.runs, trained.runs, gate, shared, over)
  return {
    world: base.world.name,
    change: trained.change.name,
    metric,
    sd,
    drop,
    margin: width,
    spread: sampleSd(to) / sd,
    skewness: gain(metric, 0, skewness(to)),
    welch: tell('welch', withLooks, false),
    paired: tell('paired', withLooks, true, { ...rule, paired: true }),
    strict: tell('strict', meanOf5(0), false),
    lenient: tell('lenient', meanOf5(1), false),
  }
}

export function skewness(values: readonly number[]): number {
  const [centre, sd] = [mean(values), sampleSd(values)]
  return sd > 0 ? mean(values.map((v) => ((v - centre) / sd) ** 3)) : 0
}

export const valuesOf = (runs: readonly LockedSeed[], metric: MetricName): number[] =>
  runs.flatMap((run) => run.validation?.[metric] ?? [])

function said(
  random: Stream,
  base: readonly Banked[],
  change: readonly Banked[],
  gate: Gate,
  shared: boolean,
  rule: MarginRule,
): Said {
  const counts = { pass: 0, fail: 0, inconclusive: 0 }
  let seeds = 0
  for (let i = 0; i < decisions; i++) {
    const found = gate(draw(random, base, change, shared), rule)
    counts[found.status]++
    seeds += found.seeds
  }
  return { ...counts, seeds: seeds / decisions }
}

/**
 * Seeds of both sides, drawn from the bank with replacement, so that the bank is the population and its difference of
 * means the truth; a seed drawn twice counts as two that came out alike. Paired sides share their draws.
 */
export function draw(random: Stream, base: readonly Banked[], change: readonly Banked[], shared: boolean): Sides {
  const most = looks[looks.length - 1] as number
  const places = (): number[] => Array.from({ length: most }, () => random.integer(base.length))
  const own = places()
  const theirs = shared ? own : places()
  const side = (runs: readonly Banked[], at: readonly number[], name: string): LockedSeed[] =>
    at.map((place, seed) => ({ ...(runs[place] as Banked), seed, weights: `${name} ${place} ${seed}` }))
  return { candidate: side(change, own, 'change'), baseline: side(base, theirs, 'base') }
}

/** The gate of the product: looks at 5 and at 10 seeds per side, and no more once it is decided. As `judgeInLooks` does. */
export const withLooks: Gate = (sides, rule) => {
  for (const { seeds, look } of levels) {
    const { status, settled } = nonInferiority.judge(rule, evidenceOf(sides, seeds), look).finding
    if (settled || status !== 'inconclusive' || look.number === look.of) return { status, seeds }
  }
  throw new Error('there are no looks')
}

/** What the gate is shown at a look. */
export const evidenceOf = ({ candidate, baseline }: Sides, seeds: number): GateEvidence => ({
  candidate: candidate.slice(0, seeds),
  baseline: { source: 'the base', runs: baseline.slice(0, seeds), notes: [] },
  missingBaselineReason: null,
})

/** The usual gate: a mean compared with a threshold, `margins` margins below the baseline's mean. */
const meanOf5 =
  (margins: number): Gate =>
  ({ candidate, baseline }, { metric, margin }) => {
    const of = (side: readonly LockedSeed[]): number[] => side.slice(0, 5).map((run) => run.validation?.[metric] ?? NaN)
    const drop = gain(metric, mean(of(candidate)), mean(of(baseline)))
    return { status: drop <= margins * margin ? 'pass' : 'fail', seeds: 5 }
  }
