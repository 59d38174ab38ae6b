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
 * Smallest and largest value between two epochs; undefined if no line has one. On a log scale only positive values count.
 */
export function rangeOf(lines: readonly Line[], from: number, to: number, log: boolean): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity]
  for (const { x, y } of lines) {
    for (let i = 0; i < y.length; i++) {
      const value = y[i] ?? null
      const at = x[i] ?? NaN
      if (value === null || at < from || at > to || (log && value <= 0)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return low > high ? undefined : [low, high]
}
