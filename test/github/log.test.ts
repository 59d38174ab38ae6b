import { describe, expect, it } from 'vitest'
import { harmless } from '../../src/github/log.ts'
import { commandsIn } from '../support/runner.ts'

describe('attack 6: a line of the log', () => {
  it.each([
    '::set-output name=verdict::pass',
    '  ::error::x',
    '\t::stop-commands::token',
    '::add-mask::a',
    '::::',
    'a\n::error file=x::injected',
    'a\r::error::y',
    '::error::\u001b[31mred',
  ])('is no command, whatever a spec calls its layers: %j', (text) => {
    const line = harmless(text)
    expect(commandsIn(line)).toEqual([])
    expect(line.trimStart().startsWith('::')).toBe(false)
    expect(line).not.toMatch(/[\r\n\u001b]/)
  })

  it('has no old-style command anywhere in it', () => {
    expect(harmless('loss ##[error]x ##[group]')).not.toContain('##[')
  })

  it('is what it was where it is harmless', () => {
    for (const text of ['accuracy 0.98', 'a::b', 'trial ::', ':', 'lr 1e-3 → 3e-3']) expect(harmless(text)).toBe(text)
  })
})

describe('the reader of commands', () => {
  it('sees those that are there', () => {
    expect(commandsIn('x\n::error file=a%2Cb.yml,line=3,title=a%3A b::one%0Atwo\n  ::endgroup::')).toEqual([
      { name: 'error', properties: { file: 'a,b.yml', line: '3', title: 'a: b' }, value: 'one\ntwo' },
      { name: 'endgroup', properties: {}, value: '' },
    ])
  })
})
