import { leastEffectOn, matters, tooLittle, type LeastEffect } from '../gates/least-effect.ts'
import { gain as gainOf, metricNames, type LeastEffects, type MetricName } from '../records/metrics.ts'
import { leverDifferences } from '../records/levers.ts'
import type { VerifiedRun } from '../records/decision.ts'
import type { ComparedMetric, StudyComparison, StudySide } from '../report/compare/model.ts'
import type { Report } from '../report/model.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { differenceInterval } from '../stats/intervals.ts'

/** One-sided; both bounds together miss one in twenty. */
const alpha = 0.025

type Split = ComparedMetric['split']
type Seed = ComparedMetric['seeds'][number]

/** Compares the winners of two studies. `folders` only inform the reader. */
export function compareStudies(first: Report, second: Report, folders: readonly [string, string]): StudyComparison {
  const sameData = first.study.fingerprints.data === second.study.fingerprints.data
  return {
    version: 1,
    first: sideOf(first, folders[0]),
    second: sideOf(second, folders[1]),
    notes: notesOf(first, second, sameData),
    levers: leverDifferences(first.levers.chosen, second.levers.chosen),
    metrics: sameData ? metricsOf(first, second) : [],
  }
}

const sideOf = ({ study, verdict, tool, runs, timing, levers }: Report, folder: string): StudySide => ({
  folder,
  name: study.name,
  verdict: verdict.status,
  sentence: verdict.sentence,
  engine: study.engine,
  tool,
  runs: runs.length,
  seconds: timing.seconds,
  moved: levers.changes.length,
})

function notesOf(first: Report, second: Report, sameData: boolean): string[] {
  const [a, b] = [first.study, second.study]
  const said: readonly (readonly [boolean, string])[] = [
    [
      !sameData,
      'The runs used other data or another split, so their metrics measure different things and are not compared.',
    ],
    [
      a.engine !== b.engine,
      `The runs used different engines (${a.engine}; ${b.engine}), which may explain some of the difference.`,
    ],
    [
      a.layers.join('\n') !== b.layers.join('\n'),
      `The runs trained different models, with ${a.parameters} and ${b.parameters} parameters.`,
    ],
    [a.objective !== b.objective, `The runs optimized different metrics (${a.objective}; ${b.objective}).`],
    [a.fingerprints.spec === b.fingerprints.spec, 'The specs are the same.'],
    [
      first.verification === null || second.verification === null,
      'At least one run has no verification, so there are no metrics on unseen seeds.',
    ],
  ]
  return said.flatMap(([applies, text]) => (applies ? [text] : []))
}

function metricsOf(first: Report, second: Report): ComparedMetric[] {
  return (['validation', 'test'] as const).flatMap((split) =>
    metricNames.flatMap((metric) => {
      const [a, b] = [valuesOf(first, metric, split), valuesOf(second, metric, split)]
      return [...a.values()].some((v) => v !== null) && [...b.values()].some((v) => v !== null)
        ? [compared({ metric, split, study: second.study }, a, b)]
        : []
    }),
  )
}

type Values = ReadonlyMap<number, number | null>

function valuesOf({ verification }: Report, metric: MetricName, split: Split): Values {
  const value = (run: VerifiedRun): number | null => run[split]?.[metric] ?? null
  return new Map((verification?.seeds ?? []).map((s) => [s.seed, value(s.candidate)]))
}

interface Question {
  readonly metric: MetricName
  readonly split: Split
  /** The second study, whose objective and least effects count. */
  readonly study: Pick<Report['study'], 'objective' | 'leastEffect'>
}

function compared({ metric, split, study }: Question, a: Values, b: Values): ComparedMetric {
  const seeds = [...a]
    .filter(([seed]) => b.has(seed))
    .map(([seed, value]): Seed => {
      const other = b.get(seed) ?? null
      return {
        seed,
        first: value,
        second: other,
        gain: value === null || other === null ? null : gainOf(metric, value, other),
      }
    })
  const gain = gainInterval(metric, a, b, seeds, study.leastEffect)
  return {
    metric,
    split,
    objective: metric === study.objective,
    first: summary(a),
    second: summary(b),
    seeds,
    gain: gain.found,
    sentence: gain.sentence,
  }
}

function summary(values: Values): ComparedMetric['first'] {
  const finite = finished(values)
  return { mean: finite.length > 0 ? mean(finite) : null, sd: finite.length > 1 ? sampleSd(finite) : null }
}

const finished = (values: Values): number[] => [...values.values()].filter((v) => v !== null)

interface Gain {
  readonly found: ComparedMetric['gain']
  readonly sentence: string
}

/** Paired if the studies share two seeds or more, otherwise by Welch, because other seeds are other draws. */
function gainInterval(
  metric: MetricName,
  a: Values,
  b: Values,
  seeds: readonly Seed[],
  declared: LeastEffects | undefined,
): Gain {
  const pairs = seeds.filter((s) => s.gain !== null)
  const paired = pairs.length >= 2
  const [from, to] = paired
    ? [pairs.map((s) => s.first as number), pairs.map((s) => s.second as number)]
    : [finished(a), finished(b)]
  if (from.length > 0 && paired && from.every((v, i) => v === to[i])) {
    return { found: null, sentence: `the same on all ${from.length} shared seeds` }
  }
  const interval = differenceInterval(to, from, { paired, alpha })
  if (interval.kind === 'undefined') return { found: null, sentence: `no interval: ${interval.reason}` }
  const sign = gainOf(metric, 0, 1)
  const [x, y] = [sign * interval.lower, sign * interval.upper]
  const found = {
    value: sign * interval.estimate,
    lower: Math.min(x, y),
    upper: Math.max(x, y),
    level: interval.level,
    paired,
  }
  return {
    found,
    sentence: claim(
      found,
      leastEffectOn(metric, summary(a).sd, declared),
      paired ? `${pairs.length} shared seeds` : `${from.length} and ${to.length} different seeds`,
    ),
  }
}

function claim(
  { value, lower, upper }: NonNullable<ComparedMetric['gain']>,
  least: LeastEffect | null,
  basis: string,
): string {
  const size = matters(value, least) ? '' : least?.from === 'spec' ? `, but ${tooLittle(least)}` : ` ${tooLittle(least)}`
  const word = lower > 0 ? `the second is better${size}` : upper < 0 ? `the second is worse${size}` : 'not distinguishable'
  return `${word}, by ${basis}`
}
