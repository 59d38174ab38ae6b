import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { parseReport } from '../../src/report/json.ts'
import { renderAgain } from '../../src/study/render-again.ts'
import { root } from '../support/architecture.ts'

// A study of the small spec of the command-line tests, run by the commit before reliability diagrams were kept.
const fixture = (name: string): string =>
  gunzipSync(readFileSync(join(root, 'test/report/fixtures/report-before-calibration', `${name}.gz`))).toString()

const folder = mkdtempSync(join(tmpdir(), 'tunegate old report '))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('a report of an older tunegate', () => {
  it('is rendered, and says what it lacks', async () => {
    for (const name of ['report.json', 'journal.jsonl']) writeFileSync(join(folder, name), fixture(name))
    expect(JSON.parse(fixture('report.json')).verification).not.toHaveProperty('calibration')
    const { report, files } = await renderAgain(folder)
    expect(report.verification?.calibration).toBeNull()
    const page = readFileSync(files.page, 'utf8')
    expect(page.includes(report.verdict.sentence)).toBe(true)
    expect(page.slice(page.indexOf('id="omissions"'), page.indexOf('id="runs"'))).toMatch(
      /<strong>verify<\/strong>: reliability diagrams: the report was written before they were kept/,
    )
    expect(/undefined|NaN|\[object/.exec(page.replace(/<script[\s\S]*?<\/script>/g, ''))).toBeNull()
    expect(files.markdown).toContain('reliability diagrams')
    expect(files.all.some((file) => file.endsWith('trials.svg'))).toBe(true)
    // What was written is of today's format: it says so once, however often it is read.
    const again = parseReport(readFileSync(join(folder, 'report.json'), 'utf8'), 'report.json')
    expect(again.omissions.filter((o) => o.what === 'reliability diagrams')).toHaveLength(1)
  })
})

describe('a report of a newer tunegate', () => {
  it('is refused in one message, whatever else is in it', () => {
    const text = fixture('report.json')
      .replace('"version": 1', '"version": 2')
      .replace('"tool": "tunegate 0.1.0"', '"tool": "tunegate 3.0.0", "new": []')
    try {
      parseReport(text, 'out/report.json')
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(InputError)
      expect((error as InputError).diagnostics).toMatchObject([
        {
          code: 'report/version',
          message: 'the report was written by a newer version of this tool',
          at: { file: 'out/report.json', line: 2 },
          found: 'version 2 of the format, written by tunegate 3.0.0',
          allowed: 'version 1',
          hint: expect.stringContaining('update tunegate') as string,
        },
      ])
    }
  })

  it.each(['null', '[]', '"report"', '7', '{"version": "2"}', '{"verification": {}, "omissions": 3}'])(
    'is no excuse for what is no report: %s',
    (text) => {
      expect(() => parseReport(text, 'report.json')).toThrow(InputError)
    },
  )
})
