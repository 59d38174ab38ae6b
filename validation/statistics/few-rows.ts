// How often do gates pass a class or a segment at the limit, for metrics that are not shares of rows?
import { stream, deriveSeed, type Stream } from '../../src/base/random.ts'
import type { SeedEvidence } from '../../src/gates/evidence.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import { judge } from '../../src/gates/judge.ts'
import type { MetricName } from '../../src/records/metrics.ts'
import { wilsonInterval } from '../../src/stats/shares.ts'
import { centerOf, logistic, seeds, spread } from './segments.ts'

/** A metric of a subset under one seed: of all rows, and without each group of them. */
interface Measured {
  readonly whole: number
  readonly without: readonly number[]
}

/** A world in which the true value of a metric is known. */
export interface World {
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
  words: `nll of a segment of ${rows} rows`,
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
  words: `auroc of a class with ${rows} of ${of} rows, ${limit}`,
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

/** A class with this share of the rows, found and falsely found at these rates. */
const f1 = (rows: number, of: number, found: number, falsely: number): World => ({
  metric: 'f1',
  words: `f1 of a class with ${rows} of ${of} rows`,
  rows,
  of,
  limit: { min: (2 * rows * found) / (rows * found + (of - rows) * falsely + rows), max: null },
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
        ([hit = NaN, says = NaN, is = NaN]) => (2 * hit) / (says + is),
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

/** Share of the studies that pass, with its interval; the truth is at the limit, so every pass is wrong. */
export function falsePasses(world: World, studies: number): string {
  const rule = {
    gate: 'threshold',
    metric: world.metric,
    split: 'test',
    onInconclusive: 'fail',
    minRows: 5,
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
  const { lower, upper } = wilsonInterval(passes / studies, studies, 0.025)
  return `${(passes / studies).toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`
}

export const worlds: readonly World[] = [
  ...[20, 50, 100, 200, 400].map(nll),
  ...[6, 20, 50, 100, 200].flatMap((rows) => [
    auroc(rows, Math.max(200, 3 * rows), 1.8124, 0.9),
    auroc(rows, Math.max(200, 3 * rows), 2.772, 0.975),
  ]),
  ...[10, 20, 50, 100, 200].map((rows) => f1(rows, Math.max(200, 4 * rows), 0.9, 0.02)),
]
