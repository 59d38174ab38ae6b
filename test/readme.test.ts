import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { noCommit } from '../src/cli/workflows/comment.ts'
import { normalize } from '../src/compile/normalize.ts'
import { normalizeResults } from '../src/compile/normalize/results.ts'
import { presets } from '../src/compile/presets/index.ts'
import { LIMITS } from '../src/data/source.ts'
import { parseSpec } from '../src/dsl/parse.ts'
import { trainerDefinitions } from '../src/engines/command/spec-schema.ts'
import { downloadsOf, pins } from '../src/engines/tensorflow/install/pins.ts'
import { rateSeries } from '../src/records/trainer.ts'
import { mostTrials } from '../src/report/explorer/drawn.ts'
import { rateShares } from '../src/stages/batch/settings.ts'
import { selectionAlpha } from '../src/stages/compare.ts'
import { seedsApart } from '../src/stages/joint-move.ts'
import { defaults as rangeTest } from '../src/stages/lr-range/settings.ts'
import { roundSize } from '../src/stages/schedule/settings.ts'
import { mostKept, mostKeptWeights } from '../src/train/predictions.ts'
import { root, sources } from './support/architecture.ts'
import { attacks } from './support/attacks.ts'
import { literalsIn } from './support/plugins.ts'

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

  const figures = (value: number): string => value.toLocaleString('en')
  const word = (value: number): string => ['none', 'one', 'two', 'three', 'four', 'five'][value] ?? figures(value)
  it.each([
    ['docs/how-it-decides.md', `under the first ${word(seedsApart)} seeds of the comparison`],
    ['docs/how-it-decides.md', `rounds of ${word(roundSize)} configurations`],
    ['docs/how-it-decides.md', `from just below the edge to 1/${Math.round(1 / Math.min(...rangeTest.backOff))} of it`],
    ['docs/how-it-decides.md', `at most ${figures(mostKept)} numbers per split and run`],
    ['docs/saved-models.md', `at most ${figures(mostKeptWeights)} parameters`],
    ['docs/cli.md', `more than ${figures(mostTrials)} trials, the page draws the curves of ${figures(mostTrials)}`],
    ['docs/trainer.md', `a series of ${rateSeries.points} runs of ${word(rateSeries.epochs)} epoch each`],
    ['docs/own-script.md', `the range test is ${rateSeries.points} short runs`],
    ['examples/trainers/shell/README.md', `runs ${rateSeries.points} short trainings`],
    ['docs/troubleshooting.md', `at most ${figures(LIMITS.rows)} rows and ${figures(LIMITS.cells)} cells`],
    ['docs/spec.md', `Up to ${figures(LIMITS.levels)} different texts are read`],
  ])('%s says: %s', (page, words) => {
    expect(read(page).replace(/\s+/g, ' ').includes(words)).toBe(true)
  })

  it('say how much the native engine fetches', () => {
    const [x64 = 0, arm64 = 0, mac = 0] = (['linux-x64', 'linux-arm64', 'darwin-arm64'] as const).map((platform) =>
      downloadsOf(pins, platform).reduce((sum, { bytes }) => sum + bytes, 0),
    )
    const [a, b, c] = [x64, arm64, mac].map((bytes) => Math.round(bytes / 1e7) * 10)
    expect(read('docs/engines.md').replace(/\s+/g, ' ')).toContain(
      `about ${a} MB on Linux x64, ${b} MB on Linux arm64 and ${c} MB on macOS`,
    )
  })

  it('say which rates are tried beside that of the scaling rule', () => {
    expect(rateShares).toEqual([0.5, 1, 2])
    expect(read('docs/how-it-decides.md').replace(/\s+/g, ' ')).toContain(
      'With `goal: speed`, half and twice that rate are tried as well',
    )
  })

  it('say how long a warmup of auto is', () => {
    const words = ({ share, atLeast, atMost }: (typeof presets)[number]['warmup']): string =>
      `${share * 100} %, ${atLeast > 0 ? `from ${atLeast} to` : 'at most'} ${atMost} steps`
    const [usual = ''] = presets.map(({ warmup }) => words(warmup))
    const others = presets.filter(({ warmup }) => words(warmup) !== usual)
    const listed = others.map(({ name, warmup }) => `${name}: ${words(warmup)}`).join('; ')
    expect(read('docs/spec.md')).toContain(`auto: the preset's share of a run, ${usual} (${listed}).`)
  })

  it('name files, folders and options that exist', () => {
    const places = /`((?:src|test|scripts|schema|examples|bench|validation|python|docs|\.github|\.ci)\/[\w./-]*)`/g
    // What `init --github` writes into the user's repository, and an option of a script that macros are shown with.
    const others = ['.github/workflows/tunegate-comment.yml', '--lr']
    const named = (pattern: RegExp): string[] =>
      [...pages, 'SECURITY.md', 'CONTRIBUTING.md']
        .flatMap((page) => [...read(page).matchAll(pattern)].map(([, name = '']) => name))
        .filter((name) => !others.includes(name))
    expect(named(places).length).toBeGreaterThan(50)
    expect(named(places).filter((place) => !existsSync(join(root, place)))).toEqual([])
    const options =
      read('docs/cli.md')
        .match(/^\| `.*$/gm)
        ?.join('\n') ?? ''
    const used = named(/`(?:tunegate [a-z ]+)?(--[a-z-]+)\b[^`]*`/g)
    expect(used.length).toBeGreaterThan(30)
    expect([...new Set(used)].filter((option) => !options.includes(option))).toEqual([])
  })

  it('list every setting of a training script', () => {
    const table = read('docs/trainer.md').split('### Macros')[0] ?? ''
    for (const name of Object.keys(trainerDefinitions.trainer.properties)) expect(table).toContain(`| \`${name}\` |`)
  })

  it('list every folder of benchmarks and campaigns', () => {
    const page = read('docs/architecture.md')
    const folders = ['bench', 'validation'].flatMap((of) => readdirSync(join(root, of), { withFileTypes: true }))
    expect(folders.length).toBeGreaterThan(10)
    for (const { name } of folders.filter((entry) => entry.isDirectory())) expect(page).toContain(`\`${name}/\``)
  })

  it('name the area of every error, and no error that does not exist', () => {
    const area = /^([a-z]+)\/[a-z-]+$/
    const names = sources('src').flatMap(({ text }) => literalsIn(text).map(({ name }) => name))
    const codes = names.filter((name) => area.test(name))
    const described =
      read('docs/troubleshooting.md')
        .match(/^\| `[a-z]+\/`.*$/gm)
        ?.join(' ') ?? ''
    const areas = [...described.matchAll(/`([a-z]+)\/`/g)].map(([, name = '']) => name)
    const written = sources('src').flatMap(({ text }) => [...text.matchAll(/code: '([a-z]+)\/[a-z-]+'/g)].map((m) => m[1]))
    expect(areas.length).toBeGreaterThan(20)
    expect([...new Set(written)].filter((name) => !areas.includes(name ?? ''))).toEqual([])
    const named = pages.flatMap((page) => [...read(page).matchAll(/`(([a-z]+)\/([a-z-]+))`/g)])
    const errors = named.filter(([, , of = '']) => areas.includes(of))
    expect(errors.length).toBeGreaterThan(30)
    // Checks of a spec report the name alone, and the compiler adds its area.
    expect(errors.filter(([, code = '', , name = '']) => !codes.includes(code) && !names.includes(name))).toEqual([])
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

describe('CONTRIBUTING.md', () => {
  it('lists every command of package.json', () => {
    const { scripts }: { scripts: object } = JSON.parse(read('package.json'))
    const commands = Object.keys(scripts).map((name) => (name === 'test' ? 'npm test' : `npm run ${name}`))
    const page = read('CONTRIBUTING.md')
    expect(commands.filter((command) => !new RegExp(`^${command}( |$)`, 'm').test(page))).toEqual([])
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
