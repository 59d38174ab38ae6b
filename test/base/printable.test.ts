import { describe, expect, it } from 'vitest'
import { defectLines, formatDiagnostic, lineOf } from '../../src/base/diagnostics.ts'
import { fromFolder, shownPath } from '../../src/base/paths.ts'
import { beginning, printable, printableLines, shortened } from '../../src/base/printable.ts'
import { breakingName, breakingNames, harmIn, hidingName, hostileNames } from '../support/hostile.ts'

/** Every character that is a control, a format, a separator of lines, a half of a pair, or drawn by nothing. */
const everyBad = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) =>
    /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u.test(
      String.fromCodePoint(code),
    ),
  )
  .map((code) => String.fromCodePoint(code))

describe('attack 16: foreign text in a line', () => {
  it.each(
    [breakingName, hidingName, ...breakingNames, ...hostileNames].map((name) => [JSON.stringify(name).slice(0, 40), name]),
  )('is printable: %s', (_, name) => {
    const shown = printable(name, Infinity)
    expect(shown.split('\n')).toHaveLength(1)
    expect(harmIn(shown)).toEqual([])
    expect(printable(shown, Infinity)).toBe(shown)
    // Nothing is lost: the escapes are those of JSON.
    expect(JSON.parse(`"${shown.replace(/["\\](?!u[\da-f]{4})/g, (c) => `\\${c}`)}"`)).toBe(name)
  })

  it('has none of the characters of Unicode that command, hide, turn around or break lines', () => {
    expect(everyBad.length).toBeGreaterThan(4000)
    expect(everyBad.filter((c) => printable(`a${c}b`, Infinity) === `a${c}b`)).toEqual([])
    expect(everyBad.filter((c) => harmIn(printable(`a${c}${c}`, Infinity)).length > 0)).toEqual([])
  })

  it.each([
    'accuracy 0.98 ± 0.01 → 3e-3, “quoted” – dashed',
    'Ünïcode, naïve, Việt Nam, Ελληνικά, кириллица',
    '日本語 葛\u{e0100} 中文 한국어',
    'می‌خواهم',
    'क्‍ष ক্ষ ศรี',
    'שָׁלוֹם',
    '🙂👍🏽👨‍👩‍👧🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪1️⃣',
    '⚠️ ☑️ ✔︎',
    '`code` **bold** <b> & | # - 1.',
    'back\\slash \\u0041',
  ])('is what it was where it is harmless: %s', (text) => {
    expect(printable(text)).toBe(text)
    expect(printableLines(`${text}\n${text}\n`)).toBe(`${text}\n${text}\n`)
  })

  it('keeps a joiner only where a script needs one', () => {
    expect(printable('pay\u200cpal pay\u200dpal 🙂\u200d')).toBe('pay\\u200cpal pay\\u200dpal 🙂\\u200d')
  })

  it('keeps five marks on a letter, as Hebrew and Vietnamese have at most', () => {
    expect(printable(`e${'\u0301'.repeat(7)}!`)).toBe(`e${'\u0301'.repeat(5)}\\u0301\\u0301!`)
  })

  it('is cut between characters', () => {
    expect(printable('x'.repeat(600))).toHaveLength(501)
    expect(printable(`${'a'.repeat(499)}😀b`)).toBe(`${'a'.repeat(499)}…`)
    expect(shortened('👩‍👧', 3)).toBe('👩…')
    expect([beginning('a😀', 2), beginning('a😀', 3), shortened('abc', 3)]).toEqual(['a', 'a😀', 'abc'])
    expect(printable('\u001b'.repeat(1e6), 100).length).toBe(101)
  })

  it('takes a second for ten megabytes of it', () => {
    const start = performance.now()
    printableLines(`${'–→ü abc 🙂\n'.repeat(5e5)}\u001b`)
    printable('\u001b🙂'.repeat(1e6))
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})

describe('attack 16: what is wrong with an input', () => {
  const diagnostic = {
    code: 'data/missing',
    severity: 'error',
    message: breakingName,
    found: hidingName,
    allowed: breakingName,
    hint: hidingName,
    at: { file: `${hidingName}/${breakingName}`, line: 3, column: 1 },
  } as const

  it('is told in lines of ours alone, its place too', () => {
    expect(formatDiagnostic(diagnostic).split('\n')).toHaveLength(4)
    expect(harmIn(formatDiagnostic(diagnostic))).toEqual([])
    expect(lineOf(diagnostic)).not.toContain('\n')
    expect(harmIn(lineOf(diagnostic))).toEqual([])
  })

  it('is told of a defect in one line, and the calls behind it', () => {
    const [first, ...calls] = defectLines(new Error(`${breakingName}\n    at forged (evil.js:1:1)`))
    expect(first).toMatch(/^Error: wine\\u000a/)
    expect(calls.length).toBeGreaterThan(2)
    expect(harmIn([first, ...calls].join('\n'))).toEqual([])
    expect(defectLines('a\nb')).toEqual(['a\\u000ab'])
  })
})

describe('a path', () => {
  it('is shown from the current folder where it lies in there, with / between folders', () => {
    expect(shownPath(`${process.cwd()}/data/wine.csv`)).toBe('data/wine.csv')
    expect([
      shownPath('data/wine.csv'),
      shownPath('./wine.csv'),
      shownPath('/elsewhere/wine.csv'),
      shownPath('../wine.csv'),
      shownPath(''),
    ]).toEqual(['data/wine.csv', 'wine.csv', '/elsewhere/wine.csv', '../wine.csv', ''])
    expect(shownPath(process.cwd())).toBe(process.cwd())
  })

  it('is inside of a folder or not', () => {
    expect([
      fromFolder('/a/b/c', '/a'),
      fromFolder('b', '/a'),
      fromFolder('/a', '/a'),
      fromFolder('/b', '/a'),
      fromFolder('..x', '/a'),
    ]).toEqual(['b/c', 'b', '', null, '..x'])
  })
})
