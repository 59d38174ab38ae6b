import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withLevers } from '../../src/records/levers.ts'
import type { RunResult } from '../../src/records/run.ts'
import { buildReport } from '../../src/report/build.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { summarizer } from '../../src/report/runs.ts'
import { root } from '../support/architecture.ts'
import { drawnCalibration } from '../support/calibration.ts'
import { baselineLevers, fakeStudy } from '../support/study.ts'

const schema = JSON.parse(readFileSync(join(root, 'schema/report.schema.json'), 'utf8')) as {
  $defs: { run: { properties: { best: { anyOf: { properties?: object }[] } } } }
}

describe('a run in the report', () => {
  it('has at its best step what the schema of the report knows, and no counts for diagrams', () => {
    const run = fakeStudy().results.find(
      (r): r is RunResult & { status: 'complete' } => r.status === 'complete' && r.best !== null,
    )
    if (!run?.best) throw new Error('no run is complete')
    const { summary } = summarizer(baselineLevers)({ ...run, best: { ...run.best, calibration: drawnCalibration(1) } })
    const known = schema.$defs.run.properties.best.anyOf.find((s) => s.properties)?.properties ?? {}
    expect(Object.keys(summary.best ?? {})).toEqual(Object.keys(known))
  })

  it('shares its job and its differences with runs that have the same', () => {
    const [run] = fakeStudy().results
    if (!run) throw new Error('no run')
    const { job } = run.request
    const levers = withLevers(baselineLevers, { weightDecay: 0.7 })
    const request = { ...run.request, job: { ...job }, levers }
    const [first, second] = [run, { ...run, id: 'another', request }]
      .map((one) => ({ ...one, request: { ...one.request, levers } }))
      .map(summarizer(baselineLevers))
    expect(second?.summary.job).toBe(first?.summary.job)
    expect(second?.summary.differences[0]).toBe(first?.summary.differences[0])
    expect(first?.summary.differences).toEqual([{ lever: 'weightDecay', from: 0.01, to: 0.7 }])
  })
})

describe('the findings of a verification', () => {
  it('may say at which seeds the gates were looked at', () => {
    const { input } = fakeStudy()
    const report = buildReport(input)
    const stages = report.stages.map((s) =>
      s.findings?.verify ? { ...s, findings: { ...s.findings, verify: { ...s.findings.verify, looks: [3, 5] } } } : s,
    )
    expect(parseReport(reportText({ ...report, stages }), 'report.json').stages).toEqual(stages)
  })
})

describe('what the checks of the data found', () => {
  it('may be notes', () => {
    const report = buildReport(fakeStudy().input)
    const note = { check: 'trend', severity: 'note', message: 'an input differs at the end of the file' } as const
    const data = { ...report.data, findings: [...report.data.findings, note] }
    expect(parseReport(reportText({ ...report, data }), 'report.json').data).toEqual(data)
  })
})
