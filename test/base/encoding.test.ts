import { describe, expect, it } from 'vitest'
import { otherThanUtf8 } from '../../src/base/encoding.ts'

describe('a text', () => {
  it.each([
    ['UTF-8', 'a,b\ncaf\u00e9,1\n', 'utf8', null],
    ['UTF-8 with a mark', '\ufeffa,b\n', 'utf8', null],
    ['UTF-8 with a zero', 'a\u0000b,c\n1,2\n', 'utf8', null],
    ['nothing', '', 'utf8', null],
    ['UTF-16 with a mark', '\ufeffa,b\n', 'utf16le', 'it looks like UTF-16: save it as UTF-8'],
    ['UTF-16 without a mark', 'a,b\n1,2\n', 'utf16le', 'it looks like UTF-16: save it as UTF-8'],
    ['Latin 1', 'caf\u00e9', 'latin1', 'save it as UTF-8'],
  ] as const)('in %s', (_, text, encoding, hint) => {
    expect(otherThanUtf8(Buffer.from(text, encoding))).toBe(hint)
  })
  it('in UTF-16 with the high byte first', () => {
    expect(otherThanUtf8(Buffer.from('a,b\n1,2\n', 'utf16le').swap16())).toContain('UTF-16')
  })
})
