import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/diagnose/finding.ts'
import { buildReport } from '../../src/report/build.ts'
import { explorerData } from '../../src/report/explorer/data.ts'
import { renderHtml } from '../../src/report/html/index.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { renderSummary } from '../../src/report/markdown.ts'
import { hostile } from '../support/hostile.ts'
import { fakeStudy } from '../support/study.ts'

const finding = (over: Partial<Finding> = {}): Finding => ({
  rule: 'oscillation',
  subject: 'winner',
  title: 'The loss oscillates',
  seeds: { seen: 4, of: 5 },
  sights: [
    {
      run: 'a',
      seed: 3,
      steps: [10, 200],
      epochs: [2, 12],
      values: { share: 0.4 },
      sentence: 'in 4 of 10 evaluations it swings',
    },
  ],
  cause: 'The steps are too large.',
  moves: [
    { lever: 'learningRate', change: 'lower it' },
    { lever: null, change: 'shuffle' },
  ],
  stage: 'lr-range',
  ...over,
})
const reportWith = (...diagnostics: Finding[]) => buildReport({ ...fakeStudy().input, diagnostics })

describe('what the curves say', () => {
  it('is kept in report.json and read back', () => {
    const whole = reportWith(
      finding(),
      finding({ stage: null, sights: [{ ...finding().sights[0]!, run: null, seed: null, steps: null, epochs: null }] }),
    )
    expect(parseReport(reportText(whole), 'report.json')).toEqual(whole)
  })
  it('is a section of the summary and of the page: where, what, why, what to try', () => {
    const report = reportWith(finding())
    const text = renderSummary(report, new Map())
    expect(text).toMatch(
      /## What the curves show\n\nThe gates pass although the winner's curves show .*\n\n- \*\*The loss oscillates\*\* \(winner, in 4 of 5 seeds\): In 4 of 10 evaluations it swings \(seed 3, epochs 2 to 12\)\./,
    )
    expect(text).toMatch(
      /Likely cause: The steps are too large\.\n {2}- Try, in order: .*learningRate: lower it; 2\. shuffle\. The stage lr-range tests the first one\./,
    )
    expect(renderHtml(report, new Map(), explorerData(report, new Map()))).toMatch(
      /<h2 id="diagnostics">What the curves show<\/h2>.*<div class="card"><h3>The loss oscillates <span[^>]*>winner, in 4 of 5 seeds/,
    )
  })
  it('has nothing to try against what the study has mended already', () => {
    const declared = finding({ subject: 'declared levers' })
    const mended = renderSummary(reportWith(declared), new Map())
    expect(mended).toMatch(/Likely cause: The steps are too large\.\n {2}- The winner does not show this/)
    expect(mended).not.toContain('Try, in order')
    const still = renderSummary(reportWith(finding(), declared), new Map())
    expect(still.match(/Try, in order/g)).toHaveLength(2)
  })
  it('calls nothing mended that the winner could not show, as no seed of it finished', () => {
    const { input } = fakeStudy({ diverging: [0, 1, 2, 3, 4] })
    const report = buildReport({ ...input, diagnostics: [finding({ subject: 'declared levers' })] })
    expect(renderSummary(report, new Map())).not.toContain('The winner does not show this')
  })
  it('says so where every rule was silent, and nothing where nothing was verified', () => {
    expect(renderSummary(reportWith(), new Map())).toContain(
      'No rule found anything wrong with the curves of the verification.',
    )
    expect(renderSummary(buildReport(fakeStudy({ stages: ['lr-range'] }).input), new Map())).not.toContain(
      'What the curves show',
    )
  })
  it('lets no word become markup', () => {
    const report = reportWith(finding({ subject: hostile, sights: [{ ...finding().sights[0]!, sentence: hostile }] }))
    expect(renderHtml(report, new Map(), explorerData(report, new Map()))).not.toMatch(/<script>alert|<img/)
    expect(renderSummary(report, new Map())).not.toMatch(/<script|<img|^## Gates\n\n\| a/m)
  })
})
