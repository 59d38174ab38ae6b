import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import planSchema from '../../schema/plan.schema.json' with { type: 'json' }
import { formatDiagnostic, type Diagnostic } from '../../src/base/diagnostics.ts'
import { fingerprint } from '../../src/base/hash.ts'
import type { Result } from '../../src/base/result.ts'
import { compile } from '../../src/compile/compile.ts'
import type { NormalizedSpec } from '../../src/compile/normalized.ts'
import { normalize } from '../../src/compile/normalize.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { parseSpec } from '../../src/spec/parse.ts'
import { asJson, expectGolden, factsOf } from './support.ts'

const folder = join(import.meta.dirname, 'corpus')
const specs = readdirSync(folder).filter((f) => /\.yml$|^[^.]+\.json$/.test(f))

function must<T>(result: Result<T, Diagnostic[]>): T {
  if (!result.ok) throw new Error(result.error.map(formatDiagnostic).join('\n'))
  return result.value
}

function compiled(file: string): { readonly normalized: NormalizedSpec; readonly plan: Plan } {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  const parsed = must(parseSpec(text, file))
  const normalized = must(normalize(parsed))
  return { normalized, plan: must(compile(normalized, factsOf(text, path), parsed.locate)) }
}

const fitsPlanSchema = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true }).compile(planSchema)

describe.each(specs)('corpus: %s', (file) => {
  const { normalized, plan } = compiled(file)
  const stem = join(folder, file.replace(/\.(yml|json)$/, ''))

  it('is normalized and compiled as committed', () => {
    expectGolden(`${stem}.normalized.json`, asJson(normalized))
    expectGolden(`${stem}.plan.json`, asJson(plan))
  })

  it('gives a plan that fits its schema', () => {
    expect(fitsPlanSchema(plan), JSON.stringify(fitsPlanSchema.errors)).toBe(true)
  })

  it('survives JSON, and compiles to the same bytes again', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
    expect(asJson(compiled(file).plan)).toBe(asJson(plan))
  })

  it('has a fingerprint over all other members', () => {
    const { fingerprint: own, ...rest } = plan
    expect(own).toBe(fingerprint(rest))
    expect(plan.specFingerprint).toBe(fingerprint(normalized))
  })

  it('chains its jobs', () => {
    plan.jobs.forEach((job, i) => expect(job.needs).toEqual(i === 0 ? [] : [plan.jobs[i - 1]?.id]))
  })
})

describe('the corpus', () => {
  const all = specs.map(compiled)

  it('has every layer, preset, task, stage and gate', () => {
    const seen = (values: readonly (string | undefined)[]): number => new Set(values).size
    expect(specs.length).toBeGreaterThanOrEqual(12)
    expect(seen(all.flatMap((c) => c.plan.workload.layers.map((l) => l.kind)))).toBe(15)
    expect(seen(all.map((c) => c.normalized.preset))).toBe(3)
    expect(seen(all.map((c) => c.plan.workload.task))).toBe(2)
    expect(seen(all.flatMap((c) => c.plan.jobs.map((j) => j.id)))).toBe(5)
    expect(seen(all.flatMap((c) => c.plan.gates.map((g) => g.gate)))).toBe(4)
  })

  it('has a fingerprint of its own for every plan', () => {
    expect(new Set(all.map((c) => c.plan.fingerprint)).size).toBe(specs.length)
  })
})
