import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { compareCommand } from '../../src/cli/commands/compare.ts'
import { buildReport } from '../../src/report/build.ts'
import { comparisonHtml } from '../../src/report/compare/html.ts'
import { comparisonMarkdown } from '../../src/report/compare/markdown.ts'
import type { Report } from '../../src/report/model.ts'
import { Journal } from '../../src/run/journal.ts'
import { compareStudies } from '../../src/study/compare-studies.ts'
import { writeReport } from '../../src/study/write-report.ts'
import { hostile, hostileNames } from '../support/hostile.ts'
import { fakeStudy, type StudyOptions } from '../support/study.ts'
import { markupProblem } from '../report/markup.ts'

const reportOf = (options: StudyOptions = {}): Report => buildReport(fakeStudy(options).input)
const folders = ['a', 'b'] as const

/** The winner's metric moved by so much on every seed, a little more on each than on the one before. */
function shifted(report: Report, by: number): Report {
  const { verification } = report
  if (!verification) throw new Error('the study was not verified')
  const seeds = verification.seeds.map((s, i) => ({
    ...s,
    candidate: {
      ...s.candidate,
      validation: { ...s.candidate.validation, nll: (s.candidate.validation?.nll ?? 0) + by * (1 + i / 100) },
    },
  }))
  return { ...report, verification: { ...verification, seeds } }
}

describe('two studies', () => {
  test('that are equal are said to be so, seed by seed', () => {
    const { metrics, levers, notes } = compareStudies(reportOf(), reportOf(), folders)
    expect(levers).toEqual([])
    expect(notes).toContain('The specs are the same.')
    expect(metrics.length).toBeGreaterThan(0)
    for (const m of metrics) expect(m).toMatchObject({ gain: null, sentence: expect.stringContaining('the same on all') })
  })

  test('are compared by pairs on shared seeds, in the better direction of the metric', () => {
    const { metrics } = compareStudies(reportOf(), shifted(reportOf(), 0.1), folders)
    const nll = metrics.find((m) => m.metric === 'nll' && m.split === 'validation')
    // A higher loss is a negative gain: mean of 0.1 × (1, 1.01, … 1.04).
    expect(nll?.gain?.value).toBeCloseTo(-0.102, 10)
    expect(nll?.gain).toMatchObject({ paired: true, level: 0.95 })
    expect(nll?.gain?.upper).toBeLessThan(0)
    expect(nll?.sentence).toContain('the second is worse')
    expect(nll?.seeds.map((s) => s.gain).every((g) => (g ?? 0) < 0)).toBe(true)
  })

  test('with other seeds are compared by Welch', () => {
    const first = reportOf()
    const { verification } = first
    const second = {
      ...first,
      verification: verification && { ...verification, seeds: verification.seeds.map((s) => ({ ...s, seed: s.seed + 1 })) },
    }
    const { metrics } = compareStudies(first, second, folders)
    expect(metrics[0]).toMatchObject({ seeds: [], gain: { paired: false, value: 0 } })
    expect(comparisonMarkdown(compareStudies(first, second, folders))).toContain('They share no seed')
  })

  test('on other data are not compared by metrics, and the reader is told why', () => {
    const first = reportOf()
    const second = { ...first, study: { ...first.study, fingerprints: { ...first.study.fingerprints, data: 'other' } } }
    const { metrics, notes } = compareStudies(first, second, folders)
    expect(metrics).toEqual([])
    expect(notes.join(' ')).toContain('other data')
  })

  test('keep a diverged seed in the table and out of the interval', () => {
    const { metrics } = compareStudies(reportOf(), shifted(reportOf({ diverging: [1] }), 0.1), folders)
    const nll = metrics.find((m) => m.metric === 'accuracy' && m.split === 'validation')
    expect(nll?.seeds.filter((s) => s.second === null)).toHaveLength(1)
    expect(comparisonMarkdown(compareStudies(reportOf(), reportOf({ diverging: [1] }), folders))).toContain('not finished')
  })
})

test('hostile names show as text in both forms', () => {
  const comparison = compareStudies(reportOf({ hostile }), reportOf({ hostile }), folders)
  expect(markupProblem(comparisonHtml(comparison, new Map()))).toBeUndefined()
  for (const name of hostileNames) expect(comparisonMarkdown(comparison)).not.toContain(`\n${name}`)
})

test('the command prints markdown and writes a page with both curves', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'compare-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of folders) {
    const study = fakeStudy()
    await writeReport(buildReport(study.input), join(folder, name), study.runs())
    const journal = await Journal.open(join(folder, name, 'journal.jsonl'), {
      journal: 1,
      workload: 'w',
      spec: 's',
      data: 'd',
      engine: 'e',
    })
    for (const result of study.results) await journal.append(result)
    await journal.close()
  }
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => {
    write.mockRestore()
    quiet.mockRestore()
  })
  const page = join(folder, 'page.html')
  expect(await compareCommand(join(folder, 'a'), join(folder, 'b', 'report.json'), { format: 'markdown', html: page })).toBe(
    0,
  )
  expect(write.mock.calls.map(([text]) => String(text)).join('')).toContain('## Winners on unseen seeds')
  const text = readFileSync(page, 'utf8')
  expect(text).toContain('compared-curves')
  expect(text).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
})
