import { describe, expect, it } from 'vitest'
import { InputError, type Diagnostic } from '../../src/base/diagnostics.ts'
import { buildReport } from '../../src/report/build.ts'
import { buildLock, lockText, parseLock } from '../../src/report/lock.ts'
import { fakeStudy } from '../support/study.ts'

const lock = buildLock(buildReport(fakeStudy({ diverging: [3] }).input))
const text = lockText(lock)

function problems(changed: string): readonly Diagnostic[] {
  try {
    parseLock(changed, 'tuning.lock.json')
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics
    throw error
  }
  return []
}
/** The lock's text with values set at paths such as `seeds.0.status`; undefined takes a member out. */
function edited(changes: Readonly<Record<string, unknown>>): string {
  const copy: unknown = JSON.parse(text)
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('.')
    const owner = steps.slice(0, -1).reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], copy)
    ;(owner as Record<string, unknown>)[steps.at(-1) ?? ''] = value
  }
  return JSON.stringify(copy, null, 2)
}

describe('tuning.lock.json', () => {
  it('is read back as it was written', () => {
    expect(parseLock(text, 'tuning.lock.json')).toEqual(lock)
  })

  it('says how many parameters the model has and what chose the checkpoints, and is read where it does not', () => {
    expect(lock).toMatchObject({ parameters: 9098, objective: 'accuracy' })
    expect(problems(edited({ parameters: undefined, objective: undefined }))).toEqual([])
    expect(problems(edited({ parameters: 1.5 }))).toHaveLength(1)
    expect(problems(edited({ objective: 'acuracy' }))).toHaveLength(1)
  })

  it('holds the winner, the lineage without times and every seed, the diverged one too', () => {
    expect(lock.levers.optimization.learningRate).toBe(0.0116)
    expect(lock.lineage).toHaveLength(5)
    expect(text).not.toContain('seconds')
    expect(lock.seeds.map((s) => s.status)).toEqual(['complete', 'complete', 'complete', 'diverged', 'complete'])
    expect(lock.seeds[3]?.validation).toBeNull()
  })

  it('holds the averaged weights of every seed that kept them, and is read where it does not', () => {
    expect(lock.seeds.map((s) => s.averaged !== undefined)).toEqual([true, true, true, false, true])
    expect(problems(edited({ 'seeds.0.averaged': undefined }))).toEqual([])
    expect(problems(edited({ 'seeds.0.averaged': {} }))).not.toEqual([])
    expect(problems(edited({ 'seeds.0.averaged.test': 'good' }))).not.toEqual([])
  })

  it('says where a value is wrong', () => {
    const [problem] = problems(text.replace('"batchSize": 128', '"batchSize": "128"'))
    const line = text.split('\n').findIndex((l) => l.includes('"batchSize": 128')) + 1
    expect(problem).toMatchObject({ code: 'lock/invalid', at: { file: 'tuning.lock.json', line }, found: '"128"' })
    expect(problem?.message).toContain('levers.batching.batchSize')
    expect(problem?.hint).toContain('the output folder of a run')
  })

  it('says all that is wrong at once', () => {
    const found = problems(edited({ 'levers.regularization.dropout': 1.5, 'seeds.0.status': 'finished', engine: undefined }))
    const messages = found.map((p) => p.message).join('\n')
    for (const part of ['levers.regularization.dropout', 'seeds.0.status', 'is missing the key engine'])
      expect(messages).toContain(part)
  })

  it.each([
    ['an unknown member', edited({ levrs: {} }), 'lock/invalid', /did you mean levers/],
    ['another version', edited({ version: 2 }), 'lock/version', /newer version/],
    ['a prototype', text.replace('"version": 1', '"version": 1, "__proto__": {}'), 'lock/invalid', /__proto__/],
    ['metrics of a crashed seed', edited({ 'seeds.3.validation': { accuracy: 1 } }), 'lock/invalid', /seeds\.3\.validation/],
    ['a complete seed without metrics', edited({ 'seeds.0.validation': null }), 'lock/invalid', /seeds\.0\.validation/],
    ['no JSON', text.slice(0, -20), 'lock/not-json', /not JSON/],
    ['nothing', '', 'lock/not-json', /not JSON/],
    ['another document', '[1, 2]', 'lock/invalid', /the lock/],
    [
      'a merge conflict',
      text.replace('  "version": 1,\n', '<<<<<<< HEAD\n  "version": 1,\n=======\n  "version": 1,\n>>>>>>> other\n'),
      'lock/merge-conflict',
      /merge/,
    ],
    ['too much', `${text}${' '.repeat(5_000_000)}`, 'lock/too-large', /bytes/],
  ])('refuses %s', (_what, changed, code, message) => {
    const found = problems(changed)
    expect(found[0]?.code).toBe(code)
    expect(found.map((p) => `${p.message} ${p.found ?? ''} ${p.hint ?? ''}`).join('\n')).toMatch(message)
  })
})
