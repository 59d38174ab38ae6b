import { describe, expect, it } from 'vitest'
import { buildReport } from '../../src/report/build.ts'
import { thinCurve } from '../../src/report/curves.ts'
import { changes } from '../../src/report/html/change.ts'
import { renderSummary } from '../../src/report/markdown.ts'
import { capSummary } from '../../src/report/summary-size.ts'
import { fakeStudy, type StudyOptions } from '../support/study.ts'
import { hostile, hostileNames } from '../support/hostile.ts'

function summaryOf(options: StudyOptions = {}): string {
  const study = fakeStudy(options)
  return renderSummary(buildReport(study.input), new Map(study.results.map((r) => [r.id, thinCurve(r, 'accuracy', 'nll')])))
}
const titles = (text: string): string[] => [...text.matchAll(/^## (.*)$/gm)].map((m) => m[1] ?? '')
const bytes = (text: string): number => Buffer.byteLength(text)

describe('summary.md', () => {
  it('has the verdict first and then the order that reviewers ask in', () => {
    const text = summaryOf()
    expect(text.split('\n')[0]).toBe('# ✅ pass: `digits`')
    expect(text.split('\n')[2]).toBe('**All 4 gates pass.**')
    expect(titles(text)).toEqual([
      'What to do next',
      'What not to trust',
      'Gates',
      'Levers',
      'Checklist',
      'Curves',
      'Measured on unseen seeds',
      'Class by class',
      'Confusion matrix',
      'Worst errors',
      'Averaged weights',
      'Lineage',
      'Seeds',
      'What the curves show',
      'Stages',
      'Data',
      'Left out',
      'Repeat this run',
    ])
  })

  it('has the averaged weights beside the winner, in a row for each split and a sentence', () => {
    const [, section = ''] = summaryOf().split('## Averaged weights')
    expect(section).toMatch(/\n\| validation \| accuracy \| 0\.\d+ ± 0\.\d+ \| 0\.\d+ ± 0\.\d+ \| \+0\.\d+ \(0\./)
    expect(section).toContain('\n| test | accuracy |')
    expect(section).toContain('With a moving average of its weights, the winner has test accuracy')
  })

  it('leaves out sections that have nothing to say, never the gates', () => {
    expect(titles(summaryOf({ stages: [] }))).toEqual([
      ...['What to do next', 'Gates', 'Levers', 'Checklist', 'Stages', 'Data', 'Repeat this run'],
    ])
    expect(summaryOf({ gates: [] })).toContain('No gate is declared')
  })

  it('does not say that a study tries no levers that ended before it could', () => {
    const { input } = fakeStudy()
    const ended = buildReport({ ...input, decisions: [], statistics: [] })
    expect(renderSummary(ended, new Map())).toContain('stays as declared because no stage that tries others has run.')
    expect(changes(ended)).toContain('No lever moved because no stage that tries others has run.')
  })

  it('does not say that no change beat noise where none was compared', () => {
    const { input } = fakeStudy()
    const decisions = input.decisions.map((d) => ({ ...d, levers: input.plan.baseline, lineage: [], comparisons: [] }))
    const searching = buildReport({ ...input, decisions })
    expect(renderSummary(searching, new Map())).toContain('because no change beat the incumbent by more than noise.')
    const none = decisions.map((d) => (d.findings.verify ? d : { ...d, findings: { stage: d.stage } }))
    const unmoved = buildReport({ ...input, decisions: none })
    expect(renderSummary(unmoved, new Map())).toContain(
      'stays as declared because no other value was tried over several seeds.',
    )
    expect(changes(unmoved)).toContain('No lever moved because no other value was tried over several seeds.')
  })

  it('lists no row among the errors that every seed gets right', () => {
    const report = buildReport(fakeStudy().input)
    const row = { row: 4321, actual: '8', predicted: '8', loss: 0.4, wrong: 0 }
    const withRows = (rows: readonly (typeof row)[]) =>
      renderSummary(
        {
          ...report,
          verification: report.verification && {
            ...report.verification,
            worst: { split: 'test', seeds: 5, scored: 360, rows },
          },
        },
        new Map(),
      )
    expect(withRows([{ ...row, row: 1234, wrong: 1 }, row])).toMatch(/\| 1,234 \|.*1 of 5/)
    expect(withRows([{ ...row, row: 1234, wrong: 1 }, row])).not.toMatch(/\| 4,321 \|/)
    expect(titles(withRows([row]))).not.toContain('Worst errors')
  })

  it('says of a stage which runs another one made, since the counts do not add up otherwise', () => {
    const report = buildReport(fakeStudy().input)
    const [first] = report.stages
    const shared = first?.runs[0] ?? ''
    const stages = report.stages.map((s) => (s.stage === 'batch' ? { ...s, runs: [shared, ...s.runs] } : s))
    const text = renderSummary({ ...report, stages }, new Map())
    expect(text).toContain('**lr-range**, changed (9 runs)')
    expect(text).toContain('**batch**, changed (10 runs, 1 of them shared with an earlier stage)')
  })

  it('has tables whose rows all have as many cells as their heads', () => {
    for (const text of [
      summaryOf(),
      summaryOf({ hostile }),
      summaryOf({ diverging: [0] }),
      ...hostileNames.map((name) => summaryOf({ hostile: name })),
    ]) {
      const rows = text.split('\n').filter((l) => l.startsWith('|'))
      const cells = rows.map((l) => l.replace(/\\\\|\\\|/g, '').split('|').length)
      for (const [i, row] of rows.entries()) {
        if (row.startsWith('| ---')) expect(cells[i - 1]).toBe(cells[i])
        else if (!(rows[i + 1] ?? '').startsWith('| ---')) expect(cells[i], row).toBe(cells[i - 1])
      }
    }
  })

  it('keeps hostile words out of its structure', () => {
    const plain = titles(summaryOf())
    for (const name of [...hostileNames, hostile]) {
      const text = summaryOf({ hostile: name })
      expect(titles(text)).toEqual(plain)
      // Blocks and spans of code show anything as it is.
      const outside = text.replace(/^```[\s\S]*?^```/gm, '').replace(/(?<!\\)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '')
      expect(outside).not.toMatch(/<(?!\/?code>)[a-z/!]/i)
      expect((text.match(/^```/gm) ?? []).length).toBe(8)
    }
  })

  it('says how a seed that did not finish ended', () => {
    const text = summaryOf({ diverging: [1] })
    expect(text).toContain('# ❌ fail')
    expect(text).toMatch(/\| 2 \(1007920\) \| 0\.\d+ \| diverged \|/)
  })

  it('draws charts in the grammar of xychart-beta: quoted titles, plain decimals, lines of equal length', () => {
    const charts = [...summaryOf({ hostile }).matchAll(/```mermaid\n([\s\S]*?)\n```/g)].map((m) => m[1] ?? '')
    expect(charts).toHaveLength(2)
    for (const chart of charts) {
      const lines = [...chart.matchAll(/^ {2}line \[(.*)\]$/gm)].map((m) => (m[1] ?? '').split(', '))
      expect(lines.length).toBeGreaterThan(1)
      expect(new Set(lines.map((l) => l.length)).size).toBe(1)
      expect(lines.flat().every((n) => /^-?\d+(\.\d+)?$/.test(n))).toBe(true)
      expect(chart).toMatch(
        /^%%\{init: .*\}%%\nxychart-beta\n {2}title "[^"]*"\n {2}x-axis "[^"]*" -?[\d.]+ --> -?[\d.]+\n {2}y-axis "[^"]*" -?[\d.]+ --> -?[\d.]+\n/,
      )
    }
  })
})

describe('the size limit', () => {
  const text = summaryOf()

  it('leaves a text of exactly the limit alone and cuts one of a byte more', () => {
    expect(capSummary(text, bytes(text))).toBe(text)
    const cut = capSummary(text, bytes(text) - 1)
    expect(cut).not.toBe(text)
    expect(bytes(cut)).toBeLessThanOrEqual(bytes(text) - 1)
    expect(cut).toContain('Cut for size')
  })

  it('cuts the largest section first, whole, and names it', () => {
    const sections = text.split(/^(?=## )/m).slice(1)
    const largest = [...sections].sort((a, b) => bytes(b) - bytes(a))[0] ?? ''
    const title = /^## (.*)/.exec(largest)?.[1] ?? ''
    const cut = capSummary(text, bytes(text) - 1)
    expect(titles(cut)).toEqual(titles(text).filter((t) => t !== title))
    expect(cut).toContain(`${title} (${bytes(largest)} bytes)`)
  })

  it('keeps within every limit, down to nothing, with whole characters', () => {
    const wide = `# ✅ ${'é🙂'.repeat(50)}\n\n${text}`
    for (let limit = bytes(wide); limit >= 0; limit -= 97) {
      const cut = capSummary(wide, limit)
      expect(bytes(cut)).toBeLessThanOrEqual(limit)
      expect(cut).not.toContain('\ufffd')
      expect((cut.match(/^```/gm) ?? []).length % 2).toBe(0)
    }
  })

  it('keeps the verdict when everything else is too large', () => {
    const cut = capSummary(text, 500)
    expect(cut.split('\n')[2]).toBe('**All 4 gates pass.**')
    expect(titles(cut)).toEqual([])
  })
})
