import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { closing } from '../../src/cli/closing.ts'
import { gateCommand } from '../../src/cli/commands/gate.ts'
import { guessOf } from '../../src/gates/guess.ts'
import { buildReport } from '../../src/report/build.ts'
import { changeLines } from '../../src/report/change-lines.ts'
import { commentLength, renderComment } from '../../src/report/comment.ts'
import { banner } from '../../src/report/html/verdict.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { renderSummary } from '../../src/report/markdown.ts'
import type { ChangeSection, Report } from '../../src/report/model.ts'
import { fakeStudy } from '../support/study.ts'

const part = { part: 'test', rows: 36, edited: 0, relabelled: 0, moved: 0, growth: 0 } as const
const withChange = (change: ChangeSection): Report => buildReport({ ...fakeStudy().input, change })
const trained = { rows: 107, edited: 0, relabelled: 0, moved: 0, growth: 0, added: 0 }
const linesOf = (change: ChangeSection): string[] => changeLines(withChange(change))
const rule = { setting: 'seed', base: '17', change: '3' }

describe('attack 14: what is said at the top', () => {
  it.each<[string, ChangeSection, string[]]>([
    [
      'edited rows',
      { rules: [], rows: { parts: [{ ...part, edited: 12, relabelled: 3 }] } },
      ['This change edits 12 of the 36 test rows (3 relabeled).'],
    ],
    [
      'rows in another segment, and a segment without rows',
      {
        rules: [],
        rows: {
          parts: [{ ...part, edited: 12, relabelled: 3, resegmented: 9, lostSegments: [{ column: 'site', level: 'bad' }] }],
        },
      },
      [
        'This change edits 12 of the 36 test rows (3 relabeled, 9 moved to another segment). No test row is left in the segment site "bad".',
      ],
    ],
    [
      'both parts',
      {
        rules: [],
        rows: {
          parts: [
            { ...part, part: 'validation', edited: 1 },
            { ...part, edited: 2 },
          ],
        },
      },
      ['This change edits 2 of the 36 test rows and 1 of the 36 validation rows.'],
    ],
    [
      'another draw',
      { rules: [], rows: { parts: [{ ...part, edited: 1, moved: 30, growth: 2 }] } },
      [
        'This change edits 1 of the 36 test rows, and moves 30 of the 36 test rows to another part of the split. The change is measured on 38 test rows, 2 more than the base commit.',
      ],
    ],
    [
      'fewer rows',
      { rules: [], rows: { parts: [{ ...part, growth: -4 }] } },
      ['The change is measured on 32 test rows, 4 fewer than the base commit.'],
    ],
    [
      'nothing to compare with',
      { rules: [], rows: { notCompared: 'x.csv is in Git LFS' } },
      [
        'The validation and test rows were not compared with those of the base commit: x.csv is in Git LFS.',
        'The training rows were not compared either.',
      ],
    ],
    [
      'edited training rows',
      { rules: [], training: { ...trained, edited: 12, added: 9, relabelled: 3 } },
      ['This change edits 9 of the 107 training rows (3 relabeled) and removes 3 of the 107 training rows.'],
    ],
    [
      'more training rows',
      { rules: [], training: { ...trained, added: 20, moved: 5, growth: 15 } },
      [
        'This change adds 20 training rows and moves 5 of the 107 training rows to another part of the split. It trains on 122 rows, 15 more than the base commit.',
      ],
    ],
    [
      'fewer training rows',
      { rules: [], training: { ...trained, edited: 7, growth: -7 } },
      ['This change removes 7 of the 107 training rows. It trains on 100 rows, 7 fewer than the base commit.'],
    ],
    [
      'a relabelled training row that another part has now',
      { rules: [], training: { ...trained, edited: 1, relabelled: 1, growth: -1 } },
      ['This change edits 1 of the 107 training rows (1 relabeled). It trains on 106 rows, 1 fewer than the base commit.'],
    ],
    [
      'columns',
      {
        rules: [],
        columns: {
          added: ['leak'],
          removed: ['hue', 'ash'],
          retyped: [{ name: 'id', base: 'numbers', change: 'texts' }],
          unlisted: 0,
        },
      },
      [
        'This change adds the column "leak", removes the columns "hue" and "ash" and turns the column "id" from numbers into texts.',
      ],
    ],
    [
      'countless columns',
      { rules: [], columns: { added: ['a'], removed: [], retyped: [], unlisted: 3000 } },
      ['This change adds the column "a". 3,000 columns more differ.'],
    ],
    [
      'rules',
      { rules: [rule, { setting: 'data.split.test', base: '0.2', change: '0.5' }] },
      [
        'This change alters seed from 17 to 3 and data.split.test from 0.2 to 0.5; it was judged with the values of the base commit.',
      ],
    ],
  ])('is %s', (_, change, lines) => {
    expect(linesOf(change)).toEqual(lines)
  })

  it('attack 23: stands before the verdict in summary, comment, HTML report and terminal', () => {
    const training = { ...trained, edited: 5, added: 5 }
    const columns = { added: ['leak'], removed: [], retyped: [], unlisted: 0 }
    const report = withChange({
      rules: [rule],
      rows: { parts: [{ ...part, edited: 12, relabelled: 3 }] },
      training,
      columns,
    })
    const lines = changeLines(report)
    const [rows = ''] = lines
    expect(lines).toEqual([
      rows,
      'This change edits 5 of the 107 training rows.',
      'This change adds the column "leak".',
      expect.stringContaining('alters seed'),
    ])
    const warning = `> [!WARNING]\n> ${lines.join('\n>\n> ')}\n\n**`
    expect(renderSummary(report, new Map()).replaceAll('\\', '')).toContain(warning)
    expect(renderComment(report).replaceAll('\\', '').split('\n').slice(2).join('\n')).toMatch(
      /^> \[!WARNING\]\n> This change edits[^]*\n\n\*\*/,
    )
    expect(banner(report)).toMatch(/This change edits 12[^]*<h1>/)
    const terminal = closing({ report, verdict: report.verdict, page: 'p', lockPath: 'l' }, 400)
    expect(terminal.slice(1, 6)).toEqual([
      ...lines.map((line) => `NOTE: ${line}`),
      expect.stringContaining(report.verdict.sentence),
    ])
  })

  it('stands before the verdict of a report that is judged again', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.json')
    writeFileSync(path, reportText(withChange({ rules: [rule] })))
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    try {
      await gateCommand(path, {})
      expect(String(write.mock.calls[0]?.[0])).toMatch(
        /^NOTE: This change alters seed from 17 to 3; it was judged with the values of the base commit\.\n[A-Z]+: /,
      )
    } finally {
      write.mockRestore()
    }
  })

  it('is in the comment however long and hostile it is, and the comment stays within its length', () => {
    const hostile = { setting: 'gates', base: '@all `#1` <b>|'.repeat(40), change: '*[x](http://y)'.repeat(40) }
    const text = renderComment(
      withChange({ rules: Array.from({ length: 20 }, () => hostile), rows: { notCompared: '@all/`'.repeat(200) } }),
    )
    expect(text.length).toBeLessThanOrEqual(commentLength + 1)
    expect(text).toMatch(
      /\n> \[!WARNING\]\n> (The validation and test rows were not compared|This change alters how it is measured)/,
    )
    expect(text).not.toMatch(/@all|<b>|\]\(http/)
  })

  it('is kept in report.json, and a report without it is read as before', () => {
    const report = withChange({ rules: [rule], rows: { notCompared: 'x' } })
    expect(parseReport(reportText(report), 'report.json').change).toEqual({ rules: [rule], rows: { notCompared: 'x' } })
    const parts = withChange({ rules: [], rows: { parts: [{ ...part, edited: 1, growth: -1 }] } })
    expect(parseReport(reportText(parts), 'report.json')).toEqual(JSON.parse(reportText(parts)))
    const data = withChange({
      rules: [],
      training: { ...trained, edited: 1 },
      columns: { added: ['a'], removed: ['b'], retyped: [{ name: 'c', base: 'texts', change: 'numbers' }], unlisted: 2 },
    })
    expect(parseReport(reportText(data), 'report.json')).toEqual(JSON.parse(reportText(data)))
    const plain = buildReport(fakeStudy().input)
    expect('change' in plain).toBe(false)
    expect(changeLines(parseReport(reportText(plain), 'report.json'))).toEqual([])
  })
})

describe('a loss on test rows that the gates let through', () => {
  it('is said at the top, and only if the verdict passes', () => {
    const report = buildReport(fakeStudy().input)
    const { verification } = report
    if (!verification) throw new Error('the study was not verified')
    const metrics = verification.metrics.map((m) =>
      m.split === 'test' && m.objective ? { ...m, claim: 'worse' as const, sentence: 'test nll is worse.' } : m,
    )
    const lost = (status: Report['verdict']['status']): Report => ({
      ...report,
      verdict: { ...report.verdict, status },
      verification: { ...verification, metrics },
    })
    const line = 'The gates pass, but against the baseline of this study test nll is worse.'
    expect(changeLines(lost('pass'))).toEqual([line])
    expect(banner(lost('pass'))).toContain(line)
    expect(renderSummary(lost('pass'), new Map())).toContain(line)
    expect(changeLines(lost('fail'))).toEqual([])
    expect(changeLines({ ...report, verdict: { ...report.verdict, status: 'pass' } })).toEqual([])
  })

  it('is corrected for the other losses that might have been said', () => {
    const report = buildReport(fakeStudy().input)
    const { verification } = report
    if (!verification) throw new Error('the study was not verified')
    const worse = (p: number): Report => ({
      ...report,
      verdict: { ...report.verdict, status: 'pass' },
      verification: {
        ...verification,
        metrics: verification.metrics.map((m) =>
          m.objective ? { ...m, claim: 'worse', p, sentence: 'it is worse.' } : { ...m, p: 0.5 },
        ),
      },
    })
    // The gates judge test nll beside the objective, so the least p must be below a half of 0.05.
    expect(changeLines(worse(0.03))).toEqual([])
    expect(changeLines(worse(0.02))).toHaveLength(1)
  })
})

describe('a winner that has learned nothing', () => {
  const input = fakeStudy().input
  /** With these test values of the winner on a metric, seed by seed. */
  const ended = (
    metric: 'balancedAccuracy' | 'r2',
    values: readonly number[],
    classes: readonly string[] | null,
    labels = false,
  ): Report => {
    const { verification, ...report } = buildReport(input)
    if (!verification) throw new Error('the study was not verified')
    const seeds = verification.seeds.map((seed, i) => {
      const test = { ...seed.candidate.test, [metric]: values[i % values.length] }
      return { ...seed, candidate: { ...seed.candidate, test } }
    })
    const { guess: _, ...others } = verification
    const task = labels ? 'multi-label' : classes === null ? 'regression' : 'classification'
    return { ...report, verification: { ...others, seeds, ...guessOf({ ...others, seeds }, task, classes) } }
  }
  const three = ['a', 'b', 'c']
  it('is said at the top, whatever the gates say', () => {
    const [line = ''] = changeLines(ended('r2', [-0.05, -0.06], null))
    expect(line).toMatch(
      /^On test rows, the winner predicts no better than a guess that does not look at the inputs: r2 −0\.05\d* ± 0\.00\d+ over \d+ seeds, where always guessing the mean has 0\.$/,
    )
    expect(banner(ended('r2', [-0.05, -0.06], null))).toContain(line)
    expect(renderSummary(ended('r2', [-0.05, -0.06], null), new Map())).toContain(line)
  })
  it('is also one whose seeds all give the same constant, and one that noise may explain', () => {
    expect(changeLines(ended('balancedAccuracy', [1 / 3], three))).toEqual([
      expect.stringContaining('always guessing one class has 0.3333.'),
    ])
    expect(changeLines(ended('balancedAccuracy', [0.3, 0.39], three))).toEqual([
      expect.stringContaining('is not shown to predict better than a guess'),
    ])
  })
  it('is one that gives every row the same labels', () => {
    expect(changeLines(ended('balancedAccuracy', [0.5], null, true))).toEqual([
      expect.stringContaining('always guessing the same labels has 0.5.'),
    ])
    expect(changeLines(ended('balancedAccuracy', [0.8, 0.82], null, true))).toEqual([])
  })
  it('is none that does better, and none whose metric is unknown', () => {
    expect(changeLines(ended('balancedAccuracy', [0.5, 0.52], three))).toEqual([])
    expect(changeLines(ended('r2', [0.1, 0.12], null))).toEqual([])
    expect(changeLines(ended('r2', [-1], three))).toEqual([])
  })
})
