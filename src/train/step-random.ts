import type { StepRandom, Tensor, Tf } from '../layers/forward.ts'
import { fillBits } from './dropout-bits.ts'

/**
 * Random numbers for one forward pass of one step. They come from a counter, not from a state that is passed on: element i
 * of a mask is a hash of (seed, step, forward pass, site, i), as in Random123 (Salmon et al., 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"). So a resumed run draws what the uninterrupted run would have drawn, and an engine that runs
 * whole steps natively can compute the same masks from the same integers.
 *
 * `seed` is an integer; `step` counts optimizer updates from 0; `accumulateIndex` counts forward passes in a step.
 */
export function stepRandom(tf: Tf, seed: number, step: number, accumulateIndex: number): StepRandom {
  if (!Number.isSafeInteger(seed)) throw new Error(`a seed must be a whole number, found ${seed}`)
  return {
    dropoutMask: (site, shape, rate) => {
      const size = shape.reduce((product, length) => product * length, 1)
      return tf.tensor(dropoutMaskValues([seed, step, accumulateIndex, site], size, rate), [...shape])
    },
  }
}

/** A dropout mask that a step has drawn. */
export interface DrawnMask {
  readonly site: number
  readonly shape: readonly number[]
  readonly rate: number
  readonly mask: Tensor
}

/** Passes masks through and tells of each. */
export const watchMasks = (random: StepRandom, tell: (drawn: DrawnMask) => void): StepRandom => ({
  dropoutMask(site, shape, rate) {
    const mask = random.dropoutMask(site, shape, rate)
    tell({ site, shape: [...shape], rate, mask })
    return mask
  },
})

/**
 * Inverted dropout mask: 1 / (1 − rate) with probability 1 − rate, else 0, for a rate in [0, 1).
 * @param into where it goes, instead of an array of its own
 */
export function dropoutMaskValues(
  path: readonly number[],
  size: number,
  rate: number,
  into: Float32Array = new Float32Array(size),
): Float32Array {
  const { first, second, threshold, kept } = dropoutDraw(path, rate)
  const bits = new Uint8Array(size)
  fillBits(bits, first, second, threshold)
  for (let i = 0; i < size; i++) into[i] = (bits[i] ?? 0) * kept
  return into
}

/** What decides a mask: two keys of its path, the least hash of a kept value, at most 2³², and what that becomes. */
export interface DropoutDraw {
  readonly first: number
  readonly second: number
  readonly threshold: number
  readonly kept: number
}

export function dropoutDraw(path: readonly number[], rate: number): DropoutDraw {
  if (!(rate >= 0 && rate < 1)) throw new Error(`a dropout rate must be in [0, 1), found ${rate}`)
  return {
    first: key(path, 0x243f6a88),
    second: key(path, 0x85a308d3),
    threshold: Math.round(rate * 0x1_0000_0000),
    kept: 1 / (1 - rate),
  }
}

/** Writes the mask of `dropoutMaskValues` to where it goes. */
export type FillMask = (path: readonly number[], rate: number, into: Float32Array) => void

/** The same mask as 1 for kept values and 0 for dropped ones, written into `bits`. */
export function dropoutMaskBits(path: readonly number[], rate: number, bits: Uint8Array): void {
  const { first, second, threshold } = dropoutDraw(path, rate)
  fillBits(bits, first, second, threshold)
}

/** 32 bits of key from a path of integers; all 53 bits of every number count. */
function key(path: readonly number[], start: number): number {
  let hash = start | 0
  for (const part of path) {
    hash = mix(hash ^ (part | 0))
    hash = mix((hash + Math.floor(part / 0x1_0000_0000)) | 0)
  }
  return hash
}

/**
 * The 32-bit integer hash `lowbias32` (Wellons, 2018, "Prospecting for hash functions"): a bijection in which each input bit
 * flips each output bit about half of the time.
 */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return x ^ (x >>> 16)
}
