import { describe, expect, it } from 'vitest'
import { heldUnder, lookUp, spelling, type TreeEntry } from '../../src/base/tree-path.ts'

const entry = (mode: string, name: string, id = name): TreeEntry => ({ mode, name, id })
const trees: Readonly<Record<string, readonly TreeEntry[]>> = {
  root: [
    entry('040000', 'models'),
    entry('120000', 'current'),
    entry('160000', 'vendor'),
    entry('100644', 'tuning.yml', 'spec'),
    entry('040000', 'lost'),
  ],
  models: [entry('100755', 'Tuning.yml'), entry('040000', 'deep'), entry('040000', 'Deep', 'other')],
  deep: [],
  other: [entry('100644', 'file')],
}
const readTree = async (id: string): Promise<readonly TreeEntry[] | null> => trees[id] ?? null

describe('what a commit holds at a path', () => {
  it.each([
    ['tuning.yml', { is: 'file', id: 'spec' }],
    ['models/Tuning.yml', { is: 'file', id: 'Tuning.yml' }],
    ['none.yml', { is: 'absent' }],
    ['none/tuning.yml', { is: 'absent' }],
    ['models/deep/x', { is: 'absent' }],
    ['lost/x', { is: 'unknown' }],
  ])('%s', async (path, expected) => {
    expect(await lookUp('root', path, readTree)).toEqual(expected)
  })

  it.each([
    ['current/tuning.yml', 'current is a link'],
    ['vendor/tuning.yml', 'vendor is a submodule'],
    ['models', 'models is a folder'],
    ['tuning.yml/x', 'tuning.yml is a file'],
    ['models/tuning.yml', 'spells models/tuning.yml as Tuning.yml'],
    ['current', 'current is a link'],
  ])('%s is odd, and not absent', async (path, why) => {
    const found = await lookUp('root', path, readTree)
    expect(found).toEqual({ is: 'odd', why: expect.stringContaining(why) as string })
  })
})

describe('what a commit holds under a path in any spelling', () => {
  it.each([
    ['MODELS', 'models'],
    ['models/TUNING.yml', 'models/Tuning.yml'],
    ['models/DEEP/FILE', 'models/Deep/file'],
    ['tuning.yml/x', 'tuning.yml'],
    ['current/x/y', 'current'],
    ['vendor/x', 'vendor'],
    ['models/deep/none', null],
    ['none', null],
    ['lost/x', 'unknown'],
  ])('%s: %s', async (path, expected) => {
    expect(await heldUnder('root', path, readTree)).toBe(expected)
  })

  it.each([
    ['.tunegate', '.TUNEGATE'],
    ['.tunegate', '.tunegate.'],
    ['.tunegate', '.tunegate . '],
    ['.tunegate', '.tune\u200cgate'],
    ['caf\u00e9', 'cafe\u0301'],
    ['Stra\u00dfe', 'STRASSE'],
    ['.tunegate', '.\u017funegate'.replace('\u017f', 't')],
    ['k', '\u212a'],
    ['s', '\u017f'],
  ])('%j is spelled like %j', (one, other) => {
    expect(spelling(one)).toBe(spelling(other))
  })

  it('keeps other names apart', () => {
    expect(new Set(['.tunegate', 'tunegate', '.tunegate2', '.tune gate', 'report'].map(spelling)).size).toBe(5)
  })
})
