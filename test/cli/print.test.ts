import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startedAs } from '../../src/base/own-command.ts'
import { main } from '../../src/cli/main.ts'
import { err, out } from '../../src/cli/print.ts'
import { markdown } from '../../src/report/escape.ts'
import { breakingName, breakingNames, harmIn, hidingName } from '../support/hostile.ts'

const names = [breakingName, hidingName, ...breakingNames]
let printed = ''
const keep = (text: unknown): boolean => {
  printed += String(text)
  return true
}
beforeEach(() => {
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  vi.spyOn(process.stderr, 'write').mockImplementation(keep)
})
afterEach(() => {
  vi.restoreAllMocks()
  // Tests share their process, and `main` tells it how it was started.
  startedAs('tunegate')
})

describe('attack 16: what is printed', () => {
  test('as lines has as many lines as were given', () => {
    out.lines(...names)
    expect(printed.split('\n')).toHaveLength(names.length + 1)
    expect(harmIn(printed)).toEqual([])
    printed = ''
    err.lines()
    expect(printed).toBe('')
  })

  test('as a document keeps its own lines, and commands no terminal', () => {
    out.document('{\n "a": "\u009b31m\u202e\u{e0041}"\n}\n')
    expect(harmIn(printed)).toEqual([])
    expect(printed.split('\n')).toHaveLength(4)
    expect(JSON.parse(printed)).toEqual({ a: '\u009b31m\u202e\u{e0041}' })
  })

  test('as Markdown keeps what breaks a mention apart', () => {
    out.markdown(`${markdown('@octocat')}\u001b[31m\n`)
    expect(printed).toBe('@\u200boctocat\\u001b[31m\n')
  })

  test('as an error of the command line is one line, and a guess at what was meant', async () => {
    for (const name of names) {
      printed = ''
      expect(await main(['node', 'tunegate', `${name}x`]), JSON.stringify(name)).toBe(2)
      expect(harmIn(printed), JSON.stringify(name)).toEqual([])
      expect(printed).toMatch(/^error: .*\n/)
    }
    printed = ''
    expect(await main(['node', 'tunegate', 'validat\u001b'])).toBe(2)
    expect(printed).toMatch(/^error: unknown command 'validat\\u001b'\n\(Did you mean validate\?\)\n/)
  })
})
