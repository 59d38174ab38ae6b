import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunResult } from '../../src/records/run.ts'
import { buildReport } from '../../src/report/build.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { summarizeRun } from '../../src/report/runs.ts'
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
    const { summary } = summarizeRun({ ...run, best: { ...run.best, calibration: drawnCalibration(1) } }, baselineLevers)
    const known = schema.$defs.run.properties.best.anyOf.find((s) => s.properties)?.properties ?? {}
    expect(Object.keys(summary.best ?? {})).toEqual(Object.keys(known))
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
