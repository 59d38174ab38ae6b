import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { optionsOf } from '../../../bench/quality/options.ts'
import { dataSets, type Kind, type Use } from '../../../bench/quality/sets.ts'
import { root } from '../../support/architecture.ts'

const names = (args: readonly string[]): string[] => optionsOf(args).sets.map(({ name }) => name)

describe('the options of the benchmark', () => {
  it('never read a data set that is set aside unless asked to', () => {
    const usesOf = (args: readonly string[]) => new Set(optionsOf(args).sets.map(({ use }) => use))
    expect(usesOf([])).toEqual(new Set(['rules']))
    expect(usesOf(['--tier', 'full'])).toEqual(new Set(['rules']))
    expect(usesOf(['--aside'])).toEqual(new Set(['aside']))
    expect(names(['--aside', '--sets', 'leaves'])).toEqual(['leaves'])
  })

  it.each([
    [['--sets', 'breast,leaves'], 'leaves is set aside: add --aside; known are photos'],
    [['--aside', '--sets', 'breast'], 'breast is not set aside: leave out --aside; set aside are leaves'],
  ])('refuse %j', (args, reason) => {
    expect(() => names(args)).toThrow(reason)
  })

  it('name what they know', () => {
    expect(() => optionsOf(['--sets', 'iris'])).toThrow(/iris is not known; known are photos, digits, breast/)
    expect(() => optionsOf(['--arms', 'bayes'])).toThrow(/--arms knows declared, tunegate, random/)
    expect(() => optionsOf(['--starts', 'middle'])).toThrow('--starts knows init, low, high, found middle')
    expect(() => optionsOf(['--roots', '1,x'])).toThrow('--roots takes whole numbers, found x')
    expect(() => optionsOf(['--tier', 'slow'])).toThrow('--tier is quick or full, found slow')
  })

  it('search in the full tier and for the reference only', () => {
    expect(optionsOf([]).arms).toEqual(['declared', 'tunegate'])
    expect(optionsOf(['--tier', 'full']).arms).toContain('tpe+median')
    expect(optionsOf(['--reference']).tier).toBe('full')
  })
})

describe('the data sets', () => {
  const of = (kind: Kind, use: Use): number => dataSets.filter((set) => set.kind === kind && set.use === use).length

  it('for the rules are of every kind, and some of both tasks are set aside', () => {
    for (const kind of ['tabular', 'image', 'text', 'signal'] as const) expect(of(kind, 'rules')).toBeGreaterThan(2)
    const tasks = dataSets.filter(({ use }) => use === 'aside').map(({ task }) => task)
    expect(new Set(tasks)).toEqual(new Set(['classification', 'regression']))
  })

  it('are those that data.py writes and README.md lists, each with its source and license', () => {
    const read = (file: string): string => readFileSync(join(root, 'bench/quality', file), 'utf8')
    const written = [...read('data.py').matchAll(/^ {4}"(\w+)": \($/gm)].map(([, name]) => name)
    const listed = [...read('README.md').matchAll(/^\| (\w+)(?: \(check\))? \| (\w+) \| (\w+) \| \d+ \| (\w+) \|/gm)]
    expect(written.sort()).toEqual(dataSets.map(({ name }) => name).sort())
    expect(listed.map(([, ...row]) => row.join(' ')).sort()).toEqual(
      dataSets.map(({ name, kind, task, use }) => [name, kind, task, use].join(' ')).sort(),
    )
    for (const [, source] of read('data.py').matchAll(/"([^"]*)"\),$/gm))
      expect(read('README.md')).toContain(`| ${source} |`)
  })
})
