import { describe, expect, it, test } from 'vitest'
import { parseSpec } from '../../src/dsl/parse.ts'
import { limits } from '../../src/dsl/guard.ts'
import { iris, must } from '../compile/support.ts'

const codes = (text: string): string[] => {
  const result = parseSpec(text, 'tuning.yml')
  return result.ok ? [] : [...new Set(result.error.map((d) => d.code))]
}

describe('positions', () => {
  const at = (text: string, ...path: (string | number)[]): [number, number] => {
    const { line, column } = must(parseSpec(text, 'tuning.yml')).locate(path)
    return [line, column]
  }
  const text = `${iris}stages:\n  - lr-range\n  - verify: { seeds: 3 }\n`

  it('are those of the value, counted from 1', () => {
    expect(at(text, 'name')).toEqual([2, 7])
    expect(at(text, 'data', 'target')).toEqual([4, 35])
    expect(at(text, 'model', 'layers', 2, 'dense', 'units')).toEqual([5, 90])
    expect(at(text, 'stages', 1, 'verify', 'seeds')).toEqual([8, 22])
  })
  it('of what is not there are those of the nearest value around it', () => {
    expect(at(text, 'levers', 'batching', 'batchSize')).toEqual([1, 1])
    expect(at(text, 'stages', 0, 'lr-range', 'from')).toEqual([7, 5])
    expect(at(text, 'data', 'split', 'seed')).toEqual([4, 7])
  })
  it('find an item of a list by its name', () => {
    expect(at(text, 'stages', 'verify', 'seeds')).toEqual([8, 22])
    expect(at(text, 'stages', 'lr-range', 'from')).toEqual([7, 5])
    expect(at(text, 'stages', 'batch', 'largest')).toEqual([7, 3])
  })
  it('do not mind line ends, a byte order mark, or JSON', () => {
    expect(at(text.replaceAll('\n', '\r\n'), 'stages', 1, 'verify', 'seeds')).toEqual([8, 22])
    expect(at(`\uFEFF${text}`, 'name')).toEqual([2, 7])
    const json = JSON.stringify(must(parseSpec(text, 'tuning.yml')).spec, null, '\t')
    expect(must(parseSpec(json, 'tuning.json')).spec).toEqual(must(parseSpec(text, 'tuning.yml')).spec)
    expect(at(json, 'name')).toEqual([3, 10])
  })
})

describe('values', () => {
  const name = (written: string): unknown => must(parseSpec(iris.replace('name: iris', `name: ${written}`), 'f')).spec.name
  it('are those of YAML 1.2: no is a text, 0o17 and 1e-3 are numbers', () => {
    expect(name('no')).toBe('no')
    expect(name('"\\u0061b"')).toBe('ab')
    expect(must(parseSpec(`${iris}levers: { optimization: { learningRate: 1e-3 } }\nseed: 0o17\n`, 'f')).spec).toMatchObject(
      { levers: { optimization: { learningRate: 0.001 } }, seed: 15 },
    )
  })
  it('named __proto__ or constructor are plain unknown keys and reach no prototype', () => {
    expect(codes(`${iris}__proto__: { polluted: true }\n`)).toEqual(['spec/unknown-key'])
    expect(codes(`${iris}levers: { __proto__: { a: 1 }, toString: 3 }\n`)).toEqual(['spec/unknown-key'])
    expect(codes(`${iris}stages: [{ __proto__: {} }]\n`)).toEqual(['spec/unknown-stage'])
    expect(codes(iris.replace('dropout', 'toString'))).toEqual(['spec/unknown-layer'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('what is too much is refused quickly', () => {
  const mib = limits.bytes - 10
  test.each<[string, string, string]>([
    ['bytes', `#${'x'.repeat(limits.bytes)}`, 'spec/too-large'],
    ['open brackets', '['.repeat(mib), 'spec/too-deep'],
    ['nested lists on one line', '- '.repeat(mib / 2), 'spec/too-deep'],
    ['nested maps', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'spec/too-deep'],
    ['flow maps', '{a: '.repeat(mib / 4), 'spec/too-deep'],
    ['question marks', '? '.repeat(mib / 2), 'spec/too-deep'],
    ['keys', Array.from({ length: 90_000 }, (_, i) => `a${i}: 1`).join('\n'), 'spec/too-many-nodes'],
    ['items', `a: [${'1,'.repeat(mib / 2 - 10)}]`, 'spec/too-many-nodes'],
    ['items just below what the lexer stops at', `a: [${'1,'.repeat(10_001)}]`, 'spec/too-many-nodes'],
    ['documents', '---\n'.repeat(mib / 4), 'spec/too-many-nodes'],
    ['anchors', '&a '.repeat(mib / 3), 'spec/anchor'],
    ['aliases', `[${'*a,'.repeat(mib / 3 - 5)}`, 'spec/alias'],
    ['tags', '! '.repeat(mib / 2), 'spec/tag'],
  ])('%s', (_, text, code) => {
    // Time of this process's own: what else the machine does is no fault of the reader.
    const start = process.cpuUsage()
    expect(codes(text)).toEqual([code])
    const { user, system } = process.cpuUsage(start)
    expect((user + system) / 1000).toBeLessThan(2000)
  })

  it('a map of thousands of keys is read, and at most a hundred of its errors shown', () => {
    const result = parseSpec(Array.from({ length: 4000 }, (_, i) => `a${i}: 1`).join('\n'), 'f')
    expect(result.ok).toBe(false)
    if (!result.ok) expect([result.error.length, result.error.at(-1)?.code]).toEqual([101, 'spec/more'])
  })

  test.each([
    '"'.repeat(mib),
    "'".repeat(mib),
    ':'.repeat(mib),
    `a: ${'x y '.repeat(mib / 4 - 2)}`,
    `a: |\n${' x\n'.repeat(mib / 3 - 5)}`,
    '\n'.repeat(mib),
    '\t'.repeat(mib),
    '%a\n'.repeat(mib / 3),
  ])('a file of one thing, repeated, ends in an error (%#)', (text) => expect(codes(text).length).toBeGreaterThan(0))
})
