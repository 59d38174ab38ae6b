import { modelSpec } from '../support/models.ts'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import { formatDiagnostic, type Diagnostic } from '../../src/base/diagnostics.ts'
import type { Result } from '../../src/base/result.ts'
import { compile } from '../../src/compile/compile.ts'
import type { ModelSpec } from '../../src/compile/normalized.ts'
import { normalize } from '../../src/compile/normalize.ts'
import { warningsOf } from '../../src/compile/warnings.ts'
import type { DataFacts, Plan } from '../../src/records/plan.ts'
import { parseSpec, type ParsedSpec } from '../../src/dsl/parse.ts'

/** Facts as a corpus file writes them in its first line, or a JSON spec in a file beside it. */
interface ShortFacts {
  readonly rows: readonly [number, number, number]
  readonly inputShape: readonly number[]
  readonly classes: readonly string[] | null
  /** Names of labels, or of several targets. */
  readonly targets?: readonly string[]
  /** Token ids of a text column. */
  readonly vocabulary?: number
  readonly tokens?: number
}

export const irisFacts: ShortFacts = { rows: [600, 200, 200], inputShape: [4], classes: ['a', 'b', 'c'] }

export const iris = `version: 1
name: iris
task: classification
data: { source: iris.csv, target: species }
model: { layers: [{ dense: { units: 16, activation: relu } }, dropout, { dense: { units: classes } }] }
`

export function dataFacts({ rows: [train, validation, test], ...facts }: ShortFacts): DataFacts {
  return { fingerprint: '5eed'.repeat(16), rows: { train, validation, test }, ...facts }
}

export function factsOf(text: string, file: string, fallback?: ShortFacts): DataFacts {
  const inline = /^# facts: (.*)$/m.exec(text)?.[1]
  const beside = file.replace(/\.json$/, '.facts.json')
  const json = inline ?? (file.endsWith('.json') && existsSync(beside) ? readFileSync(beside, 'utf8') : undefined)
  const short = json === undefined ? fallback : (JSON.parse(json) as ShortFacts)
  if (short === undefined) throw new Error(`${file} has no facts`)
  return dataFacts(short)
}

/** The value, or everything that is wrong as the test's failure. */
export function must<T>(result: Result<T, readonly Diagnostic[]>): T {
  if (!result.ok) throw new Error(result.error.map(formatDiagnostic).join('\n'))
  return result.value
}

export interface Compiled {
  readonly parsed: ParsedSpec
  readonly spec: ModelSpec
  readonly plan: Plan
  readonly warnings: readonly Diagnostic[]
}

/** All phases on a text that is meant to be right. */
export function compiled(text: string, facts: DataFacts = dataFacts(irisFacts), file = 'tuning.yml'): Compiled {
  const parsed = must(parseSpec(text, file))
  const spec = modelSpec(must(normalize(parsed)))
  const plan = must(compile(spec, facts, parsed.locate))
  return { parsed, spec, plan, warnings: warningsOf(spec, plan, parsed.locate) }
}

/** Compares with a committed file; UPDATE_GOLDEN=1 writes it instead. */
export function expectGolden(path: string, text: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text)
  expect(existsSync(path), `${path} is missing: run the test with UPDATE_GOLDEN=1 and look at what it writes`).toBe(true)
  expect(text).toBe(readFileSync(path, 'utf8'))
}

export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
