import { describe, expect, it } from 'vitest'
import { literalsIn, uses, type PluginKind } from './support/plugins.ts'

/** Kinds of plug-ins whose names stand in their own folder alone. */
const held: readonly PluginKind[] = []

describe('the name of a plug-in', () => {
  it.each(held.map((kind) => [kind.folder, kind] as const))('stands in %s and nowhere else', (_, kind) => {
    expect(kind.names.length).toBeGreaterThan(1)
    expect(uses(kind).map(({ file, line, name }) => `${file}:${line}: ${name}`)).toEqual([])
  })

  it('is found in code, types and keys, and not in comments or longer texts', () => {
    const text = "// 'verify'\nconst a: 'verify' = 'verify'\nconst b = { 'lr-range': 1 }\nconst c = 'we verify'\nimport x from 'verify'\n"
    expect(literalsIn(text)).toEqual([
      { name: 'verify', line: 2 }, { name: 'verify', line: 2 }, { name: 'lr-range', line: 3 }, { name: 'we verify', line: 4 },
    ])
  })
})
