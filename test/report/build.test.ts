import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { buildReport, withoutTimes } from '../../src/report/build.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { buildLock, lockText } from '../../src/report/lock.ts'
import { stageNames } from '../../src/stages/index.ts'
import { fakeStudy, type StudyOptions } from '../support/study.ts'
import { hostile } from '../support/hostile.ts'

const schema = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'))
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
const validReport = ajv.compile(schema('report'))
const validLock = ajv.compile(schema('lock'))

const studies: readonly [string, StudyOptions][] = [
  ['a whole study', {}],
  ['one with a diverged seed', { diverging: [1] }],
  ['one without verification', { stages: ['lr-range', 'batch'] }],
  ['one without stages', { stages: [] }],
  ['one without gates', { gates: [] }],
  ['hostile words', { hostile }],
  ['two seeds', { seeds: 2 }],
]

describe('the report', () => {
  it.each(studies)('fits its schema: %s', (_name, options) => {
    const report = buildReport(fakeStudy(options).input)
    const read: unknown = JSON.parse(reportText(report))
    expect(validReport(read), JSON.stringify(validReport.errors?.slice(0, 3))).toBe(true)
    expect(parseReport(reportText(report), 'report.json')).toEqual(report)
    expect(validLock(JSON.parse(lockText(buildLock(report)))), JSON.stringify(validLock.errors?.slice(0, 3))).toBe(true)
  })

  it('is the same apart from timing when only the clock differs', () => {
    const first = buildReport(fakeStudy({ clock: 0 }).input)
    const second = buildReport(fakeStudy({ clock: 3 }).input)
    expect(JSON.stringify(withoutTimes(second))).toBe(JSON.stringify(withoutTimes(first)))
    expect(second.timing).not.toEqual(first.timing)
    expect(lockText(buildLock(second))).toBe(lockText(buildLock(first)))
  })

  it('is the same in whatever order runs finished', () => {
    const { input } = fakeStudy()
    const shuffled = [...input.runs].sort((a, b) => (a.summary.id < b.summary.id ? -1 : 1))
    expect(JSON.stringify(buildReport({ ...input, runs: shuffled }))).toBe(JSON.stringify(buildReport(input)))
  })

  it('keeps every run once, in the order in which the stages asked', () => {
    const { input, decisions } = fakeStudy()
    const { runs } = buildReport(input)
    expect(runs.map((r) => r.id)).toEqual([...new Set(decisions.flatMap((d) => d.runs))])
    expect(new Set(runs.map((r) => r.curve)).size).toBe(runs.length)
    expect(runs.every((r) => /^curves\/runs\/[\w.-]+\.csv$/.test(r.curve))).toBe(true)
  })

  it('says of each lever that moved which lineage entries moved it', () => {
    const { levers, lineage } = buildReport(fakeStudy().input)
    expect(levers.changes.map((c) => c.lever)).toEqual(['learningRate', 'batchSize', 'dropout', 'warmupSteps'])
    const rate = levers.changes.find((c) => c.lever === 'learningRate')
    expect(rate?.lineage).toEqual([0, 1])
    expect([rate?.from, rate?.to]).toEqual([0.001, 0.0116])
    expect(rate?.lineage.map((i) => lineage[i]?.lever)).toEqual(['learningRate', 'learningRate'])
  })

  it('names every stage, with those that the spec leaves out as skipped and those never reached', () => {
    const { stages } = buildReport(fakeStudy({ stages: ['lr-range', 'verify'] }).input)
    expect(stages.map((s) => s.stage)).toEqual([...stageNames])
    expect(stages.map((s) => s.state)).toEqual(['ran', 'skipped', 'skipped', 'skipped', 'ran'])
    const { input } = fakeStudy()
    const stopped = buildReport({ ...input, decisions: input.decisions.slice(0, 2) })
    expect(stopped.stages.map((s) => s.state)).toEqual(['ran', 'ran', 'not-reached', 'not-reached', 'not-reached'])
  })

  it('compares with the lock it was held against', () => {
    const lock = buildLock(buildReport(fakeStudy().input))
    const again = buildReport(fakeStudy({ lock }).input)
    expect(again.levers.sinceLock).toEqual([])
    expect(again.against).toBe('tuning.lock.json')
    const regression = again.verdict.gates.find((g) => g.rule.gate === 'regression')
    expect(regression?.sentence).toContain('nothing changed')
    const other = buildReport(fakeStudy({ lock: { ...lock, levers: fakeStudy().plan.baseline } }).input)
    expect(other.levers.sinceLock?.map((d) => d.lever)).toEqual(['learningRate', 'batchSize', 'dropout', 'warmupSteps'])
  })
})
