import { describe, expect, it } from 'vitest'
import type { BoxState } from '../../src/report/model.ts'
import { buildReport, type ReportInput } from '../../src/report/build.ts'
import { headline } from '../../src/report/phrases.ts'
import { fakeStudy, type StudyOptions } from '../support/study.ts'

function states(
  options: StudyOptions,
  change: (input: ReportInput) => ReportInput = (input) => input,
): Record<string, BoxState> {
  return Object.fromEntries(buildReport(change(fakeStudy(options).input)).checklist.map((b) => [b.id, b.state]))
}

describe('the checklist', () => {
  it('ticks every box of a whole study, each with evidence', () => {
    const report = buildReport(fakeStudy().input)
    expect(report.checklist.filter((b) => b.state !== 'done')).toEqual([])
    expect(report.checklist).toHaveLength(13)
    expect(report.checklist.every((b) => b.evidence.length > 20 && b.evidence.endsWith('.'))).toBe(true)
  })

  it('skips what the spec leaves out and ticks nothing that did not happen', () => {
    const found = states({ stages: ['lr-range'], gates: [] })
    expect(found).toMatchObject({
      'learning-rate': 'done',
      batch: 'skipped',
      regularization: 'skipped',
      schedule: 'skipped',
      'clip-norm': 'skipped',
      'one-lever': 'done',
      confirmed: 'skipped',
      'seed-variance': 'skipped',
      gates: 'not-done',
      baseline: 'done',
    })
    // A study that only verifies tries no lever.
    expect(states({ stages: ['verify'] })).toMatchObject({ 'one-lever': 'skipped', confirmed: 'done' })
    // Nor does one that ended before its stages did.
    const ended = (input: ReportInput): ReportInput => ({ ...input, decisions: [] })
    expect(states({}, ended)).toMatchObject({ 'one-lever': 'not-done' })
    expect(states({ stages: [] })).toMatchObject({
      baseline: 'not-done',
      curves: 'not-done',
      'learning-rate': 'skipped',
    })
  })

  it('sees clip norms that a search tried once, though none was worth comparing', () => {
    const uncompared = (input: ReportInput): ReportInput => ({
      ...input,
      decisions: input.decisions.map((d) => (d.stage === 'schedule' ? { ...d, comparisons: [] } : d)),
    })
    const box = buildReport(uncompared(fakeStudy().input)).checklist.find((b) => b.id === 'clip-norm')
    expect(box?.state).toBe('done')
    expect(box?.evidence).toMatch(/^1 configuration with another clip norm tried once; none was worth comparing\./)
  })

  it('does not call a study confirmed whose winner diverged on a seed', () => {
    expect(states({ diverging: [2] })).toMatchObject({ confirmed: 'inconclusive', 'seed-variance': 'inconclusive' })
    const report = buildReport(fakeStudy({ diverging: [2] }).input)
    expect(headline(report)).toContain('4 of 5 unseen seeds')
    expect(headline(report)).toContain('no improvement')
    expect(report.verification?.metrics.some((m) => m.claim === 'better')).toBe(false)
  })

  it('does not call a gain confirmed that test rows do not show', () => {
    const unseen = (input: ReportInput): ReportInput => ({
      ...input,
      statistics: input.statistics.map((m) =>
        m.objective && m.split === 'test' ? { ...m, claim: 'not-distinguishable' as const } : m,
      ),
    })
    expect(states({}, unseen)).toMatchObject({ confirmed: 'inconclusive' })
    const nowhere = (input: ReportInput): ReportInput => ({
      ...input,
      statistics: input.statistics.map((m) => (m.objective ? { ...m, claim: 'not-distinguishable' as const } : m)),
    })
    expect(states({}, nowhere)).toMatchObject({ confirmed: 'done' })
    const worse = (input: ReportInput): ReportInput => ({
      ...input,
      statistics: input.statistics.map((m) => (m.objective ? { ...m, claim: 'worse' as const } : m)),
    })
    expect(states({}, worse)).toMatchObject({ confirmed: 'inconclusive' })
    expect(states({})).toMatchObject({ confirmed: 'done' })
  })

  it('sees a range test without an edge, a budget that ran out, and checks that are off', () => {
    const noEdge = states({}, (input) => ({
      ...input,
      decisions: input.decisions.map((d) =>
        d.findings.rangeTest
          ? { ...d, findings: { stage: 'lr-range', rangeTest: { ...d.findings.rangeTest, edge: null, chosen: null } } }
          : d,
      ),
    }))
    expect(noEdge['learning-rate']).toBe('inconclusive')
    expect(states({}, (input) => ({ ...input, exhausted: 'minutes' }))['budget']).toBe('not-done')
    expect(states({}, (input) => ({ ...input, data: { ...input.data, checks: [] } }))['data']).toBe('skipped')
  })

  it('sees levers that moved together, and lets only stages do so that say why', () => {
    expect(states({})['one-lever']).toBe('done')
    const together = states({}, (input) => ({
      ...input,
      decisions: input.decisions.map((d) =>
        d.stage === 'lr-range'
          ? { ...d, lineage: [...d.lineage, ...d.lineage.map((l) => ({ ...l, lever: 'weightDecay' as const }))] }
          : d,
      ),
    }))
    expect(together['one-lever']).toBe('not-done')
  })

  it('does not tick comparisons that could not be decided, and claims no noise that nothing was held against', () => {
    const undecided = (input: ReportInput): ReportInput => ({
      ...input,
      decisions: input.decisions.map((d) => ({
        ...d,
        lineage: [],
        comparisons: d.comparisons.map((c) => ({ ...c, outcome: 'undecidable' as const, gain: null, threshold: null })),
      })),
    })
    expect(states({}, undecided)).toMatchObject({ schedule: 'inconclusive', 'clip-norm': 'inconclusive' })
    const box = buildReport(undecided(fakeStudy({}).input)).checklist.find((b) => b.id === 'one-lever')
    expect(box).toMatchObject({ state: 'done', evidence: 'No lever was moved.' })
  })

  it('calls norms those of the chosen levers only where they are', () => {
    const evidence = (stages: StudyOptions['stages']): string | undefined =>
      buildReport(fakeStudy(stages ? { stages } : {}).input).checklist.find((b) => b.id === 'clip-norm')?.evidence
    expect(evidence(undefined)).toContain("chosen levers' norms")
    expect(evidence(['schedule'])).not.toContain("chosen levers' norms")
    expect(evidence(['schedule'])).toContain('last run')
  })

  it('does not tick the batch box without a recheck of the rate or without a noise scale', () => {
    const batch = (change: object): BoxState | undefined =>
      states({}, (input) => ({
        ...input,
        decisions: input.decisions.map((d) =>
          d.findings.batch ? { ...d, findings: { stage: 'batch', batch: { ...d.findings.batch, ...change } } } : d,
        ),
      }))['batch']
    expect(batch({ recheck: null })).toBe('inconclusive')
    expect(batch({ noiseScale: null })).toBe('inconclusive')
    expect(batch({ probes: [] })).toBe('not-done')
  })
})
