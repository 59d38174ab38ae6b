import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { noCommit } from '../src/cli/workflows/comment.ts'
import { normalize } from '../src/compile/normalize.ts'
import { normalizeResults } from '../src/compile/normalize/results.ts'
import { parseSpec } from '../src/dsl/parse.ts'
import { selectionAlpha } from '../src/stages/compare.ts'
import { root, sources } from './support/architecture.ts'
import { attacks } from './support/attacks.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const readme = read('README.md')
const pages = ['README.md', ...sources('docs', '.md').map(({ path }) => path)]
const blocks = pages.flatMap((page) => [...read(page).matchAll(/^```yaml\n([^]*?)^```$/gm)].map((m) => m[1] ?? ''))
const isWhole = (block: string): boolean => /^(jobs|on|version):/m.test(block)
/** Steps of a workflow, which call an action. */
const isStep = (block: string): boolean => /^- uses:/.test(block)
/** Files that the linters read and act runs, or that a study is run from. */
const tested = [...sources('examples', '.yml'), ...sources('.github/workflows', '.yml')]

/** What is wrong with a part of a spec, put into one that is whole without it; a list is one of layers. */
function problems(fragment: string): string[] {
  const value: unknown = parse(fragment)
  const part = Array.isArray(value) ? { model: { layers: value } } : (value as object)
  const layers = [{ dense: { units: 'classes' } }]
  const text = stringify({
    version: 1,
    name: 'x',
    task: 'classification',
    ...('trainer' in part || 'results' in part ? {} : { data: { source: 'x.csv', target: 'y' }, model: { layers } }),
    ...part,
  })
  const parsed = parseSpec(text, 'README.md')
  const spec = !parsed.ok ? parsed : 'results' in part ? normalizeResults(parsed.value) : normalize(parsed.value)
  return spec.ok ? [] : spec.error.map((d) => d.message)
}

describe('the README and the pages of docs/', () => {
  it('say how often noise moves a lever', () => {
    for (const page of ['README.md', 'docs/how-it-decides.md']) {
      expect(read(page).replace(/\s+/g, ' ')).toContain(`once in ${1 / selectionAlpha} times`)
    }
  })

  it('shows workflows and whole specs as the files that are tested', () => {
    const whole = blocks.filter(isWhole)
    expect(whole.length).toBeGreaterThanOrEqual(4)
    for (const block of whole)
      expect(
        tested.filter(({ text }) => text === block).map(({ path }) => path),
        block.slice(0, 80),
      ).toHaveLength(1)
    // Every example of a workflow is shown.
    for (const { path, text } of sources('examples/workflows', '.yml')) expect(whole, path).toContain(text)
  })

  it('shows parts of specs that are valid', () => {
    const parts = blocks.filter((block) => !isWhole(block) && !isStep(block))
    expect(parts.length).toBeGreaterThan(0)
    for (const part of parts) expect(problems(part), part).toEqual([])
  })

  it('shows steps that give the action inputs that it has', () => {
    const steps = blocks
      .filter(isStep)
      .flatMap((block) => parse(block) as { readonly uses: string; readonly with: object }[])
    const { inputs }: { inputs: object } = parse(read('action.yml'))
    expect(steps.length).toBeGreaterThan(0)
    for (const step of steps) {
      expect(step.uses).toBe(noCommit)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with)))
    }
  })

  it('keeps the README short', () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(10_240)
  })

  it('leads to what SECURITY.md says', () => {
    expect(readme).toContain('](SECURITY.md)')
    expect(readme).not.toContain('<!-- generated:attacks -->')
  })
})

describe.each([...pages, 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s', (page) => {
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
    for (const part of [...topics, 'ruleset', '`paths`', '`edited`', '`merge_group`', '`.github/`'])
      expect(page).toContain(part)
  })
})

describe('the example of CODEOWNERS', () => {
  const owned = read('examples/github/CODEOWNERS')
    .split('\n')
    .filter((line) => /^[^#]/.test(line))
    .map((line) => line.split(/\s+/))

  it('owns all that decides on a check, not one workflow, and names nobody', () => {
    expect(owned.map(([path]) => path)).toEqual(['/.github/', 'tuning.yml', 'tuning.lock.json', '/data/'])
    expect([...new Set(owned.map(([, owner]) => owner))]).toEqual(['@your-org/your-team'])
  })
})
