import { stream } from '../../src/base/random.ts'
import { gain, type MetricName } from '../../src/records/metrics.ts'
import { mean, sampleSd } from '../../src/stats/describe.ts'
import { tQuantile } from '../../src/stats/distributions.ts'
import { differenceInterval } from '../../src/stats/intervals.ts'
import { nominalAlpha } from '../../src/stats/sequential.ts'
import { wilson } from '../diagnosis/tables.ts'
import { valuesOf } from './gate-decisions.ts'
import type { Trained } from './gates.ts'
import { table } from './tables.ts'

interface Bounds {
  readonly lower: number
  readonly upper: number
}
/** Bounds of base less change, each one-sided at alpha; undefined where there is no spread. */
type Method = (base: readonly number[], change: readonly number[], alpha: number) => Bounds | undefined

const welch: Method = (base, change, alpha) => {
  const found = differenceInterval(base, change, { paired: false, alpha })
  return found.kind === 'interval' ? found : undefined
}

const thirdMoment = (values: readonly number[]): number => {
  const centre = mean(values)
  const n = values.length
  return (mean(values.map((v) => (v - centre) ** 3)) * n * n) / ((n - 1) * (n - 2))
}

/**
 * Johnson's modified t (1978) for two samples (Cressie and Whitford 1986): the quotient is moved by what the sample's own
 * skewness does to it. The bounds are where the modified quotient meets the quantile, found by stepping outwards.
 */
const johnson: Method = (base, change, alpha) => {
  const plain = welch(base, change, alpha)
  if (!plain) return undefined
  const [n, m] = [base.length, change.length]
  const variance = sampleSd(base) ** 2 / n + sampleSd(change) ** 2 / m
  const third = thirdMoment(base) / n ** 2 - thirdMoment(change) / m ** 2
  const centre = mean(base) - mean(change)
  const [shareA, shareB] = [sampleSd(base) ** 2 / n / variance, sampleSd(change) ** 2 / m / variance]
  const quantile = tQuantile(1 - alpha, 1 / (shareA ** 2 / (n - 1) + shareB ** 2 / (m - 1)))
  const modified = (truth: number): number => {
    const away = centre - truth
    return (away + third / (6 * variance) + (third * away ** 2) / (3 * variance ** 2)) / Math.sqrt(variance)
  }
  const step = Math.sqrt(variance) / 50
  const bound = (direction: 1 | -1): number => {
    for (let i = 0; i < 1000; i++) {
      const truth = centre + direction * i * step
      if (direction * modified(truth) < -quantile) return truth
    }
    return direction * Infinity
  }
  return { lower: bound(-1), upper: bound(1) }
}

/** Welch's, with the larger of the two spreads on both sides: a change is not trusted to have calmed, or to be calm. */
const largerSpread: Method = (base, change, alpha) => {
  const sd = Math.max(sampleSd(base), sampleSd(change))
  const [n, m] = [base.length, change.length]
  if (!(sd > 0)) return undefined
  const reach = tQuantile(1 - alpha, Math.min(n, m) - 1) * sd * Math.sqrt(1 / n + 1 / m)
  const centre = mean(base) - mean(change)
  return { lower: centre - reach, upper: centre + reach }
}

interface Remedy {
  readonly name: string
  readonly looks: readonly number[]
  readonly method: Method
}

export const remedies: readonly Remedy[] = [
  { name: 'as it is: Welch, looks at 5 and 10', looks: [5, 10], method: welch },
  { name: "Johnson's modified t, looks at 5 and 10", looks: [5, 10], method: johnson },
  { name: 'the larger spread for both, looks at 5 and 10', looks: [5, 10], method: largerSpread },
  { name: 'Welch, one look at 10', looks: [10], method: welch },
  { name: 'Welch, looks at 10 and 20', looks: [10, 20], method: welch },
  { name: "Johnson's modified t, looks at 10 and 20", looks: [10, 20], method: johnson },
  { name: 'Welch, one look at 20', looks: [20], method: welch },
]

const decisions = 300

interface Tried {
  /** Share of the edge decisions that pass, a population. */
  readonly falsePasses: readonly number[]
  readonly passes: number
  readonly fails: number
  readonly seeds: number
}

/** Every remedy on every harmful change under a margin of its own drop, and on no change under two seed SDs. */
export function remedyTable(all: readonly Trained[], metrics: readonly MetricName[]): string {
  const rows = remedies.map((remedy) => {
    const { falsePasses, passes, fails, seeds } = tryRemedy(remedy, all, metrics)
    const over = falsePasses.filter((p) => wilson(Math.round(p * decisions), decisions)[0] > 0.05).length
    return [
      remedy.name,
      mean(falsePasses).toFixed(3),
      Math.max(...falsePasses).toFixed(2),
      `${over} of ${falsePasses.length}`,
      passes.toFixed(3),
      fails.toFixed(3),
      seeds.toFixed(1),
    ]
  })
  const cost = ['No change: pass', 'fail', 'seeds']
  const header = ['Interval and looks', 'False pass, drop = margin', 'Worst', 'Over the declared', ...cost]
  return table(header, rows)
}

function tryRemedy(remedy: Remedy, all: readonly Trained[], metrics: readonly MetricName[]): Tried {
  const falsePasses: number[] = []
  const idle = { pass: 0, fail: 0, seeds: 0, of: 0 }
  for (const trained of all) {
    const base = all.find((t) => t.world === trained.world)
    for (const metric of base ? metrics : []) {
      const turned = (runs: Trained['runs']): number[] => valuesOf(runs, metric).map((v) => gain(metric, 0, v))
      const [from, to] = [turned(base?.runs ?? []), turned(trained.runs)]
      const [sd, drop] = [sampleSd(from), mean(from) - mean(to)]
      if (!(sd > 0) || to.length < trained.runs.length) continue
      const purpose = [trained.world.name, trained.change.name, metric, remedy.name]
      if (trained.change.name === 'no change') {
        const found = decideAll(remedy, from, to, 2 * sd, purpose)
        idle.pass += found.pass
        idle.fail += found.fail
        idle.seeds += found.seeds
        idle.of++
      } else if (drop >= 0.5 * sd) falsePasses.push(decideAll(remedy, from, to, drop, purpose).pass)
    }
  }
  return { falsePasses, passes: idle.pass / idle.of, fails: idle.fail / idle.of, seeds: idle.seeds / idle.of }
}

function decideAll(
  { looks, method }: Remedy,
  from: readonly number[],
  to: readonly number[],
  margin: number,
  purpose: readonly string[],
): { readonly pass: number; readonly fail: number; readonly seeds: number } {
  const random = stream(2026, 'remedies', ...purpose)
  const alpha = nominalAlpha(looks, 0.05)
  const most = looks[looks.length - 1] as number
  const side = (values: readonly number[]): number[] =>
    Array.from({ length: most }, () => values[random.integer(values.length)] as number)
  const counts = { pass: 0, fail: 0, seeds: 0 }
  for (let i = 0; i < decisions; i++) {
    const [base, change] = [side(from), side(to)]
    for (const n of looks) {
      const found = method(base.slice(0, n), change.slice(0, n), alpha)
      const status = !found ? null : found.upper < margin ? 'pass' : found.lower > 0 ? 'fail' : null
      if (status === null && n !== most) continue
      if (status !== null) counts[status] += 1 / decisions
      counts.seeds += n / decisions
      break
    }
  }
  return counts
}
