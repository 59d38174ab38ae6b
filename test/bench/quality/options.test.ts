import { describe, expect, it } from 'vitest'
import { optionsOf } from '../../../bench/quality/options.ts'
import { dataSets } from '../../../bench/quality/sets.ts'

const names = (args: readonly string[]): string[] => optionsOf(args).sets.map(({ name }) => name)

describe('the options of the benchmark', () => {
  it('never read a data set that is set aside unless asked to', () => {
    expect(optionsOf([]).sets.every(({ aside }) => !aside)).toBe(true)
    expect(optionsOf(['--tier', 'full']).sets.every(({ aside }) => !aside)).toBe(true)
    expect(optionsOf(['--aside']).sets.every(({ aside }) => aside)).toBe(true)
    expect(() => names(['--sets', 'breast,vehicle'])).toThrow('vehicle is set aside: add --aside')
    expect(() => names(['--aside', '--sets', 'breast'])).toThrow('breast is not set aside: leave out --aside')
    expect(names(['--aside', '--sets', 'vehicle'])).toEqual(['vehicle'])
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
  it('are set aside by half, of each kind', () => {
    for (const kind of ['tabular', 'image', 'text', 'signal']) {
      const own = dataSets.filter((set) => set.kind === kind)
      expect(own.filter(({ aside }) => aside).length * 2, kind).toBe(own.length)
    }
  })
})
