import { describe, expect, it } from 'vitest'
import { buildReport } from '../../src/report/build.ts'
import { commentLength, renderComment } from '../../src/report/comment.ts'
import { hostileNames } from '../support/hostile.ts'
import { fakeStudy, type StudyOptions } from '../support/study.ts'

const links = [{ text: 'report', url: 'https://github.com/o/r/actions/runs/1' }]
const commentOf = (options: StudyOptions = {}): string => renderComment(buildReport(fakeStudy(options).input), links)

describe('the comment on a pull request', () => {
  it('begins with the verdict and its sentence, and ends with the links', () => {
    const lines = commentOf().split('\n')
    expect(lines[0]).toBe('### ✅ pass: `digits`')
    expect(lines[2]).toBe('**All 4 gates pass.**')
    expect(lines.at(-1)).toBe('[report](https://github.com/o/r/actions/runs/1)')
  })

  it('has each gate with what was measured, each lever that moved, the checklist and the command', () => {
    const report = buildReport(fakeStudy().input)
    const text = renderComment(report)
    expect(text.match(/^\| ✅ pass \|/gm)).toHaveLength(report.verdict.gates.length)
    for (const { lever } of report.levers.changes) expect(text).toContain(`- \`${lever}\``)
    expect(text).toContain(`of ${report.checklist.length} done`)
    expect(text).toContain(report.study.command)
  })

  it('names what blocks first', () => {
    const text = commentOf({ diverging: [1] })
    expect(text).toMatch(/^### ❌ fail/)
    const states = [...text.matchAll(/^\| \S+ (pass|fail|inconclusive) \|/gm)].map((m) => m[1])
    expect(states[0]).toBe('fail')
  })

  it.each(hostileNames.map((n) => [n.slice(0, 30), n]))(
    'is short and shows hostile names as text: %s',
    (_short, hostile) => {
      const text = commentOf({ hostile })
      expect(text.length).toBeLessThanOrEqual(commentLength)
      expect(text).toContain('All 4 gates pass.')
      expect(text.replace(/`[^`]*`/g, '')).not.toMatch(/<(?!\/?code>)[a-z/!]/i)
      expect(text).not.toMatch(/undefined|NaN|\[object/)
    },
  )

  it('counts the gates that do not fit, and keeps those that block', () => {
    const report = buildReport(fakeStudy().input)
    const [first] = report.verdict.gates
    if (!first) throw new Error('no gate')
    const passing = Array.from({ length: 12 }, () => report.verdict.gates).flat()
    const many = { ...report.verdict, gates: [...passing, { ...first, status: 'fail' as const, blocks: true }] }
    const text = renderComment({ ...report, verdict: many }, links)
    expect(text.length).toBeLessThanOrEqual(commentLength)
    expect(text).toMatch(/\d+ more gates?\./)
    expect(text).toContain('| ❌ fail |')
  })
})
