import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, sources } from '../support/architecture.ts'
import { attacks } from '../support/attacks.ts'

const titles = (text: string): number[] => [...text.matchAll(/['"`]attack (\d+): /g)].map((m) => Number(m[1]))
const played = new Map(sources('test', '.test.ts').map(({ path, text }) => [path, new Set(titles(text))]))

describe('the attacks', () => {
  it('are numbered from 1 without a gap', () => {
    expect(Object.keys(attacks)).toEqual(Object.keys(attacks).map((_, i) => String(i + 1)))
  })

  it.each(Object.entries(attacks))('%s has guards, and a test in every file that is listed', (number, { guards, tests }) => {
    for (const guard of guards) expect(readFileSync(join(root, guard), 'utf8').length).toBeGreaterThan(100)
    expect(tests.length).toBeGreaterThan(0)
    for (const path of tests) expect([...(played.get(path) ?? [])], path).toContain(Number(number))
  })

  it('have a sentence each that reads in a table', () => {
    for (const { attack } of Object.values(attacks)) expect(attack).toMatch(/^[A-Z][^\n|]*\.$/)
  })

  it('are listed wherever a test plays one', () => {
    for (const [path, numbers] of played)
      for (const number of numbers) expect(attacks[number]?.tests, `attack ${number}`).toContain(path)
  })
})
