import { addTo } from '../../../base/numbers.ts'

/** Bounds of a tree over one variable. */
export interface TreeLimits {
  readonly depth: number
  /** Fewest rows in a leaf. */
  readonly leaf: number
}

/**
 * A tree over one variable is a list of intervals: `predictions[i]` applies up to and including `bounds[i]`; the last is ∞.
 */
export interface Intervals {
  readonly bounds: number[]
  readonly predictions: number[]
}

/** Values closer than this count as one value; scikit-learn's FEATURE_THRESHOLD. */
const SAME = 1e-7

/**
 * Fits a decision tree over one variable by CART: each node splits where the squared error falls most, or for classes where
 * the Gini impurity does. The first of equal splits wins, and a split lies midway between two values. The tests compare it
 * with scikit-learn's `DecisionTreeClassifier` and `DecisionTreeRegressor` under the same `max_depth` and
 * `min_samples_leaf`.
 *
 * @param values ascending
 * @param targets class indices or numbers, in the order of `values`
 * @param classes number of classes, or null if targets are numbers
 */
export function fitTree(values: Float32Array, targets: Float32Array, classes: number | null, limits: TreeLimits): Intervals {
  const cutAt = classes === null ? bestNumberCut : bestClassCut(classes)
  const tree: Intervals = { bounds: [], predictions: [] }
  const grow = (from: number, to: number, depth: number, bound: number): void => {
    const cut = depth < limits.depth && to - from >= 2 * limits.leaf ? cutAt(values, targets, from, to, limits.leaf) : -1
    if (cut < 0) {
      tree.bounds.push(bound)
      tree.predictions.push(classes === null ? mean(targets, from, to) : mostCommon(targets, from, to, classes))
      return
    }
    grow(from, cut, depth + 1, (values[cut - 1] ?? 0) / 2 + (values[cut] ?? 0) / 2)
    grow(cut, to, depth + 1, bound)
  }
  grow(0, values.length, 0, Infinity)
  return tree
}

const sumOfSquares = (counts: Float64Array): number => counts.reduce((sum, n) => sum + n * n, 0)

type CutAt = (values: Float32Array, targets: Float32Array, from: number, to: number, leaf: number) => number

const splits = (values: Float32Array, i: number): boolean => (values[i] ?? 0) > Math.fround((values[i - 1] ?? 0) + SAME)

/** Where the two sides' Σ count² / rows is largest, and so their Gini impurity smallest; -1 if there is no split. */
function bestClassCut(classes: number): CutAt {
  const left = new Float64Array(classes)
  const right = new Float64Array(classes)
  return (values, targets, from, to, leaf) => {
    left.fill(0)
    right.fill(0)
    for (let i = from; i < to; i++) addTo(right, targets[i] ?? 0)
    let [leftSquares, rightSquares, best, cut] = [0, sumOfSquares(right), -Infinity, -1]
    if (rightSquares === (to - from) ** 2) return -1
    for (let i = from + 1; i <= to - leaf; i++) {
      const code = targets[i - 1] ?? 0
      // (n + 1)² − n² = 2n + 1: integers, so no rounding accumulates.
      leftSquares += 2 * (left[code] ?? 0) + 1
      rightSquares -= 2 * (right[code] ?? 0) - 1
      addTo(left, code)
      addTo(right, code, -1)
      if (i - from < leaf || !splits(values, i)) continue
      const score = leftSquares / (i - from) + rightSquares / (to - i)
      if (score > best) [best, cut] = [score, i]
    }
    return cut
  }
}

const bestNumberCut: CutAt = (values, targets, from, to, leaf) => {
  let [total, squares] = [0, 0]
  for (let i = from; i < to; i++) {
    total += targets[i] ?? 0
    squares += (targets[i] ?? 0) ** 2
  }
  const n = to - from
  if (squares / n - (total / n) ** 2 <= Number.EPSILON) return -1
  let [sum, best, cut] = [0, -Infinity, -1]
  for (let i = from + 1; i <= to - leaf; i++) {
    sum += targets[i - 1] ?? 0
    if (i - from < leaf || !splits(values, i)) continue
    const score = (sum * sum) / (i - from) + (total - sum) ** 2 / (to - i)
    if (score > best) [best, cut] = [score, i]
  }
  return cut
}

function mean(targets: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += targets[i] ?? 0
  return sum / (to - from)
}

function mostCommon(targets: Float32Array, from: number, to: number, classes: number): number {
  const counts = new Float64Array(classes)
  for (let i = from; i < to; i++) addTo(counts, targets[i] ?? 0)
  return counts.indexOf(Math.max(...counts))
}
