// How often do gates pass a class or a segment at the limit, for metrics that are not shares of rows?
import { stream, deriveSeed, type Stream } from '../../src/base/random.ts'
import type { SeedEvidence } from '../../src/gates/evidence.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import { judge } from '../../src/gates/judge.ts'
import type { MetricName } from '../../src/records/metrics.ts'
import { shareWords, table } from './tables.ts'
import { centerOf, logistic, seeds, spread } from './simulated-rows.ts'

/** A metric of a subset under one seed: of all rows, and without each group of them. */
interface Measured {
  readonly whole: number
  readonly without: readonly number[]
}

/** A world in which the true value of a metric is known. */
interface World {
  readonly metric: MetricName
  readonly words: string
  /** Test rows that the floor counts. */
  readonly rows: number
  /** Set if the metric compares the rows of a class with this many rows in all. */
  readonly of?: number
  readonly limit: Pick<AnyGateRule & { readonly min: number | null; readonly max: number | null }, 'min' | 'max'>
  draw(random: Stream): Measured[]
}

const groups = 20
const groupOf = (i: number): number => i % groups

/** 1 row in 20 is a mistake of 4 nats. Seeds vary each row by 20 %. */
const nll = (rows: number): World => ({
  metric: 'nll',
  words: `nll, a segment of ${rows} rows`,
  rows,
  limit: { min: null, max: 0.05 * 4 + 0.95 * 0.05 },
  draw(random) {
    const own = Array.from({ length: rows }, () => (random.uniform() < 0.05 ? 4 : 0.05))
    return perSeed(() => {
      const sums = new Array<number>(groups).fill(0)
      const counts = new Array<number>(groups).fill(0)
      for (const [i, value] of own.entries()) {
        add(sums, groupOf(i), value * Math.exp(0.2 * random.normal() - 0.02))
        add(counts, groupOf(i), 1)
      }
      return measured([sums, counts], ([sum = NaN, count = NaN]) => sum / count)
    })
  },
})

/** Scores are normal, with the same SD in both classes. `distance` is that of their means in SDs. */
const auroc = (rows: number, of: number, distance: number, limit: number): World => ({
  metric: 'auroc',
  words: `auroc ${limit}, a class with ${rows} of ${of} rows`,
  rows,
  of,
  limit: { min: limit, max: null },
  draw(random) {
    const own = shuffled(rows, of, random).map((label) => ({ label, score: random.normal() + (label ? distance : 0) }))
    return perSeed(() => {
      const scored = own.map(({ label, score }, i) => ({ label, group: groupOf(i), score: score + 0.15 * random.normal() }))
      const [positive, negative] = [scored.filter(({ label }) => label), scored.filter(({ label }) => !label)]
      // Pairs that are in order, and all pairs, by the groups of both rows.
      const table = (): number[][] => Array.from({ length: groups }, () => new Array<number>(groups).fill(0))
      const [right, all] = [table(), table()]
      for (const p of positive)
        for (const n of negative) {
          add(right[p.group], n.group, p.score > n.score ? 1 : 0)
          add(all[p.group], n.group, 1)
        }
      const without = (counts: number[][], left: number): number =>
        counts.reduce((sum, row, p) => (p === left ? sum : sum + row.reduce((s, c, n) => (n === left ? s : s + c), 0)), 0)
      const share = (left: number): number => without(right, left) / without(all, left)
      return { whole: share(-1), without: Array.from({ length: groups }, (_, left) => share(left)) }
    })
  },
})

/** From the rows of a class that are found, all that are said to have it, and all that have it. */
const shareOf = (metric: 'f1' | 'precision', hit: number, says: number, is: number): number =>
  metric === 'f1' ? (2 * hit) / (says + is) : hit / says

/** A class whose rows are found at one rate, and others falsely at another. */
const counts = (metric: 'f1' | 'precision', rows: number, of: number, found: number, falsely: number): World => ({
  metric,
  words: `${metric}, a class with ${rows} of ${of} rows, found at ${found}, falsely at ${falsely}`,
  rows,
  of,
  limit: { min: shareOf(metric, rows * found, rows * found + (of - rows) * falsely, rows), max: null },
  draw(random) {
    const labels = shuffled(rows, of, random)
    const easy = labels.map((label) => centerOf(label ? found : falsely) + spread.rows * random.normal())
    return perSeed(() => {
      const noise = spread.seeds * random.normal()
      const [hits, said, actual] = [0, 0, 0].map(() => new Array<number>(groups).fill(0))
      for (const [i, label] of labels.entries()) {
        const says = random.uniform() < logistic((easy[i] ?? NaN) + noise + spread.both * random.normal())
        add(hits, groupOf(i), says && label ? 1 : 0)
        add(said, groupOf(i), says ? 1 : 0)
        add(actual, groupOf(i), label ? 1 : 0)
      }
      return measured(
        [hits, said, actual].map((of) => of ?? []),
        ([hit = NaN, says = NaN, is = NaN]) => shareOf(metric, hit, says, is),
      )
    })
  },
})

const perSeed = (draw: () => Measured): Measured[] => Array.from({ length: seeds }, draw)

function add(to: number[] | undefined, at: number, value: number): void {
  if (to) to[at] = (to[at] ?? 0) + value
}

function shuffled(rows: number, of: number, random: Stream): boolean[] {
  const labels = Array.from({ length: of }, (_, i) => i < rows)
  for (let i = of - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1))
    ;[labels[i], labels[j]] = [labels[j] ?? false, labels[i] ?? false]
  }
  return labels
}

/** A metric of sums over groups of rows. */
function measured(sums: readonly number[][], of: (totals: readonly number[]) => number): Measured {
  const totals = sums.map((all) => all.reduce((a, b) => a + b, 0))
  const without = (group: number): number => of(totals.map((total, k) => total - (sums[k]?.[group] ?? 0)))
  return { whole: of(totals), without: Array.from({ length: groups }, (_, group) => without(group)) }
}

function evidenceOf({ metric, rows, of }: World, found: readonly Measured[]): SeedEvidence[] {
  const subset =
    of === undefined ? { segment: { column: 'site', level: 'a' } } : { class: 'a', rarer: Math.min(rows, of - rows) }
  return found.map(({ whole, without }, i) => {
    const values = without.map((rest) => groups * whole - (groups - 1) * rest)
    return {
      seed: i,
      status: 'complete',
      validation: {},
      test: { accuracy: 0.9 },
      testRows: { accuracy: [0.9, 0.9, 0.9] },
      weights: `w${i}`,
      subsets: [
        {
          ...subset,
          rows: { validation: 0, test: rows },
          validation: {},
          test: { [metric]: whole },
          ...(values.every(Number.isFinite) && { testRows: { [metric]: values } }),
        },
      ],
    }
  })
}

/**
 * Share of the studies that pass, with its interval; the truth is at the limit, so every pass is wrong. The rule has no
 * `minRows`, so that its interval alone decides.
 */
function falsePasses(world: World, studies: number): string {
  const rule = {
    gate: 'threshold',
    metric: world.metric,
    split: 'test',
    onInconclusive: 'fail',
    ...world.limit,
    ...(world.of === undefined ? { segments: ['site'] } : { class: 'a' }),
  } as AnyGateRule
  let passes = 0
  for (let i = 0; i < studies; i++) {
    const random = stream(deriveSeed(32, 'few rows', i), world.words)
    const candidate = evidenceOf(world, world.draw(random))
    const verdict = judge([rule], { candidate, baseline: null, missingBaselineReason: 'none' })
    if (verdict.gates[0]?.status === 'pass') passes++
  }
  return shareWords(passes, studies)
}

const rates: readonly (readonly [found: number, falsely: number])[] = [
  [0.7, 0.05],
  [0.95, 0.005],
]

const worlds: readonly World[] = [
  ...[20, 50, 100, 200].map(nll),
  ...[6, 20, 50, 100, 200].flatMap((rows) => [
    auroc(rows, Math.max(200, 3 * rows), 1.8124, 0.9),
    auroc(rows, Math.max(200, 3 * rows), 2.772, 0.975),
  ]),
  ...(['f1', 'precision'] as const).flatMap((metric) =>
    rates.flatMap(([found, falsely]) =>
      [20, 50, 100].map((rows) => counts(metric, rows, Math.max(200, 4 * rows), found, falsely)),
    ),
  ),
]

/** Section of the page: metrics that are not shares of rows. */
export const fewRows = (studies: number): string => `## Metrics that are not shares of rows

For a share, an interval is at least as wide as Wilson's. Other metrics have no such floor, and few rows show too little of a
long tail. Here the truth is at the limit of a threshold, so every pass is wrong, and the interval alone decides: what a gate
would do without its floor of rows. The nll has 1 row in 20 that costs 4 nats; scores of auroc are normal; the level of auroc
is given. Gates judge f1 from \`minRows\` on, and all others from 100 rows on, or 100 on the rarer side for auroc.

${table(
  ['Metric', 'Share of studies that pass'],
  worlds.map((world) => [world.words, falsePasses(world, studies)]),
)}
`
