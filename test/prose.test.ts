import { describe, expect, it } from 'vitest'
import { sources } from './support/architecture.ts'
import { literalsIn } from './support/plugins.ts'

const src = sources('src').filter(({ path }) => !path.endsWith('.gen.ts'))

/** Exported types and classes whose names are several words in one, as `RunScheduler`: no person writes such a word. */
const types = src.flatMap(({ text }) =>
  [...text.matchAll(/^export (?:class|interface|type) ([A-Z][a-z]+(?:[A-Z][a-z]+)+)\b/gm)].map(([, name = '']) => name),
)

describe('a text for people', () => {
  // A rename of identifiers once wrote "InterimAnalysis at the per-seed values" into a remedy that began with Look.
  it('names no type of the code', () => {
    expect(types.length).toBeGreaterThan(200)
    const named = new RegExp(`\\b(${types.join('|')})\\b`)
    const found = src.flatMap(({ path, text }) =>
      literalsIn(text)
        .filter(({ name }) => name.includes(' ') && named.test(name))
        .map(({ name, line }) => `${path}:${line}: ${name}`),
    )
    expect(found).toEqual([])
  })
})
