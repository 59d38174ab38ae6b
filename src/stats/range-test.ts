import { differences, numberAt } from '../base/numbers.ts'
import { mean, median, medianFilter } from './describe.ts'
import { shown, undefinedBecause } from './outcome.ts'
import type { IntervalResult } from './intervals.ts'
import { tInterval } from './intervals.ts'

/** Where a sweep of rising learning rates becomes unstable. */
export interface Edge {
  readonly kind: 'edge'
  /** The first rate whose loss shows instability; training is stable below it. */
  readonly rate: number
  readonly index: number
  readonly minimumIndex: number
  /** The filtered loss at its minimum, and how far it had fallen by then. */
  readonly minimumLoss: number
  readonly drop: number
  readonly because: 'rise' | 'not-finite'
}

export interface NoEdge {
  readonly kind: 'none'
  readonly reason: string
}

const WINDOW = 5
const RISE = 0.1
const noEdge = (reason: string): NoEdge => ({ kind: 'none', reason })

/**
 * The edge of a learning-rate range test (Smith 2017), from the rates (rising) and the raw training loss at each. A centered
 * median of five removes spikes from the loss. It has no lag, unlike an exponential average (one with β = .98 lags four
 * decades of a hundred-step sweep). The edge is the first point after the minimum where the filtered loss exceeds the
 * minimum by more than a tenth of the whole drop, or where the raw loss is not finite.
 */
export function findEdge(rates: readonly number[], losses: readonly number[]): Edge | NoEdge {
  const wrong = unusableSweep(rates, losses)
  if (wrong !== undefined) return noEdge(wrong)
  const firstBad = losses.findIndex((loss) => !Number.isFinite(loss))
  const raw = firstBad < 0 ? losses : losses.slice(0, firstBad)
  if (raw.length < WINDOW) return noEdge(`the loss is not finite at step ${firstBad + 1}: the lowest rates are too high`)
  const filtered = medianFilter(raw, WINDOW)
  const minimumLoss = filtered.reduce((a, b) => Math.min(a, b))
  const minimumIndex = filtered.indexOf(minimumLoss)
  if (minimumIndex < WINDOW) return noEdge(`the loss is lowest at step ${minimumIndex + 1}: it never fell`)
  const drop = median(raw.slice(0, WINDOW)) - minimumLoss
  const noise = roughness(raw, filtered)
  if (!(drop > 3 * noise)) {
    return noEdge(`the loss fell by only ${shown(drop)}, no more than 3 times its own step-to-step noise of ${shown(noise)}`)
  }
  const rise = filtered.findIndex((loss, i) => i > minimumIndex && loss > minimumLoss + RISE * drop)
  const index = rise >= 0 ? rise : firstBad
  if (index < 0) return noEdge(`the loss does not rise again by the highest rate, ${shown(rates.at(-1) ?? NaN)}`)
  const because = rise >= 0 ? 'rise' : 'not-finite'
  return { kind: 'edge', rate: numberAt(rates, index), index, minimumIndex, minimumLoss, drop, because }
}

function unusableSweep(rates: readonly number[], losses: readonly number[]): string | undefined {
  if (rates.length !== losses.length) return `found ${rates.length} rates but ${losses.length} losses`
  if (rates.length < 4 * WINDOW) return `a sweep needs at least ${4 * WINDOW} steps, found ${rates.length}`
  const falls = rates.findIndex((rate, i) => !(rate > (rates[i - 1] ?? 0) && Number.isFinite(rate)))
  return falls < 0 ? undefined : `the rates must be positive and rise, found ${rates[falls]} at step ${falls + 1}`
}

/** Robust SD of the raw loss around the filtered one; 1.4826 turns a median of distances into the SD of a normal. */
const roughness = (raw: readonly number[], filtered: readonly number[]): number =>
  1.4826 * median(differences(raw, filtered).map(Math.abs))

/** The edge over several seeds. */
export interface CombinedEdge {
  readonly kind: 'edge'
  /** Geometric mean of the seeds' edges. */
  readonly rate: number
  readonly lowest: number
  readonly highest: number
  readonly seeds: number
  /** Interval of the mean, level .95; undefined for one seed, and for seeds that agree on the step. */
  readonly interval: IntervalResult
}

export interface Inconclusive {
  readonly kind: 'inconclusive'
  readonly reason: string
}

/**
 * Edges of several seeds that are further apart than this are not a measurement. A factor of 10 would name a rate more
 * often. But on small data such as wine, it names one whose likelihood on test rows is far worse, which validation rows of
 * the best checkpoint do not reveal.
 */
const AGREEMENT = 3

/**
 * The common edge of several seeds' sweeps, or why there is none: a seed without an edge, or edges more than a factor of 3
 * apart.
 */
export function combineEdges(edges: readonly (Edge | NoEdge)[]): CombinedEdge | Inconclusive {
  const rates = edges.flatMap((edge) => (edge.kind === 'edge' ? [edge.rate] : []))
  const [lowest, highest] = [Math.min(...rates), Math.max(...rates)]
  const reason = disagreement(edges, lowest, highest)
  if (reason !== undefined) return { kind: 'inconclusive', reason }
  const logs = rates.map(Math.log)
  const interval = backFromLogs(tInterval(logs))
  return { kind: 'edge', rate: Math.exp(mean(logs)), lowest, highest, seeds: rates.length, interval }
}

function disagreement(edges: readonly (Edge | NoEdge)[], lowest: number, highest: number): string | undefined {
  const without = edges.flatMap((edge) => (edge.kind === 'none' ? [edge.reason] : []))
  if (edges.length === 0) return 'no sweep was run'
  if (without.length > 0) return `${without.length} of ${edges.length} sweeps show no edge: ${without[0]}`
  return highest <= AGREEMENT * lowest
    ? undefined
    : `the edges of the seeds range from ${shown(lowest)} to ${shown(highest)}, more than a factor of ${AGREEMENT} apart`
}

function backFromLogs(interval: IntervalResult): IntervalResult {
  if (interval.kind === 'undefined') return undefinedBecause('the seed edges show no spread, so there is no interval')
  const { estimate, lower, upper } = interval
  return { ...interval, estimate: Math.exp(estimate), lower: Math.exp(lower), upper: Math.exp(upper) }
}

/** The losses of one sweep at its rates. */
export interface SweptLosses {
  readonly rates: readonly number[]
  readonly losses: readonly number[]
}

/** The rate below which rates are tried, and what it rests on. */
export interface LadderTop {
  readonly rate: number
  readonly lowest: number
  readonly highest: number
  readonly seeds: number
  readonly from: 'agreement' | 'lowest' | 'mean-curve' | 'middle' | 'incumbent'
}

/** Above the middle of the fall, as a factor: without an edge the best rate may lie a little above it. */
const aboveMiddle = 3
/** Above the incumbent's rate, as a factor, if the sweeps show nothing. */
const aboveIncumbent = 10

/**
 * Where to try rates, whatever the sweeps show. The edge that the seeds agree on; otherwise the lowest edge of a seed;
 * otherwise the edge of the mean curve, which has less noise than each; otherwise a little above the middle of its fall;
 * and if the loss never fell, ten times the incumbent's rate. Sweeps that do not agree are no reason to try nothing: the
 * trials below the top decide, and the incumbent is among them.
 *
 * @param sweeps at least one; all at the same rates, as far as they go
 */
export function ladderTop(sweeps: readonly SweptLosses[], incumbentRate: number): LadderTop {
  const edges = sweeps.map(({ rates, losses }) => findEdge(rates, losses))
  const combined = combineEdges(edges)
  if (combined.kind === 'edge') return { ...combined, from: 'agreement' }
  const rates = edges.flatMap((edge) => (edge.kind === 'edge' ? [edge.rate] : []))
  const top = (rate: number, from: LadderTop['from']): LadderTop => ({
    rate,
    lowest: rate,
    highest: rates.length > 0 ? Math.max(...rates) : rate,
    seeds: rates.length,
    from,
  })
  if (rates.length > 0) return top(Math.min(...rates), 'lowest')
  const curve = meanCurve(sweeps)
  const found = findEdge(curve.rates, curve.losses)
  if (found.kind === 'edge') return top(found.rate, 'mean-curve')
  const middle = middleOfFall(curve)
  return middle === undefined
    ? top(aboveIncumbent * incumbentRate, 'incumbent')
    : top(Math.min(aboveMiddle * middle, curve.rates.at(-1) ?? Infinity), 'middle')
}

function meanCurve(sweeps: readonly SweptLosses[]): SweptLosses {
  const length = Math.min(...sweeps.map(({ losses }) => losses.length))
  const losses = Array.from({ length }, (_, i) => mean(sweeps.map((s) => numberAt(s.losses, i))))
  return { rates: sweeps[0]?.rates.slice(0, length) ?? [], losses }
}

/** The first rate at which the filtered loss has fallen half way; undefined if it did not fall. */
function middleOfFall({ rates, losses }: SweptLosses): number | undefined {
  const finite = losses.findIndex((loss) => !Number.isFinite(loss))
  const raw = finite < 0 ? losses : losses.slice(0, finite)
  if (raw.length < 4 * WINDOW) return undefined
  const filtered = medianFilter(raw, WINDOW)
  const lowest = filtered.reduce((a, b) => Math.min(a, b))
  const start = median(raw.slice(0, WINDOW))
  const halfWay = filtered.findIndex((loss) => loss <= (start + lowest) / 2)
  return start > lowest && halfWay > 0 ? rates[halfWay] : undefined
}
