import { createHash } from 'node:crypto'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/** A reproducible source of random numbers. Each purpose has its own, so that drawing more in one never shifts another. */
export interface Stream {
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number
  /** Standard normal, by Box–Muller. */
  normal(): number
  /** Uniform integer in [0, below). */
  integer(below: number): number
}

/**
 * The stream named by `path` under a root seed. Seed 0 is a seed like any other. The state is 128 bits of SHA-256 over seed
 * and path, so adjacent seeds and names are unrelated.
 */
export function stream(seed: number, ...path: readonly (string | number)[]): Stream {
  if (!Number.isSafeInteger(seed)) throw new Error(`a seed must be a whole number, found ${seed}`)
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...path]))
    .digest()
  const word = (i: number): number => digest.readInt32LE(4 * i)
  // The generator's only forbidden state is all zeros.
  const generator = xoroshiro128plusFromState([word(0) | 1, word(1), word(2), word(3)])
  const uniform = (): number => (generator.next() >>> 0) / 0x1_0000_0000
  let spare: number | undefined
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal: () => {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      const angle = 2 * Math.PI * uniform()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
  }
}

/** Fisher–Yates: a new array in random order. */
export const shuffled = <T>(items: readonly T[], random: Stream): T[] => shuffle([...items], random)

/** The same in place. */
export function shuffle<A extends { [place: number]: unknown; readonly length: number }>(out: A, random: Stream): A {
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1)
    const kept = out[i] as A[number]
    out[i] = out[j] as A[number]
    out[j] = kept
  }
  return out
}

/** A root seed derived from another by name: `deriveSeed(17, 'verify', 3)`; 31 bits, so that every consumer accepts it. */
export function deriveSeed(seed: number, ...path: readonly (string | number)[]): number {
  return stream(seed, 'seed', ...path).integer(0x8000_0000)
}
