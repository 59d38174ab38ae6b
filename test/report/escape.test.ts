import { describe, expect, it } from 'vitest'
import {
  code,
  csvField,
  cutMarkdown,
  fenced,
  html,
  markdown,
  markdownDocument,
  mermaid,
  openFence,
} from '../../src/report/escape.ts'
import { explainFileError } from '../../src/base/files.ts'
import { label } from '../../src/report/charts/theme.ts'
import { reportText } from '../../src/report/json.ts'
import type { Report } from '../../src/report/model.ts'
import { renderPlanMermaid } from '../../src/report/plan-mermaid.ts'
import { renderPlanTable } from '../../src/report/plan-table.ts'
import { fakePlan } from '../support/study.ts'
import { breakingName, breakingNames, harmIn, hidingName, hostileNames } from '../support/hostile.ts'
import { markupProblem } from './markup.ts'

const bare = /(^|[^\\])(?:\\\\)*([`*_[\]|~$<>])/

describe('outside text in markdown', () => {
  it.each(hostileNames.map((n) => [n.slice(0, 30), n]))('is text: %s', (_short, name) => {
    const text = markdown(name)
    expect(text).not.toMatch(/[\n\r\u0000-\u001f\u202a-\u202e\u2066-\u2069]/)
    expect(text.replace(/&lt;|&gt;|&amp;/g, '')).not.toMatch(bare)
    expect(text).not.toMatch(/@\w/)
    expect(text).not.toMatch(/#\d|GH-\d/)
    expect(text).not.toMatch(/:\/\/|www\./i)
    expect(text.length).toBeLessThan(1000)
  })

  it('keeps ordinary sentences readable as they are', () => {
    const plain = 'The drop in test accuracy is −0.0012 (90 % interval −0.004 to 0.001); below the margin 0.01, 5 seeds!'
    expect(markdown(plain)).toBe(plain)
  })

  it('cuts what is too long', () => {
    expect(markdown('x'.repeat(10_000))).toBe(`${'x'.repeat(300)}…`)
  })
})

describe('names in code font', () => {
  it.each(hostileNames.map((n) => [n.slice(0, 30), n]))('stay one span in a table cell: %s', (_short, name) => {
    const text = code(name)
    if (text.startsWith('<code>')) {
      expect(markupProblem(text)).toBeUndefined()
      expect(text.slice(6, -7).replace(/\\[\\|`]/g, '')).not.toMatch(/[|`]/)
      return
    }
    expect(text).toMatch(/^`[^`|\n]+`$/)
  })
})

describe('other places', () => {
  it.each(hostileNames.map((n) => [n.slice(0, 30), n]))('hold only text: %s', (_short, name) => {
    expect(markupProblem(`<p title="${html(name)}">${html(name)}</p>`)).toBeUndefined()
    expect(mermaid(name)).not.toMatch(/["\n;[\]{}#<>%]{2}|["\n;[\]{}#<>]/)
    const field = csvField(name)
    expect(field).toMatch(/^(?:[^",\n\r]*|"(?:[^"]|"")*")$/)
    expect(field.replace(/^"/, '')).not.toMatch(/^[=+\-@]/)
  })

  it('writes numbers as numbers, negative ones too', () => {
    expect([csvField(-0.5), csvField(1e-7), csvField(null), csvField(true)]).toEqual(['-0.5', '1e-7', '', 'true'])
  })
})

const foreign = [breakingName, hidingName, ...breakingNames, ...hostileNames]

describe('attack 16: foreign text', () => {
  it('is harmless in each of these places', () => {
    for (const name of foreign) {
      for (const put of [markdown, code]) expect(harmIn(put(name), 'markdown'), JSON.stringify(name)).toEqual([])
      for (const put of [html, mermaid, (text: string) => csvField(text)])
        expect(harmIn(put(name)), JSON.stringify(name)).toEqual([])
    }
  })

  it('is no formula in a table, however its sign is written', () => {
    for (const name of ['=1', '+1', '-1', '@a', ' =1', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠a'])
      expect(csvField(name)).toMatch(/^(?!\s*[=+\-@＝＋－＠])/)
    expect(csvField('a\nb,"c"')).toBe('"a\\u000ab,""c"""')
  })
})

describe('attack 16: other texts that hold it', () => {
  it('are harmless: plans, labels of drawings, the report as JSON', () => {
    for (const name of foreign) {
      const plan = fakePlan({ hostile: name })
      for (const text of [
        renderPlanMermaid(plan),
        renderPlanTable(plan),
        label(name),
        reportText({ name } as unknown as Report),
      ])
        expect(harmIn(text), JSON.stringify(name)).toEqual([])
      // Mermaid draws what an entity code names.
      const drawn = renderPlanMermaid(plan).replace(/#(\d+);/g, (_, entity) => String.fromCodePoint(Number(entity)))
      expect(harmIn(drawn), JSON.stringify(name)).toEqual([])
      expect(JSON.parse(reportText({ name } as unknown as Report))).toEqual({ name })
    }
  })

  it('name a file that cannot be written from the current folder', () => {
    const error = explainFileError(
      Object.assign(new Error('x'), { code: 'EACCES', path: `${process.cwd()}/out/report.html` }),
      'a',
      'b',
    )
    expect(String(error)).toContain('(EACCES, out/report.html)')
  })
})

describe('attack 16: a block', () => {
  const ticks = Array.from({ length: 12 }, (_, n) => '`'.repeat(n))

  it('ends where it should, whatever stands in it', () => {
    for (const name of [
      ...foreign,
      ...ticks,
      ...ticks.map((t) => `a ${t} b`),
      ...ticks.map((t) => `${t}text`),
      ...ticks.map((t) => `   ${t}`),
    ]) {
      const [first = '', ...rest] = fenced([name, 'second']).split('\n')
      const fence = /^`{3,}(?=text$)/.exec(first)?.[0] ?? ''
      expect(fence.length, name).toBeGreaterThanOrEqual(3)
      expect(rest, name).toHaveLength(3)
      expect(rest.at(-1)).toBe(fence)
      for (const line of rest.slice(0, -1))
        expect(line.match(/`+/g)?.some((run) => run.length >= fence.length) ?? false, name).toBe(false)
      expect(openFence(`a\n${first}\n${rest.join('\n')}\nb`)).toBeNull()
      expect(openFence(`a\n${first}\n${rest.slice(0, -1).join('\n')}`)).toBe(fence)
    }
  })

  it('is as it always was for harmless lines', () => {
    expect(fenced(['a', 'b'])).toBe('```text\na\nb\n```')
    expect(fenced(['tunegate run'], 'sh')).toBe('```sh\ntunegate run\n```')
  })
})

describe('attack 16: Markdown that is cut', () => {
  const size = (text: string): number => Buffer.byteLength(text)
  const text = `# A\n\n${fenced([`ü \`\`\`\`\`${' 🙂'.repeat(40)}`, ...Array.from({ length: 60 }, (_, i) => `line ${i} 🙂`)])}\n\nend\n`

  it('fits, and ends no block in the middle', () => {
    for (let most = 60; most < size(text) + 10; most += 7) {
      const cut = cutMarkdown(text, most, '\n\n> cut\n', size)
      expect(size(cut)).toBeLessThanOrEqual(Math.max(most, 0))
      expect(openFence(cut.replace(/\n\n> cut\n$/, ''))).toBeNull()
      expect(cut).not.toMatch(/\p{Cs}/u)
      if (most >= size(text)) expect(cut).toBe(text)
    }
  })
})

describe('attack 16: a whole document', () => {
  it('is left as it is, but for what must not be printed anywhere', () => {
    const plain = `# A\n\n${markdown('@octocat #12 https://x.example')} | ${code('a`b')}\n`
    expect(markdownDocument(plain)).toBe(plain)
    expect(markdownDocument('a\u001b[31m\u202eb\r\n')).toBe('a\\u001b[31m\\u202eb\\u000d\n')
  })
})
