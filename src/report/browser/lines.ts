import type { Line } from '../explorer/lines.ts'

/** Exponential moving average with its initial bias removed (as in TensorBoard); a gap stays a gap. */
export function smooth({ x, y }: Line, weight: number): Line {
  if (weight === 0) return { x, y }
  let [sum, count] = [0, 0]
  return {
    x,
    y: y.map((value) => {
      if (value === null) return null
      sum = sum * weight + (1 - weight) * value
      count += 1
      return sum / (1 - weight ** count)
    }),
  }
}

/** Index of the point nearest to an epoch; -1 for a line without points. */
export function nearest({ x }: Line, epoch: number): number {
  let [low, high] = [0, x.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((x[middle] ?? 0) < epoch) low = middle + 1
    else high = middle
  }
  const before = low > 0 && epoch - (x[low - 1] ?? 0) < (x[low] ?? 0) - epoch
  return x.length === 0 ? -1 : before ? low - 1 : low
}

/**
 * Decades that a log scale shows below its largest value: nobody reads a curve further down, and uPlot draws no smaller
 * ticks.
 */
const decades = 9

/** A line whose largest value is this many times that of nine in ten lines would press all others to the bottom. */
const far = 4

/**
 * Smallest and largest value to show between two epochs; undefined if no line has one. On a log scale only positive values
 * count. A few lines that rise far above all others leave a linear scale.
 */
export function rangeOf(lines: readonly Line[], from: number, to: number, log: boolean): [number, number] | undefined {
  let low = Infinity
  const tops: number[] = []
  for (const { x, y } of lines) {
    let top = -Infinity
    for (let i = 0; i < y.length; i++) {
      const value = y[i] ?? null
      const at = x[i] ?? NaN
      if (value === null || at < from || at > to || (log && value <= 0)) continue
      if (value < low) low = value
      if (value > top) top = value
    }
    if (top > -Infinity) tops.push(top)
  }
  if (tops.length === 0) return undefined
  const sorted = Float64Array.from(tops).sort()
  const high = sorted.at(-1) ?? low
  if (log) return [Math.max(low, high / 10 ** decades), high]
  const most = sorted[Math.floor(0.9 * (sorted.length - 1))] ?? high
  return [low, most > 0 && high > far * most ? 1.25 * most : high]
}
