import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/base/diagnostics.ts'
import { annotationOf, capped, mostCharacters } from '../../src/github/annotations.ts'
import type { Annotation } from '../../src/github/annotations.ts'
import { breakingName, breakingNames, harmIn, hidingName } from '../support/hostile.ts'

const diagnostic: Diagnostic = {
  code: 'spec/unknown-key',
  severity: 'error',
  message: 'learningRat is not a lever',
  found: 'learningRat',
  at: { file: '/home/work/nets/tuning.yml', line: 12, column: 5 },
}
const note = (level: Annotation['level'], message: string): Annotation => ({ level, title: 't', message })

describe('a diagnostic', () => {
  it('is shown beside its line, its file relative to the workspace', () => {
    expect(annotationOf(diagnostic, '/home/work')).toEqual({
      level: 'error',
      title: 'spec/unknown-key',
      at: { file: 'nets/tuning.yml', line: 12, column: 5 },
      message: 'error[spec/unknown-key] learningRat is not a lever\n  found:   learningRat',
    })
  })

  it('keeps its place in the text where the file is not part of the checkout', () => {
    const { at, message } = annotationOf(diagnostic, '/home/elsewhere')
    expect(at).toBeUndefined()
    expect(message).toContain('/home/work/nets/tuning.yml:12:5')
  })
})

describe('what the platform would drop', () => {
  const many = Array.from({ length: 25 }, (_, i) => note('error', `e${i}`))

  it('is said instead: ten a level, the tenth names the rest', () => {
    const shown = capped([...many, note('warning', 'w')])
    expect(shown.filter((a) => a.level === 'error').map((a) => a.message)).toEqual([
      'e0',
      'e1',
      'e2',
      'e3',
      'e4',
      'e5',
      'e6',
      'e7',
      'e8',
      '16 more are in the log of this step.',
    ])
    expect(shown.filter((a) => a.level === 'warning').map((a) => a.message)).toEqual(['w'])
  })

  it('is nothing where exactly ten are there', () => {
    expect(capped(many.slice(0, 10))).toEqual(many.slice(0, 10))
  })

  it('is cut within a message at 4096 characters, and never inside of a character', () => {
    const [long] = capped([note('error', `${'a'.repeat(mostCharacters - 2)}😀😀`)])
    expect(long?.message).toBe(`${'a'.repeat(mostCharacters - 2)}…`)
    expect(capped([note('error', 'a'.repeat(mostCharacters))])[0]?.message).toHaveLength(mostCharacters)
  })
})

describe('attack 16: an annotation', () => {
  it.each([breakingName, hidingName, ...breakingNames].map((name) => [JSON.stringify(name).slice(0, 40), name]))(
    'is printable in every part: %s',
    (_, name) => {
      const d = {
        ...diagnostic,
        message: name,
        found: name,
        code: name,
        at: { file: `/home/work/${name}`, line: 1, column: 1 },
      }
      for (const { title, message, at } of capped([
        annotationOf(d, '/home/work'),
        { ...note('warning', name.replace(/\n/g, ' ')), title: name },
      ])) {
        expect(harmIn([title, message, at?.file ?? ''].join('\n'))).toEqual([])
      }
    },
  )

  it('has no place where the name of its file cannot be shown, and says the place in its text', () => {
    const { at, message } = annotationOf(
      { ...diagnostic, at: { file: '/home/work/a\nb.csv', line: 3, column: 1 } },
      '/home/work',
    )
    expect([at, message]).toEqual([undefined, expect.stringContaining('/home/work/a\\u000ab.csv:3:1: error')])
  })
})
