import { describe, expect, it } from 'vitest'
import { code, csvField, html, markdown, mermaid } from '../../src/report/escape.ts'
import { hostileNames } from '../support/hostile.ts'
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
