import { modelSpec } from '../support/models.ts'
import { describe, expect, it, test } from 'vitest'
import { fingerprint } from '../../src/base/hash.ts'
import { compile } from '../../src/compile/compile.ts'
import { normalize } from '../../src/compile/normalize.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { asJson, compiled, dataFacts, iris, irisFacts, must } from './support.ts'

const facts = dataFacts(irisFacts)

describe('a plan', () => {
  it('is the same for the same meaning: JSON, another order, a bare name or its settings, another file', () => {
    const { parsed, plan } = compiled(`${iris}stages: [lr-range, verify]\n`)
    const json = JSON.stringify(
      Object.fromEntries(Object.entries({ ...parsed.spec, stages: ['lr-range', { verify: { seeds: 5 } }] }).reverse()),
    )
    expect(asJson(compiled(json, facts, 'somewhere/else.json').plan)).toBe(asJson(plan))
  })

  it('names no place of the machine', () => {
    const { plan, spec } = compiled(iris, facts, '/home/someone/secret/tuning.yml')
    expect(JSON.stringify([plan, spec])).not.toMatch(/secret|home|tuning\.yml/)
  })

  test.each<[string, string, boolean]>([
    ['a lever', `${iris}levers: { optimization: { learningRate: 0.002 } }\n`, true],
    ['the seed', `${iris}seed: 18\n`, true],
    ['a gate', `${iris}gates: [{ regression: { metric: f1, margin: 0.1 } }]\n`, true],
    ['the budget', `${iris}budget: { minutes: 3 }\n`, true],
    ['a default written out', `${iris}seed: 17\nevaluateEvery: 1\n`, false],
    ['a comment', `${iris}# nothing\n`, false],
  ])('has another fingerprint exactly where something changed: %s', (_, text, changes) => {
    const [before, after] = [compiled(iris).plan, compiled(text).plan]
    expect(after.fingerprint !== before.fingerprint).toBe(changes)
    expect(after.specFingerprint !== before.specFingerprint).toBe(changes)
  })

  it('changes with the data, and so does every job', () => {
    const [before, after] = [compiled(iris).plan, compiled(iris, { ...facts, fingerprint: 'other' }).plan]
    expect(after.specFingerprint).toBe(before.specFingerprint)
    expect(after.fingerprint).not.toBe(before.fingerprint)
    after.jobs.forEach((job, i) => expect(job.fingerprint).not.toBe(before.jobs[i]?.fingerprint))
  })

  it('has jobs whose fingerprints change from the first stage that changes on', () => {
    const before = compiled(iris).plan.jobs
    const after = compiled(`${iris}stages: [lr-range, batch, { regularize: { eta: 2 } }, schedule, verify]\n`).plan.jobs
    expect(after.map((job, i) => job.fingerprint === before[i]?.fingerprint)).toEqual([true, true, false, false, false])
  })

  it('does not alter what it was given', () => {
    const parsed = must(parseSpec(iris, 'f'))
    const [text, spec] = [JSON.stringify(parsed.spec), modelSpec(must(normalize(parsed)))]
    const before = fingerprint(spec)
    must(compile(spec, facts, parsed.locate))
    expect(JSON.stringify(parsed.spec)).toBe(text)
    expect(fingerprint(spec)).toBe(before)
  })

  it('reserves verification: every seed for baseline and winner', () => {
    expect(compiled(`${iris}stages: [lr-range, { verify: { seeds: 7 } }]\n`).plan.budget.reservedForVerification).toBe(14)
    expect(compiled(`${iris}stages: [lr-range]\n`).plan.budget.reservedForVerification).toBe(0)
  })

  it('is held against the budget where only some of the stages run', () => {
    const parsed = must(
      parseSpec(`${iris}stages:\n  - lr-range\n  - regularize: { seeds: 9 }\n  - verify\nbudget: { trials: 30 }\n`, 'f'),
    )
    const spec = modelSpec(must(normalize(parsed)))
    const result = compile({ ...spec, stages: spec.stages.filter((s) => s.stage !== 'lr-range') }, facts, parsed.locate)
    expect(result.ok ? [] : result.error.map((e) => [e.code, e.at?.line])).toEqual([['spec/grid-over-budget', 10]])
  })
})
