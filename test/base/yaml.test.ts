import { describe, expect, it } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { stream } from '../../src/base/random.ts'
import { yamlComment, yamlScalar } from '../../src/base/yaml.ts'
import { breakingName, breakingNames, harmIn, hidingName, hostileNames } from '../support/hostile.ts'

const pieces = [
  ...' \t\n\r\'"`#:-?{}[]&*!|>%@,~.0123456789eExXnNtT/\\$',
  ': ',
  ' #',
  '\n- ',
  '---\n',
  '\u0000',
  '\u001b',
  '\u0085',
  '\u2028',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\uffff',
  '🙂',
  '\u{e0041}',
  'ü',
  '日',
  'true',
  'null',
  'a',
]
const random = stream(7, 'yaml')
const drawn = Array.from({ length: 3000 }, () =>
  Array.from({ length: 1 + random.integer(8) }, () => pieces[random.integer(pieces.length)]).join(''),
)
const names = [
  breakingName,
  hidingName,
  ...breakingNames,
  ...hostileNames,
  ...drawn,
  '',
  'no',
  'off',
  'Y',
  '12e03',
  '1_000',
  '0o7',
  '.5',
  '-',
  '<<',
  '=',
  '12.yml',
  '1d',
]

describe.each(['1.1', '1.2'] as const)('attack 19: YAML %s', (version) => {
  it(`reads a scalar of ours in version ${version} as the very text`, () => {
    for (const name of names) {
      const document = `a: ${yamlScalar(name)}\nb: 1\nc:\n  - ${yamlScalar(name)} ${yamlComment(name)}\n`
      const { errors, warnings } = parseDocument(document, { version })
      expect([errors, warnings], JSON.stringify(name)).toEqual([[], []])
      expect(parse(document, { version }), JSON.stringify(name)).toEqual({ a: name, b: 1, c: [name] })
    }
  })

  it(`reads a comment of ours in version ${version} as one line`, () => {
    for (const name of names)
      expect(parse(`${yamlComment(name)}\na: 1\n`, { version }), JSON.stringify(name)).toEqual({ a: 1 })
  })
})

describe('attack 16: YAML that we write', () => {
  it('has only printable characters', () => {
    for (const name of names)
      expect(harmIn(`${yamlScalar(name)}\n${yamlComment(name).slice(2)}`), JSON.stringify(name)).toEqual([])
  })
})

describe('a scalar', () => {
  it('is plain where that is safe', () => {
    for (const name of [
      'tuning.yml',
      'models/wine/tuning.yml',
      '12.yml',
      '2024/a.yml',
      'tune digits',
      'a-b_c',
      'octo/nets@0a',
    ])
      expect(yamlScalar(name)).toBe(name)
  })

  it('ends with text of ours, which is part of it', () => {
    expect(yamlScalar('tunegate-digits-', '${{ github.ref }}')).toBe('tunegate-digits-${{ github.ref }}')
    expect(yamlScalar('a: ', '${{ github.ref }}')).toBe('"a: ${{ github.ref }}"')
  })
})
