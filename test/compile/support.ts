import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { DataFacts } from '../../src/plan/plan.ts'

/** Facts as a corpus file writes them in its first line, or a JSON spec in a file beside it. */
interface ShortFacts {
  readonly rows: readonly [number, number, number]
  readonly inputShape: readonly number[]
  readonly classes: readonly string[] | null
}

export function factsOf(text: string, file: string, fallback?: ShortFacts): DataFacts {
  const inline = /^# facts: (.*)$/m.exec(text)?.[1]
  const beside = file.replace(/\.json$/, '.facts.json')
  const json = inline ?? (file.endsWith('.json') && existsSync(beside) ? readFileSync(beside, 'utf8') : undefined)
  const short = json === undefined ? fallback : JSON.parse(json) as ShortFacts
  if (short === undefined) throw new Error(`${file} has no facts`)
  const [train, validation, test] = short.rows
  return { fingerprint: '5eed'.repeat(16), rows: { train, validation, test }, inputShape: short.inputShape, classes: short.classes }
}

/** Compares with a committed file; UPDATE_GOLDEN=1 writes it instead. */
export function expectGolden(path: string, text: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text)
  expect(existsSync(path), `${path} is missing: run the test with UPDATE_GOLDEN=1 and look at what it writes`).toBe(true)
  expect(text).toBe(readFileSync(path, 'utf8'))
}

export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
