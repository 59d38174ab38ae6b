import { describe, expect, it } from 'vitest'
import { closing } from '../../src/cli/closing.ts'
import { leastEffectOn, matters } from '../../src/gates/least-effect.ts'
import { verificationStatistics, type MetricComparison } from '../../src/gates/verification.ts'
import type { LeastEffects } from '../../src/records/metrics.ts'
import type { VerifiedRun, VerifyFindings } from '../../src/records/decision.ts'
import { buildReport } from '../../src/report/build.ts'
import { explorerData } from '../../src/report/explorer/data.ts'
import { renderHtml } from '../../src/report/html/index.ts'
import { parseReport } from '../../src/report/json.ts'
import { buildLock, lockText, parseLock } from '../../src/report/lock.ts'
import { renderSummary } from '../../src/report/markdown.ts'
import type { Report } from '../../src/report/model.ts'
import { headline } from '../../src/report/phrases.ts'
import { renderPlanTable } from '../../src/report/plan-table.ts'
import { compareStudies } from '../../src/study/compare-studies.ts'
import { fakeStudy } from '../support/study.ts'

const run = (id: string, accuracy: number): VerifiedRun => {
  const metrics = { accuracy, nll: 1 - accuracy }
  return { run: id, status: 'complete', validation: metrics, test: metrics, weights: id }
}

/** 0.91, 0.912, … on five seeds, and a winner that gains `by` on every one, a little more or less. */
const study = (by: number): VerifyFindings => ({
  seeds: [0, 1, 2, 3, 4].map((i) => ({
    seed: i,
    baseline: run(`b${i}`, 0.91 + i / 500),
    candidate: run(`c${i}`, 0.91 + i / 500 + by * (1 + (i - 2) / 20)),
  })),
})

function accuracy(by: number, declared?: LeastEffects): MetricComparison {
  const found = verificationStatistics(study(by), 'accuracy', declared).find(
    (m) => m.metric === 'accuracy' && m.split === 'test',
  )
  if (!found) throw new Error('the metric was not compared')
  return found
}

describe('the least effect', () => {
  it('decides what is better: a certain gain below what the spec declares is not', () => {
    expect(accuracy(0.004)).toMatchObject({ claim: 'better', least: { from: 'noise' } })
    expect(accuracy(0.004, { accuracy: 0.005 })).toMatchObject({
      claim: 'negligible',
      least: { value: 0.005, from: 'spec' },
    })
    expect(accuracy(0.006, { accuracy: 0.005 }).claim).toBe('better')
    expect(accuracy(0.004, { nll: 0.005 }).claim).toBe('better')
    expect(accuracy(0.004, { accuracy: 0.005 }).sentence).toBe(
      'test accuracy is better by more than noise, but by less than 0.005, the least effect that the spec declares: gain 0.004 ' +
        '(95 % interval 0.003607 to 0.004393, p below 0.0001).',
    )
  })

  it('that is declared replaces the noise also where it is smaller', () => {
    // A fifth of the SD of 0.91 … 0.918 is 0.00063.
    expect(accuracy(0.0004).claim).toBe('negligible')
    expect(accuracy(0.0004, { accuracy: 0.0001 }).claim).toBe('better')
  })

  it('never makes a loss smaller', () => expect(accuracy(-0.004, { accuracy: 0.005 }).claim).toBe('worse'))

  it('is reached by a gain of its size, whatever rounding does', () => {
    expect(matters(0.93 - 0.92, leastEffectOn('accuracy', null, { accuracy: 0.01 }))).toBe(true)
    expect(matters(0.0099, leastEffectOn('accuracy', null, { accuracy: 0.01 }))).toBe(false)
    expect(leastEffectOn('accuracy', 0)).toBeNull()
    expect(leastEffectOn('accuracy', 0.1)?.value).toBeCloseTo(0.02, 12)
  })
})

describe('a study that declares one', () => {
  const plain = fakeStudy()
  const report = buildReport(plain.input)
  const gain = report.verification?.metrics.find((m) => m.metric === 'accuracy' && m.split === 'test')?.gain?.value ?? NaN
  const least = Number((2 * gain).toFixed(4))
  const declared = { accuracy: least }
  const strict = fakeStudy({ leastEffect: declared })
  const judged = buildReport(strict.input)
  const size = `by less than ${least}, the least effect that the spec declares`
  const note = ` also requires a gain of the least effect that the spec declares (accuracy ${least});`
  const flat = (text: string): string => text.replace(/\s+/g, ' ')

  it('says so in headline, summary, page and terminal', () => {
    expect(headline(report)).toContain('better by more than noise (gain')
    expect(headline(judged)).toContain(`better by more than noise, but ${size} (gain`)
    expect(flat(renderSummary(judged, new Map()))).toContain(note)
    expect(flat(renderHtml(judged, new Map(), explorerData(judged, new Map()))).includes(note)).toBe(true)
    const terminal = closing({ report: judged, verdict: judged.verdict, page: 'p', lockPath: 'l' }, 80).join('\n')
    expect(flat(terminal)).toContain(note)
    expect(closing({ report, verdict: report.verdict, page: 'p', lockPath: 'l' }, 80).join('\n')).not.toContain('"Better"')
  })

  it('has it in plan, report.json and lock, and leaves no trace in those of others', () => {
    expect(renderPlanTable(strict.plan)).toContain(`the report calls a gain better from: accuracy ${least}`)
    expect(parseReport(JSON.stringify(judged), 'report.json').study.leastEffect).toEqual(declared)
    expect(parseLock(lockText(buildLock(judged)), 'tuning.lock.json').leastEffect).toEqual(declared)
    for (const made of [plain.plan, buildLock(report), report.study]) expect(made).not.toHaveProperty('leastEffect')
  })

  it('is compared with another by the least effect of the second', () => {
    const better = (by: number): Report => {
      const { verification } = judged
      if (!verification) throw new Error('the study was not verified')
      const seeds = verification.seeds.map((s, i) => {
        const value = (s.candidate.test?.accuracy ?? 0) + by * (1 + i / 100)
        return { ...s, candidate: { ...s.candidate, test: { ...s.candidate.test, accuracy: value } } }
      })
      return { ...judged, verification: { ...verification, seeds } }
    }
    const sentence = (by: number): string | undefined =>
      compareStudies(judged, better(by), ['a', 'b']).metrics.find((m) => m.metric === 'accuracy' && m.split === 'test')
        ?.sentence
    expect(sentence(gain)).toBe(`the second is better, but ${size}, by 5 shared seeds`)
    expect(sentence(3 * gain)).toBe('the second is better, by 5 shared seeds')
  })
})
