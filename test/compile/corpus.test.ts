import { modelWorkload } from '../support/models.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import planSchema from '../../schema/plan.schema.json' with { type: 'json' }
import { fingerprint } from '../../src/base/hash.ts'
import { everyLayer } from '../../src/layers/layer.ts'
import { asJson, compiled, expectGolden, factsOf } from './support.ts'

const folder = join(import.meta.dirname, 'corpus')
const specs = readdirSync(folder).filter((f) => /\.yml$|^[^.]+\.json$/.test(f))

function read(file: string) {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  return compiled(text, factsOf(text, path), file)
}

const fitsPlanSchema = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
}).compile(planSchema)

describe.each(specs)('corpus: %s', (file) => {
  const { spec, plan } = read(file)
  const stem = join(folder, file.replace(/\.(yml|json)$/, ''))

  it('is normalized and compiled as committed', () => {
    expectGolden(`${stem}.normalized.json`, asJson(spec))
    expectGolden(`${stem}.plan.json`, asJson(plan))
  })

  it('gives a plan that fits its schema', () => {
    expect(fitsPlanSchema(plan), JSON.stringify(fitsPlanSchema.errors)).toBe(true)
  })

  it('survives JSON, and compiles to the same bytes again', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
    expect(asJson(read(file).plan)).toBe(asJson(plan))
  })

  it('has a fingerprint over all other members', () => {
    const { fingerprint: own, ...rest } = plan
    expect(own).toBe(fingerprint(rest))
    expect(plan.specFingerprint).toBe(fingerprint(spec))
  })

  it('chains its jobs', () => {
    plan.jobs.forEach((job, i) => expect(job.needs).toEqual(i === 0 ? [] : [plan.jobs[i - 1]?.id]))
  })
})

describe('the corpus', () => {
  const all = specs.map(read)

  it('has every layer, preset, task, stage and gate', () => {
    const seen = (values: readonly (string | undefined)[]): number => new Set(values).size
    expect(specs.length).toBeGreaterThanOrEqual(12)
    expect(seen(all.flatMap((c) => everyLayer(modelWorkload(c.plan.workload).layers).map((l) => l.kind)))).toBe(19)
    expect(seen(all.map((c) => c.spec.preset))).toBe(4)
    expect(seen(all.map((c) => c.plan.workload.task))).toBe(3)
    expect(seen(all.flatMap((c) => c.plan.jobs.map((j) => j.id)))).toBe(5)
    expect(seen(all.flatMap((c) => c.plan.gates.map((g) => g.gate)))).toBe(7)
  })

  it('has a fingerprint of its own for every plan', () => {
    expect(new Set(all.map((c) => c.plan.fingerprint)).size).toBe(specs.length)
  })
})
