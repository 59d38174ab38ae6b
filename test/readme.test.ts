import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { normalize } from '../src/compile/normalize.ts'
import { parseSpec } from '../src/dsl/parse.ts'
import { root, sources } from './support/architecture.ts'
import { attacks } from './support/attacks.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const readme = read('README.md')
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

  it('leads to what SECURITY.md says', () => {
    expect(readme).toContain('](SECURITY.md)')
    expect(readme).not.toContain('<!-- generated:attacks -->')
  })
})

describe.each(['README.md', 'SECURITY.md'])('%s', (page) => {
  it('links to files that are there', () => {
    const links = [...read(page).matchAll(/\]\(((?!https?:|#|mailto:)[^)\s]+)\)/g)]
    const targets = links.map((m) => (m[1] ?? '').split('#')[0] ?? '')
    expect(targets.length).toBeGreaterThan(5)
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([])
  })

  it('names no mail address', () => {
    expect(read(page)).not.toMatch(/mailto:|[\w.-]+@[\w-]+\.[a-z]{2,}\b/)
  })
})

describe('SECURITY.md', () => {
  const page = read('SECURITY.md')

  it('shows every attack with the files that stop it and the tests that play it', () => {
    const table = page.slice(page.indexOf('<!-- generated:attacks -->'), page.indexOf('<!-- /generated:attacks -->'))
    const rows = table.split('\n').filter((line) => /^\| \d/.test(line))
    expect(rows).toHaveLength(Object.keys(attacks).length)
    for (const [i, { attack, guards, tests }] of Object.values(attacks).entries()) {
      const parts = [`| ${i + 1} | ${attack} |`, ...[...guards, ...tests].map((path) => `](${path})`)]
      for (const part of parts) expect(rows[i]).toContain(part)
    }
  })

  it('says how to report, how to verify a release, and what to require', () => {
    const topics = ['/security/advisories/new', '## Supported versions', 'gh attestation verify']
    for (const part of [...topics, 'ruleset', '`paths`', '`edited`', '`merge_group`', '`.github/`']) expect(page).toContain(part)
  })
})

describe('the example of CODEOWNERS', () => {
  const owned = read('examples/github/CODEOWNERS').split('\n').filter((line) => /^[^#]/.test(line)).map((line) => line.split(/\s+/))

  it('owns all that decides on a check, not one workflow, and names nobody', () => {
    expect(owned.map(([path]) => path)).toEqual(['/.github/', 'tuning.yml', 'tuning.lock.json', '/data/'])
    expect([...new Set(owned.map(([, owner]) => owner))]).toEqual(['@your-org/your-team'])
  })
})
