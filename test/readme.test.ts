import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { normalize } from '../src/compile/normalize.ts'
import { parseSpec } from '../src/spec/parse.ts'
import { root, sources } from './support/architecture.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/^```yaml\n([^]*?)^```$/gm)].map((m) => m[1] ?? '')
/** Files that the linters read and act runs, or that a study is run from. */
const tested = [...sources('examples', '.yml'), ...sources('.github/workflows', '.yml')]

/** What is wrong with a part of a spec, put into one that is whole without it; a list is one of layers. */
function problems(fragment: string): string[] {
  const value: unknown = parse(fragment)
  const part = Array.isArray(value) ? { model: { layers: value } } : value as object
  const layers = [{ dense: { units: 'classes' } }]
  const text = stringify({ version: 1, name: 'x', task: 'classification', data: { source: 'x.csv', target: 'y' }, model: { layers }, ...part })
  const parsed = parseSpec(text, 'README.md')
  const spec = parsed.ok ? normalize(parsed.value) : parsed
  return spec.ok ? [] : spec.error.map((d) => d.message)
}

describe('the README', () => {
  it('shows workflows and whole specs as the files that are tested', () => {
    const whole = blocks.filter((block) => /^(jobs|on|version):/m.test(block))
    expect(whole.length).toBeGreaterThanOrEqual(4)
    for (const block of whole) expect(tested.filter(({ text }) => text === block).map(({ path }) => path), block.slice(0, 80)).toHaveLength(1)
    // Every example of a workflow is shown.
    for (const { path, text } of sources('examples/workflows', '.yml')) expect(whole, path).toContain(text)
  })

  it('shows parts of specs that are valid', () => {
    const parts = blocks.filter((block) => !/^(jobs|on|version):/m.test(block))
    expect(parts.length).toBeGreaterThan(0)
    for (const part of parts) expect(problems(part), part).toEqual([])
  })

  it('links to files that are there', () => {
    const targets = [...readme.matchAll(/\]\(((?!https?:|#|mailto:)[^)\s]+)\)/g)].map((m) => (m[1] ?? '').split('#')[0] ?? '')
    expect(targets.length).toBeGreaterThan(5)
    for (const target of targets) expect(() => readFileSync(join(root, target)), target).not.toThrow(/ENOENT/)
  })
})
