import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guards } from '../../validation/guards/index.ts'
import { root } from '../support/architecture.ts'
import { attacks } from '../support/attacks.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('the guards that the campaign removes', () => {
  it.each(guards.map((g) => [`${g.file}: ${g.guard}`, g] as const))('%s', (_, { attack, file, find, replace, tests }) => {
    expect(read(file).split(find), 'the text of the guard stands in its file once').toHaveLength(2)
    expect(replace).not.toBe(find)
    expect(tests.length).toBeGreaterThan(0)
    for (const test of tests) expect(read(test.file).length).toBeGreaterThan(0)
    if (attack !== 0) expect(attacks[attack]?.attack, `attack ${attack} has a line in SECURITY.md`).toBeTruthy()
  })

  it('cover every attack', () => {
    const covered = new Set(guards.map((g) => g.attack))
    expect(Object.keys(attacks).map(Number).filter((n) => !covered.has(n))).toEqual([])
  })
})
