import { describe, expect, it } from 'vitest'
import { jsonLines } from '../../../bench/engines/results.ts'

describe('figures as JSON', () => {
  it('have a line for each member down to a depth', () => {
    const value = { a: { b: [1, 2], c: { d: 'x' } }, list: [{ e: null }], none: {}, left: undefined }
    expect(jsonLines(value, 2).split('\n')).toEqual([
      '{',
      ' "a": {',
      '  "b": [1,2],',
      '  "c": {"d":"x"}',
      ' },',
      ' "list": [',
      '  {"e":null}',
      ' ],',
      ' "none": {}',
      '}',
    ])
  })
  it('are the value that was written', () => {
    const value = { a: [[1, [2, { b: NaN }]], 'ä"\n'], c: {} }
    for (const depth of [0, 1, 2, 9]) expect(JSON.parse(jsonLines(value, depth))).toEqual(JSON.parse(JSON.stringify(value)))
  })
})
