import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/diagnose/finding.ts'
import { buildReport, type ReportInput } from '../../src/report/build.ts'
import { moveTexts } from '../../src/report/diagnostics.ts'
import { limits } from '../../src/report/limits.ts'
import type { Report } from '../../src/report/model.ts'
import { nextSteps } from '../../src/report/next-steps.ts'
import type { MetricRule } from '../../src/records/gates.ts'
import type { GateVerdict, VerdictStatus } from '../../src/records/verdict.ts'
import { fakeStudy, type StudyOptions } from '../support/study.ts'

const reportOf = (options: StudyOptions = {}, more: Partial<ReportInput> = {}): Report =>
  buildReport({ ...fakeStudy(options).input, ...more })

/** The report with other statuses of its gates, in order; the first one counts for the verdict. */
function judged(report: Report, status: VerdictStatus, ...gates: readonly Partial<GateVerdict>[]): Report {
  const all = report.verdict.gates.map((gate, i) => ({ ...gate, ...gates[i] }))
  return { ...report, verdict: { ...report.verdict, status, gates: all } }
}

const finding = (over: Partial<Finding> = {}): Finding => ({
  rule: 'oscillation',
  subject: 'winner',
  title: 'The loss oscillates',
  seeds: { seen: 4, of: 5 },
  sights: [],
  cause: 'The steps are too large.',
  moves: [
    { lever: 'learningRate', change: 'lower it' },
    { lever: 'clipNorm', change: 'clip at 1' },
  ],
  stage: 'lr-range',
  ...over,
})

describe('what to do next', () => {
  it('is to commit the lock after a pass, with the levers that it keeps', () => {
    expect(nextSteps(reportOf())).toContain(
      'To keep learningRate 0.0116, batchSize 128, dropout 0.3 and warmupSteps 17, commit tuning.lock.json from the output ' +
        'folder beside the spec. Later changes are then judged against this result.',
    )
  })

  it('says where test rows do not show that the levers are better', () => {
    const report = reportOf()
    const metrics = (report.verification?.metrics ?? []).map((m) =>
      m.objective && m.split === 'test' ? { ...m, claim: 'not-distinguishable' as const } : m,
    )
    const differs = { ...report, verification: report.verification && { ...report.verification, metrics } }
    expect(nextSteps(differs)).toContainEqual(
      expect.stringMatching(/^Test rows do not show that the new levers are better in accuracy, .* choice\. To keep /),
    )
    expect(nextSteps(report).join()).not.toContain('do not show')
  })

  it('is no lock where the gates do not pass, and none where time cut the study short', () => {
    const report = reportOf()
    const lock = /lock/
    expect(nextSteps(judged(report, 'fail')).join()).not.toMatch(lock)
    expect(nextSteps({ ...report, budget: { ...report.budget, exhausted: 'minutes' } }).join()).not.toMatch(lock)
  })

  it('names every gate that fails, and what would settle one that is open', () => {
    const open = { status: 'inconclusive', blocks: true, remedy: 'Train 9 seeds.', settled: false } as const
    const steps = nextSteps(judged(reportOf(), 'fail', { status: 'fail', blocks: true }, open, open))
    expect(steps[0]).toMatch(/^Do not use this result yet: seed-variance \(test accuracy\) fails on clear evidence/)
    expect(steps[1]).toBe('Regression (test accuracy) and calibration (test nll) are open. Train 9 seeds.')
  })

  it('leaves out an open gate that the spec lets through', () => {
    const open = { status: 'inconclusive', blocks: false, remedy: 'Train 9 seeds.', settled: false } as const
    expect(nextSteps(judged(reportOf(), 'pass', open)).join()).not.toContain('Train 9 seeds')
  })

  it('asks for a gate where the spec has none', () => {
    expect(nextSteps(reportOf({ gates: [] }))[0]).toMatch(/^Declare a gate/)
  })

  it("follows the winner's curves: the first move that no stage of this study tests", () => {
    const tested = nextSteps(reportOf({}, { diagnostics: [finding()] }))
    expect(tested).toContain('The loss oscillates. Try this next: clipNorm: clip at 1.')
    const untested = nextSteps(reportOf({}, { diagnostics: [finding({ stage: null })] }))
    expect(untested).toContain('The loss oscillates. Try this next: learningRate: lower it.')
    const declared = nextSteps(reportOf({}, { diagnostics: [finding({ subject: 'declared levers' })] }))
    expect(declared.join()).not.toContain('oscillates')
  })

  it('names no move that a stage has tried against the same symptom, and one move for each lever', () => {
    const report = reportOf(
      {},
      { diagnostics: [finding({ stage: null }), finding({ rule: 'x', title: 'Another', stage: null })] },
    )
    const remedy = { symptom: 'The loss oscillates', patch: { learningRate: 0.001 }, outcome: 'no-better' } as const
    const stages = report.stages.map((s) =>
      s.findings?.explored
        ? { ...s, findings: { ...s.findings, explored: { ...s.findings.explored, remedies: [remedy] } } }
        : s,
    )
    const said = (of: Report): string[] => nextSteps(of).filter((step) => step.includes('Try this next'))
    expect(said(report)).toEqual(['The loss oscillates. Try this next: learningRate: lower it.'])
    expect(said({ ...report, stages })).toEqual([
      'The loss oscillates. Try this next: clipNorm: clip at 1.',
      'Another. Try this next: learningRate: lower it.',
    ])
    const [first] = report.diagnostics
    if (!first) throw new Error('no finding')
    expect(moveTexts(first, { stages })[0]).toBe('learningRate: lower it (tried by a stage, did not help)')
  })

  it('points at rows that every seed gets wrong', () => {
    expect(nextSteps(reportOf())).toContain(
      'Look at test rows that every seed gets wrong, such as row 1,234 of the data. If labels are wrong, check those of other rows too.',
    )
  })

  it('says which budget ended the study', () => {
    const report = reportOf()
    const cut = { ...report, budget: { ...report.budget, exhausted: 'trials' as const } }
    expect(nextSteps(cut)).toContain(
      'Raise budget.trials in the spec, and run again. The budget did not allow all planned runs.',
    )
  })

  it('says that the budget was too small for a stage, which did not exhaust it', () => {
    const { input } = fakeStudy()
    const omissions = [{ what: 'batch sizes', why: 'it needs 15 runs, but the trial budget leaves 11 after verification' }]
    const small = buildReport({
      ...input,
      decisions: input.decisions.map((d) => (d.stage === 'batch' ? { ...d, omissions } : d)),
    })
    expect(small.budget.exhausted).toBe(null)
    expect(nextSteps(small)).toContainEqual(expect.stringMatching(/^Raise budget\.trials in the spec/))
  })

  it('does not count what other reasons left out as left out by the budget', () => {
    const report = reportOf({}, { omissions: [{ what: 'scores of an ensemble', why: 'no run kept its predictions' }] })
    const cut = { ...report, budget: { ...report.budget, exhausted: 'trials' as const } }
    expect(nextSteps(cut).filter((step) => /\d+ planned part/.test(step))).toEqual([])
  })

  it('keeps no lock that judges nothing, as that of a study without a verification', () => {
    const report = reportOf({ stages: ['lr-range'] })
    const passing = { ...report, verdict: { ...reportOf().verdict, status: 'pass' as const } }
    expect(nextSteps(passing).join()).not.toMatch(/lock/)
  })
})

describe('what not to trust', () => {
  it('is for which rows the numbers hold', () => {
    const report = reportOf()
    expect(limits(report)[0]).toMatch(/^The numbers hold for other seeds on these 360 test rows\./)
    const { verification } = report
    if (!verification) throw new Error('nothing was verified')
    const seeds = verification.seeds.map((s) => ({ ...s, candidate: { ...s.candidate, testRows: { accuracy: [1, 0] } } }))
    expect(limits({ ...report, verification: { ...verification, seeds } })[0]).toMatch(/other rows from the same source/)
  })

  it('is a share that single rows move', () => {
    const report = reportOf()
    expect(limits(report).join()).not.toContain('a single row')
    const few = { ...report, data: { ...report.data, rows: { ...report.data.rows, test: 40 } } }
    expect(limits(few)).toContain('There are 40 test rows, so a single row is 0.025 of the accuracy.')
  })

  it('is what few seeds leave open: 1 − 0.05^(1/n), as the exact binomial bound of no failure', () => {
    expect(limits(reportOf())).toContain(
      'All 5 seeds of the winner finished. That still leaves open that up to 45 % of trainings do not finish (95 % confidence).',
    )
    expect(limits(reportOf({ diverging: [2] }))).toContainEqual(
      expect.stringMatching(/^Means leave out 1 seed of the winner that did not finish\./),
    )
  })

  it('is a single seed, and everything if no seed finished', () => {
    const single = limits(reportOf({ seeds: 1 }))
    expect(single[0]).toBe('There is a single seed, so nothing says how the numbers differ under other seeds.')
    expect(single).toContain(
      'The only seed of the winner finished. That still leaves open that up to 95 % of trainings do not finish (95 % confidence).',
    )
    expect(limits(reportOf({ diverging: [0, 1, 2, 3, 4] }))).toEqual([
      'No seed of the winner finished, so there are no numbers of it.',
    ])
  })

  it('counts one row as one', () => {
    const report = reportOf()
    const one = limits({ ...report, data: { ...report.data, rows: { ...report.data.rows, test: 1 } } })
    expect(one[0]).toMatch(/^The numbers hold for other seeds on this one test row\. On other rows/)
    expect(one[1]).toBe('There is 1 test row, so a single row is 1 of the accuracy.')
  })

  it('is a gain that only the rows show that chose the levers', () => {
    const report = reportOf()
    const withClaim = (claim: 'not-distinguishable' | 'negligible'): Report => {
      const metrics = (report.verification?.metrics ?? []).map((m) =>
        m.objective && m.split === 'test' ? { ...m, claim } : m,
      )
      return { ...report, verification: report.verification && { ...report.verification, metrics } }
    }
    // Too little to matter is still more than noise.
    expect(limits(withClaim('negligible')).join()).not.toContain('but test')
    expect(limits(withClaim('not-distinguishable'))).toContainEqual(
      expect.stringMatching(/Validation accuracy is better by more than noise, but test accuracy is not\.$/),
    )
    expect(limits(report).join()).not.toContain('but test')
  })

  it('names temperature scaling only where something was scaled', () => {
    const models = [{ model: 'single', temperature: null, test: { accuracy: 0.97 } }] as const
    const ensemble = { members: 5, rows: 360, models, notes: [] }
    const of = (scaled: boolean) =>
      limits(
        reportOf({}, { ensemble: scaled ? { ...ensemble, models: [{ ...models[0], temperature: 1.2 }] } : ensemble }),
      ).at(-1)
    expect(of(true)).toBe(
      'No gate judges the ensemble, temperature scaling, averaged weights and classes that no gate names.',
    )
    expect(of(false)).toBe('No gate judges the ensemble, averaged weights and classes that no gate names.')
  })

  it('calls labels labels, and leaves out parts that a gate judges, by name or as the worst', () => {
    const report = reportOf()
    const said = (of: Report): string => limits(of).at(-1) ?? ''
    expect(said({ ...report, study: { ...report.study, task: 'multi-label' } })).toContain('labels that no gate names')
    const gates = (metrics: readonly Partial<MetricRule>[]): Report => {
      const [gate] = report.verdict.gates
      if (!gate) throw new Error('no gate')
      const all = metrics.map((of) => ({ ...gate, rule: { ...gate.rule, ...of } }))
      return { ...report, verdict: { ...report.verdict, gates: all } }
    }
    expect(said(gates([{ metric: 'worstRecall' }]))).toBe('No gate judges averaged weights.')
    const named = (report.data.classes ?? []).map((name) => ({ metric: 'recall' as const, class: name }))
    expect(said(gates(named.slice(1)))).toContain('classes that no gate names')
    expect(said(gates(named))).toBe('No gate judges averaged weights.')
  })

  it('says that time ended the study, also if the trials ran out before', () => {
    const report = reportOf()
    const both = { ...report.budget, exhausted: 'trials' as const, cutShort: 'minutes' as const }
    expect(limits({ ...report, budget: both })).toContain('Time ended the study, so a repetition may end elsewhere.')
  })

  it('is nothing where nothing was verified', () => {
    expect(limits(reportOf({ stages: [] }))).toEqual([])
  })
})
