import { createHash } from 'node:crypto'

/** Milliseconds that the work below takes on a quiet machine of 2024. */
const usual = 250
const rounds = 3

/**
 * How many times slower than usual this machine is at the moment, at least 1: the slowest of a few rounds of fixed work, by
 * the clock on the wall, so that other programs count too.
 */
export function slowness(): number {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now()
    let digest = Buffer.alloc(1 << 16, 1)
    for (let i = 0; i < 1500; i++)
      digest = Buffer.concat([createHash('sha256').update(digest).digest(), digest.subarray(32)])
    return performance.now() - start
  })
  return Math.max(1, Math.max(...times) / usual)
}

/** The machine may get busier than it was when the tests began. */
const reserve = 3

/** Milliseconds to wait for something that takes `seconds` at most on a usual machine that is not busy. */
export const patiently = (seconds: number): number => seconds * 1000 * reserve * Number(process.env['TEST_SLOWNESS'] ?? 1)
