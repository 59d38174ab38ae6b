import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** The fixed vectors of one topic; `fixtures/make_vectors.py` wrote them and says with which libraries. */
export function vectors<T>(topic: string): T {
  return JSON.parse(readFileSync(new URL(`./fixtures/${topic}.json`, import.meta.url), 'utf8')) as T
}

/** Fails unless the two agree to `relative` of the larger, or to `absolute`; a missing answer (null) must be NaN. */
export function near(actual: number, expected: number | null, relative = 1e-9, absolute = 1e-14): void {
  if (expected === null) {
    expect(actual).toBeNaN()
    return
  }
  const allowed = Math.max(absolute, relative * Math.max(Math.abs(actual), Math.abs(expected)))
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(allowed)
}

/** Narrows a result to the kind that the test expects, or fails with the reason why it is another. */
export function of<T extends { readonly kind: string }, K extends T['kind']>(kind: K, result: T): Extract<T, { kind: K }> {
  expect(result.kind, JSON.stringify(result)).toBe(kind)
  return result as Extract<T, { kind: K }>
}

/** The reason of a result that must be undefined: a sentence, never empty. */
export function reasonOf(result: { readonly kind: string; readonly reason?: string }): string {
  expect(['undefined', 'none', 'inconclusive']).toContain(result.kind)
  expect(result.reason ?? '').toMatch(/\w+ \w+/)
  return result.reason ?? ''
}
