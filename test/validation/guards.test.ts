import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guards } from '../../validation/guards/index.ts'
import { placesOf } from '../../validation/guards/place.ts'
import { root } from '../support/architecture.ts'
import { attacks } from '../support/attacks.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('the guards that the campaign removes', () => {
  it.each(guards.map((g) => [`${g.file}: ${g.guard}`, g] as const))('%s', (_, { attack, file, find, replace, tests }) => {
    expect(placesOf(file, read(file), find), 'the text of the guard stands in its file once').toHaveLength(1)
    expect(replace).not.toBe(find)
    expect(tests.length).toBeGreaterThan(0)
    for (const test of tests) expect(read(test.file).length).toBeGreaterThan(0)
    if (attack !== 0) expect(attacks[attack]?.attack, `attack ${attack} has a line in SECURITY.md`).toBeTruthy()
  })

  it('cover every attack', () => {
    const covered = new Set(guards.map((g) => g.attack))
    expect(
      Object.keys(attacks)
        .map(Number)
        .filter((n) => !covered.has(n)),
    ).toEqual([])
  })
})

describe('the place of a guard', () => {
  const of = (text: string, find: string, file = 'a.ts'): string[] =>
    placesOf(file, text, find).map(({ from, to }) => text.slice(from, to))

  it('is found in whatever layout a formatter leaves it', () => {
    expect(of('x(\n  a,\n  b,\n)\n', 'x(a, b)')).toEqual(['x(\n  a,\n  b,\n)'])
    expect(of('x(a, b); x(a,  b)', 'x(\na,\nb,\n)')).toEqual(['x(a, b)', 'x(a,  b)'])
    expect(of('x(a, b)', 'x(a, b)')).toEqual(['x(a, b)'])
  })

  it('is only the exact text of a file in which blanks have a meaning', () => {
    expect(of('a:  b', 'a: b', 'a.yml')).toEqual([])
    expect(of('a: b', 'a: b', 'a.yml')).toEqual(['a: b'])
  })
})
