import { moments } from '../../moments.ts'
import type { Dataset } from '../../types.ts'

/** Distances above 0 of the nearest rows, ascending. */
export type Neighbours = readonly number[]

/** A row by its position among those compared. */
export interface Neighbour {
  readonly at: number
  readonly distance: number
}

/** Partial sums are compared with their limit after this many terms. */
const CHUNK = 8

/**
 * Euclidean distances among some rows of a data set. Columns of a table count equally, whatever their unit (each is divided
 * by its SD). The values of an image or a sequence share one unit and stay as they are. The most variable come first, so
 * that a sum that grows too large is abandoned early.
 */
export class Distances {
  readonly width: number
  readonly #values: Float32Array
  readonly #rows: number

  /** @param use whether each feature counts; all if omitted */
  constructor(
    { inputs, features, inputShape }: Pick<Dataset, 'inputs' | 'features' | 'inputShape'>,
    rows: Int32Array,
    use?: readonly boolean[],
  ) {
    const spread = features
      .map((_, i) => ({ i, sd: moments((row) => inputs[row * features.length + i] ?? 0, rows).sd }))
      .filter(({ i, sd }) => sd > 0 && use?.[i] !== false)
      .sort((a, b) => b.sd - a.sd)
    this.width = spread.length
    this.#rows = rows.length
    this.#values = new Float32Array(rows.length * spread.length)
    const scales = spread.map(({ sd }) => (inputShape.length === 1 ? 1 / sd : 1))
    rows.forEach((row, at) => {
      for (let j = 0; j < spread.length; j++) {
        this.#values[at * spread.length + j] = (inputs[row * features.length + (spread[j]?.i ?? 0)] ?? 0) * (scales[j] ?? 1)
      }
    })
  }

  /** Distances of the `k` nearest rows that are not equal to this one; fewer if there are no more. */
  nearest(row: number, k: number): Neighbours {
    return this.neighbours(row, k).map(({ distance }) => distance)
  }

  /** The same, with the position of each. */
  neighbours(row: number, k: number): Neighbour[] {
    const best: { at: number; square: number }[] = []
    for (let other = 0; other < this.#rows; other++) {
      const limit = best.length < k ? Infinity : (best[k - 1]?.square ?? Infinity)
      const square = other === row ? 0 : this.#square(row, other, limit)
      if (square === 0 || square >= limit) continue
      let place = best.length
      while (place > 0 && (best[place - 1]?.square ?? 0) > square) place--
      best.splice(place, 0, { at: other, square })
      if (best.length > k) best.pop()
    }
    return best.map(({ at, square }) => ({ at, distance: Math.sqrt(square) }))
  }

  /** Position of the nearest other row, including equal ones; the first of equally near ones. Null if there is no other. */
  nearestOf(row: number): number | null {
    let [least, at]: [number, number | null] = [Infinity, null]
    for (let other = 0; other < this.#rows; other++) {
      const square = other === row ? Infinity : this.#square(row, other, least)
      if (square < least) [least, at] = [square, other]
    }
    return at
  }

  /** Distance to the nearest unequal row among the first `before` rows; null if none is nearer than `limit`. */
  nearestWithin(row: number, before: number, limit: number): number | null {
    let least = limit * limit
    let found = false
    for (let other = 0; other < before; other++) {
      const square = this.#square(row, other, least)
      if (square >= least || square === 0) continue
      least = square
      found = true
    }
    return found ? Math.sqrt(least) : null
  }

  /** The squared distance if it is below `limit`; otherwise some value that is not below `limit`. */
  #square(a: number, b: number, limit: number): number {
    const [values, width] = [this.#values, this.width]
    const [i, j] = [a * width, b * width]
    let sum = 0
    for (let from = 0; from < width; from += CHUNK) {
      const to = Math.min(width, from + CHUNK)
      for (let k = from; k < to; k++) {
        const d = (values[i + k] ?? 0) - (values[j + k] ?? 0)
        sum += d * d
      }
      if (sum >= limit) return sum
    }
    return sum
  }
}
