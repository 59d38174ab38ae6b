// How often do gates pass a class or a segment at the limit, for metrics that are not shares of rows?
import { deriveSeed, shuffled, stream, type Stream } from '../../src/base/random.ts'
import type { SeedEvidence } from '../../src/gates/evidence.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import { judge } from '../../src/gates/judge.ts'
import type { MetricName } from '../../src/records/metrics.ts'
import { pseudoValue } from '../../src/train/row-evidence.ts'
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
    const own = labelsOf(rows, of, random).map((label) => ({ label, score: random.normal() + (label ? distance : 0) }))
    return perSeed(() => {
      const scored = own.map(({ label, score }, i) => ({ label, group: groupOf(i), score: score + 0.15 * random.normal() }))
      const [positive, negative] = [scored.filter(({ label }) => label), scored.filter(({ label }) => !label)]
      // Pairs that are in order, and all pairs, by the groups of both rows.
      const pairs = (): number[][] => Array.from({ length: groups }, () => new Array<number>(groups).fill(0))
      const [right, all] = [pairs(), pairs()]
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

/** Scores as for auroc, with 1 row of the class in 6. The level is the truth of a very large sample. */
const precisionOverRanks = (rows: number, distance: number, truth: number): World => {
  const of = 6 * rows
  return {
    metric: 'averagePrecision',
    words: `averagePrecision ${truth.toFixed(2)}, a class with ${rows} of ${of} rows`,
    rows,
    of,
    limit: { min: truth, max: null },
    draw(random) {
      const own = labelsOf(rows, of, random).map((label) => ({ label, score: random.normal() + (label ? distance : 0) }))
      return perSeed(() => {
        const scores = own.map(({ score }) => score + 0.15 * random.normal())
        const order = own.map((_, i) => i).sort((a, b) => (scores[b] ?? NaN) - (scores[a] ?? NaN))
        const without = (group: number): number =>
          averageOver(order.filter((i) => groupOf(i) !== group).map((i) => own[i]?.label === true))
        return { whole: without(-1), without: Array.from({ length: groups }, (_, group) => without(group)) }
      })
    },
  }
}

/** Of rows in the order of their scores, the mean precision at the rows of the class. */
function averageOver(ranked: readonly boolean[]): number {
  let [hits, sum] = [0, 0]
  for (const [i, label] of ranked.entries()) if (label) sum += ++hits / (i + 1)
  return sum / hits
}

/** A model that is too sure of itself: its log-odds are 1 / 0.6 of the true ones. */
const ece = (rows: number, truth: number): World => ({
  metric: 'ece',
  words: `ece, a segment of ${rows} rows`,
  rows,
  limit: { min: null, max: truth },
  draw(random) {
    const own = Array.from({ length: rows }, () => tooSure(random))
    return perSeed(() => {
      const [gaps, counts] = [0, 0].map(() => Array.from({ length: bins }, () => new Array<number>(groups).fill(0))) as [
        number[][],
        number[][],
      ]
      for (const [i, row] of own.entries()) {
        const { bin, gap } = judgedBy(row, random)
        add(gaps[bin], groupOf(i), gap)
        add(counts[bin], groupOf(i), 1)
      }
      const without = (group: number): number => {
        const left = (of: readonly number[]): number => of.reduce((sum, v, g) => (g === group ? sum : sum + v), 0)
        const total = counts.reduce((sum, of) => sum + left(of), 0)
        return gaps.reduce((sum, of) => sum + Math.abs(left(of)), 0) / total
      }
      return { whole: without(-1), without: Array.from({ length: groups }, (_, group) => without(group)) }
    })
  },
})

const bins = 15

/** The log-odds of the most probable class, and whether it is right. */
function tooSure(random: Stream): { readonly odds: number; readonly right: boolean } {
  const odds = Math.abs(2 * random.normal())
  return { odds, right: random.uniform() < logistic(0.6 * odds) }
}

/** The bin of what a seed says of a row, and how far it is off. */
function judgedBy({ odds, right }: ReturnType<typeof tooSure>, random: Stream) {
  const confidence = logistic(Math.abs(odds + 0.15 * random.normal()))
  return { bin: Math.min(bins - 1, Math.floor(confidence * bins)), gap: confidence - Number(right) }
}

/** Errors of an SD of 1, and in 1 row of 20 of an SD of 4. Seeds vary each error by an SD of 0.2. */
const errors = (metric: 'mse' | 'mae', rows: number): World => ({
  metric,
  words: `${metric}, a segment of ${rows} rows`,
  rows,
  limit: { min: null, max: truths[metric] },
  draw(random) {
    const own = Array.from({ length: rows }, () => random.normal() * (random.uniform() < 0.05 ? 4 : 1))
    return perSeed(() => {
      const [sums, of] = [new Array<number>(groups).fill(0), new Array<number>(groups).fill(0)]
      for (const [i, error] of own.entries()) {
        const found = Math.abs(error + 0.2 * random.normal())
        add(sums, groupOf(i), metric === 'mse' ? found ** 2 : found)
        add(of, groupOf(i), 1)
      }
      return measured([sums, of], ([sum = NaN, count = NaN]) => sum / count)
    })
  },
})

/** What the metrics are of all rows there are: by arithmetic, or of a sample so large that its error does not matter. */
const truths = {
  mse: 0.95 + 0.05 * 16 + 0.04,
  mae: Math.sqrt(2 / Math.PI) * (0.95 * Math.sqrt(1.04) + 0.05 * Math.sqrt(16.04)),
  averagePrecision(distance: number): number {
    const random = stream(33, 'average precision')
    const rows = Array.from({ length: 600_000 }, (_, i) => {
      const label = i % 6 === 0
      return { label, score: Math.hypot(1, 0.15) * random.normal() + (label ? distance : 0) }
    })
    return averageOver(rows.sort((a, b) => b.score - a.score).map(({ label }) => label))
  },
  ece(): number {
    const random = stream(34, 'ece')
    const gaps = new Array<number>(bins).fill(0)
    const rows = 600_000
    for (let i = 0; i < rows; i++) {
      const { bin, gap } = judgedBy(tooSure(random), random)
      gaps[bin] = (gaps[bin] ?? 0) + gap / rows
    }
    return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0)
  },
}

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
    const labels = labelsOf(rows, of, random)
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

/** Which rows have the class, in random order. */
const labelsOf = (rows: number, of: number, random: Stream): boolean[] =>
  shuffled(
    Array.from({ length: of }, (_, i) => i < rows),
    random,
  )

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
    const values = without.map((rest) => pseudoValue(whole, rest, groups))
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
 * Shares of the studies that pass and that fail, with intervals; the truth is at the limit, so every pass and every fail is
 * wrong. The rule has no `minRows`, so that its interval alone decides.
 */
function wrongVerdicts(world: World, studies: number): string[] {
  const rule = {
    gate: 'threshold',
    metric: world.metric,
    split: 'test',
    onInconclusive: 'fail',
    ...world.limit,
    ...(world.of === undefined ? { segments: ['site'] } : { class: 'a' }),
  } as AnyGateRule
  const ends = { pass: 0, fail: 0, inconclusive: 0 }
  for (let i = 0; i < studies; i++) {
    const random = stream(deriveSeed(32, 'few rows', i), world.words)
    const candidate = evidenceOf(world, world.draw(random))
    const verdict = judge([rule], { candidate, baseline: null, missingBaselineReason: 'none' })
    ends[verdict.gates[0]?.status ?? 'inconclusive']++
  }
  return [shareWords(ends.pass, studies), shareWords(ends.fail, studies)]
}

const rates: readonly (readonly [found: number, falsely: number])[] = [
  [0.7, 0.05],
  [0.95, 0.005],
]

const sizesOf = (sizes: readonly number[], truth: number) => sizes.map((rows) => [rows, truth] as const)

/** Made when they are asked for: some truths take a second. */
const worlds = (): readonly World[] => [
  ...[20, 50, 100, 200].map(nll),
  ...(['mse', 'mae'] as const).flatMap((metric) => [20, 50, 100, 200, 400, 800, 1600].map((rows) => errors(metric, rows))),
  ...sizesOf([20, 50, 100, 200, 400, 800, 1600, 3200], truths.ece()).map(([rows, truth]) => ece(rows, truth)),
  ...[1.5, 2.5].flatMap((distance) =>
    sizesOf([20, 50, 100, 200], truths.averagePrecision(distance)).map(([rows, truth]) =>
      precisionOverRanks(rows, distance, truth),
    ),
  ),
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
long tail. Here the truth is at the limit of a threshold, so every pass is wrong and so is every fail, and the interval alone
decides: what a gate would do without its floor of rows. The nll has 1 row in 20 that costs 4 nats. The errors of mse and mae
are normal, in 1 row of 20 with four times the SD. For ece, the model's log-odds are 1 / 0.6 of the true ones: few rows make
any ece too high, so that it fails too often. Scores of auroc and of averagePrecision are normal, and the level is given. Gates
judge f1 and precision from \`minRows\` on. All others need as many rows as bring both shares to 0.075 or less: nll 100, mae 200, mse
1600 and ece 3200, and on the rarer side auroc 200 and averagePrecision 100.

${table(
  ['Metric', 'Share of studies that pass', 'that fail'],
  worlds().map((world) => [world.words, ...wrongVerdicts(world, studies)]),
)}
`
