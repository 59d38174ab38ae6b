import { describe, expect, it } from 'vitest'
import { helpText, parseComment } from '../../../src/github/comment/grammar.ts'

const stages = ['lr-range', 'batch', 'verify']
const sha = '0123456789abcdef0123456789abcdef01234567'
const none = { seeds: null, trials: null, minutes: null, stages: null }
const read = (body: string): unknown => {
  const found = parseComment(body, stages)
  return found === null ? null : found.ok ? found.value : found.error
}

describe('a comment', () => {
  it.each([
    ['/tune', { name: 'tune', sha: null, options: none }],
    ['/tune  \t', { name: 'tune', sha: null, options: none }],
    ['/tune verify', { name: 'verify', sha: null, options: none }],
    ['/tune plan stages=batch,verify', { name: 'plan', sha: null, options: { ...none, stages: ['batch', 'verify'] } }],
    ['/TUNE Verify', { name: 'verify', sha: null, options: none }],
    ['/tune cancel', { name: 'cancel', sha: null, options: none }],
    ['/tune help', { name: 'help', sha: null, options: none }],
    [`/tune ${sha}`, { name: 'tune', sha, options: none }],
    [`/tune verify ${sha.toUpperCase()} seeds=5`, { name: 'verify', sha, options: { ...none, seeds: 5 } }],
    [
      '/tune minutes=30 trials=200 seeds=100',
      { name: 'tune', sha: null, options: { ...none, minutes: 30, trials: 200, seeds: 100 } },
    ],
    ['/tune verify\r\nand a reason\n/tune cancel', { name: 'verify', sha: null, options: none }],
  ])('asks: %j', (body, expected) => expect(read(body)).toEqual(expected))

  it.each([
    '',
    'please /tune',
    ' /tune',
    '\n/tune',
    '> /tune',
    '`/tune`',
    '/tuned',
    '/Tuned',
    '/tune:verify',
    '/tune/x',
    '/tune\u00a0verify',
    'nice\n/tune',
    '//tune',
    '\ufeff/tune',
  ])('is not for us: %j', (body) => expect(read(body)).toBeNull())

  it.each([
    ['/tune verfy', 'did you mean verify?'],
    ['/tune verify plan', 'not understood'],
    [`/tune ${sha} verify`, 'not understood'],
    ['/tune abc1234', 'can be forged'],
    [`/tune ${sha}0`, 'can be forged'],
    [`/tune ${sha} ${sha}`, 'not the full hash'],
    ['/tune seeds', 'not understood'],
    ['/tune seeds=', 'not understood'],
    ['/tune seeds==3', 'not understood'],
    ['/tune seeds=1', 'from 2 to 100'],
    ['/tune seeds=101', 'from 2 to 100'],
    ['/tune seeds=3.5', 'whole number'],
    ['/tune seeds=1e2', 'whole number'],
    ['/tune seeds=0x10', 'whole number'],
    ['/tune seeds=-3', 'whole number'],
    ['/tune seeds=03', 'whole number'],
    ['/tune trials=0', 'from 1 to 100000'],
    ['/tune trials=100001', 'from 1 to 100000'],
    ['/tune trials=99999999999', 'whole number'],
    ['/tune minutes=0', 'from 1 to 360'],
    ['/tune minutes=361', 'from 1 to 360'],
    ['/tune seeds=3 seeds=4', 'given twice'],
    ['/tune stages=none', 'none is none'],
    ['/tune stages=batch,', 'an empty one'],
    ['/tune stages=batch,batch', 'named twice'],
    ['/tune seed=3', 'did you mean seeds?'],
    ['/tune verify stages=batch', 'does not take stages'],
    ['/tune plan minutes=3', 'does not take minutes'],
    ['/tune cancel seeds=3', 'it takes no keys'],
    ['/tune __proto__=3', 'not understood'],
    ['/tune constructor=3', 'does not take constructor'],
    ['/tune $(id)', 'not understood'],
    ['/tune seeds=3;id', 'whole number'],
    ['/tune \u202eseeds=3', 'printable ASCII'],
    ['/tune seeds=３', 'printable ASCII'],
    ['/tune \u0000', 'printable ASCII'],
  ])('is refused whole: %j', (body, reason) => expect(read(body)).toContain(reason))

  it('has a line of at most 300 characters', () => {
    const line = (length: number): string => '/tune seeds=3'.padEnd(length, ' ')
    expect(read(line(300))).toMatchObject({ options: { seeds: 3 } })
    expect(read(line(301))).toContain('longer than 300')
  })

  it('may be checked quickly, whatever it holds', () => {
    const begun = performance.now()
    for (const text of [`/tune ${' '.repeat(200_000)}x`, `/tune ${'a='.repeat(100_000)}`, '\r'.repeat(200_000)]) read(text)
    expect(performance.now() - begun).toBeLessThan(500)
  })
})

describe('the help', () => {
  it('names every command that there is', () => {
    for (const name of ['verify', 'plan', 'cancel', 'help']) expect(helpText(['first', 'last'])).toContain(`/tune ${name}`)
  })
})
