import { expect, test } from 'vitest'
import { didYouMean, formatDiagnostic, printable, sortDiagnostics, type Diagnostic } from '../../src/base/diagnostics.ts'
import { canonicalJson, fingerprint } from '../../src/base/hash.ts'

test('a diagnostic shows place, code, what was found, what is allowed and what to do', () => {
  expect(
    formatDiagnostic({
      code: 'spec/unknown-key',
      severity: 'error',
      message: 'unknown key',
      at: { file: 'tuning.yml', line: 3, column: 5 },
      found: 'learningrate',
      allowed: 'optimizer, learningRate',
      hint: 'did you mean learningRate?',
    }),
  ).toBe(
    'tuning.yml:3:5: error[spec/unknown-key] unknown key\n  found:   learningrate\n  allowed: optimizer, learningRate\n  hint:    did you mean learningRate?',
  )
})

test('terminal escapes, line breaks and direction marks from input are shown, not obeyed', () => {
  expect(printable('a\u001b[31mb\nc\u202ed')).toBe('a\\u001b[31mb\\u000ac\\u202ed')
  expect(printable('x'.repeat(600))).toHaveLength(501)
})

test.each([
  ['learningrate', ['learningRate', 'momentum'], 'learningRate'],
  ['adamW', ['adam', 'adamw', 'sgd'], 'adamw'],
  ['dropuot', ['dropout', 'flatten'], 'dropout'],
  ['xyz', ['dropout', 'flatten'], undefined],
  ['a', ['b'], 'b'],
])('did you mean: %s of %j is %s', (name, candidates, expected) => expect(didYouMean(name, candidates)).toBe(expected))

test('diagnostics come in reading order', () => {
  const at = (line: number, column: number): Diagnostic => ({
    code: 'x',
    severity: 'error',
    message: '',
    at: { file: 'f', line, column },
  })
  expect(sortDiagnostics([at(2, 1), at(1, 9), at(1, 2)]).map((d) => [d.at?.line, d.at?.column])).toEqual([
    [1, 2],
    [1, 9],
    [2, 1],
  ])
})

test('equal values have one fingerprint whatever order they were built in', () => {
  expect(canonicalJson({ b: [1, { d: undefined, c: null }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":null}]}')
  expect(fingerprint({ a: 1, b: 2 })).toBe(fingerprint({ b: 2, a: 1 }))
  expect(fingerprint({ a: 1 })).not.toBe(fingerprint({ a: '1' }))
})
