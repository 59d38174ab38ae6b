import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commentWorkflow, noCommit } from '../src/cli/workflows/comment.ts'
import { unfitToRequire } from './support/advice.ts'
import { root, sources } from './support/architecture.ts'

const types = 'types: [opened, synchronize, reopened, edited]'
const example = readFileSync(join(root, 'examples/workflows/tune.yml'), 'utf8')
const below = ['docs', 'examples', '.github'].flatMap((folder) => sources(folder, '.md')).map(({ path }) => path)
const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', ...below]

/** Every workflow that somebody may copy, by where it stands. */
function workflows(): readonly (readonly [string, string])[] {
  const files = [...sources('.github/workflows', '.yml'), ...sources('examples/workflows', '.yml')].map(
    ({ path, text }) => [path, text] as const,
  )
  const shown = pages.flatMap((path) =>
    yamlBlocks(readFileSync(join(root, path), 'utf8')).map((text, i) => [`${path}, block ${i + 1}`, text] as const),
  )
  const written = ['init --github', commentWorkflow({ spec: 'tuning.yml', uses: noCommit })] as const
  return [...files, ...shown, written].filter(([, text]) => /^on:/m.test(text))
}

const yamlBlocks = (page: string): readonly string[] =>
  [...page.matchAll(/^```ya?ml\n([^]*?)^```$/gm)].map((m) => m[1] ?? '')

describe('a workflow that people are told to require', () => {
  it('attack 22: reports on every change of a pull request, its base and a merge queue, and is never skipped', () => {
    const all = workflows()
    expect(all.filter(([, text]) => /^ {2}pull_request:/m.test(text)).length).toBeGreaterThan(2)
    for (const [where, text] of all) expect(unfitToRequire(text), where).toEqual([])
  })

  it.each([
    ['no types', 'pull_request', ['pull_request: types lacks edited']],
    ['a list of events', '[pull_request, merge_group]', ['pull_request: types lacks edited']],
    ['other types', '{ pull_request: { types: [opened, synchronize, edited] } }', ['pull_request: types lacks reopened']],
    ['no merge group', `{ pull_request: { ${types} } }`, ['merge_group is missing: a merge queue waits for the check']],
    ['paths', `{ pull_request: { ${types}, paths: [a] } }`, ['pull_request: paths leaves a required check pending']],
    [
      'paths-ignore',
      '{ pull_request: { paths-ignore: [a] } }',
      ['pull_request: paths-ignore leaves a required check pending'],
    ],
    ['a condition', "pull_request\njobs: { a: { if: 'github.actor' } }", ['job a: a skipped job counts as passed']],
    ['another event', 'pull_request_target', ['pull_request_target runs a change beside a token that may write']],
  ])('is told from one with %s', (_, on, problems) => {
    expect(unfitToRequire(`on: ${on}`)).toEqual(expect.arrayContaining(problems))
  })

  it('runs on a push alone without a word', () => {
    expect(unfitToRequire('on: { push: { paths: [data] } }\njobs: { a: { if: "github.actor" } }')).toEqual([])
  })
})

interface Step {
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
}

describe('the step that looks for a change of the study', () => {
  const { steps } = (parse(example) as { jobs: { tune: { steps: readonly Step[] } } }).jobs.tune
  const look = steps.find(({ id }) => id === 'study')

  it('is told the base by GitHub, and stops the study by its own output alone', () => {
    expect(look?.env).toEqual({ BASE: '${{ github.event.merge_group.base_sha || github.event.pull_request.base.sha }}' })
    const conditions = steps.filter((step) => step.if !== undefined).map((step) => [step.uses, step.if])
    expect(conditions).toEqual([[noCommit, "steps.study.outputs.changed != 'false'"]])
  })

  it.each<readonly [string, (at: Repository) => void, boolean]>([
    ['nothing', () => undefined, false],
    ['a file beside the study', (at) => at.write('docs/page.md', 'more\n'), false],
    ['the spec', (at) => at.write('tuning.yml', 'version: 1\n'), true],
    ['the lock', (at) => at.write('tuning.lock.json', '{}\n'), true],
    ['a workflow', (at) => at.write('.github/workflows/other.yml', 'on: push\n'), true],
    ['a row of the data', (at) => appendFileSync(join(at.folder, 'data/rows.csv'), '3,4\n'), true],
    ['a new data file with a line break and a quote in its name', (at) => at.write('data/a\n"b', 'x'), true],
    ['data that move away', (at) => renameSync(join(at.folder, 'data/rows.csv'), join(at.folder, 'docs/rows.csv')), true],
    [
      'data that a rule of the change hides from diffs',
      (at) => {
        at.write('.gitattributes', 'data/** -diff -text\n')
        at.write('data/rows.csv', '9,9\n')
      },
      true,
    ],
    [
      'a submodule that a rule of the change hides',
      (at) => {
        at.write('.gitmodules', '[submodule "s"]\n\tpath = data/s\n\turl = ./s\n\tignore = all\n')
        at.gitlink('data/s', '2'.repeat(40))
      },
      true,
    ],
  ])('attack 22: sees a change of %s', (_, change, seen) => {
    const at = repository()
    const base = at.commit()
    change(at)
    at.commit()
    expect(changed(at, base)).toBe(seen)
  })

  const unknown = [
    ['no base', ''],
    ['a base that was not fetched', '1'.repeat(40)],
  ] as const
  it.each(unknown)('attack 22: measures where git cannot tell: %s', (_, base) => {
    const at = repository()
    at.commit()
    expect(changed(at, base)).toBe(true)
  })

  /** What the step says, run as a runner runs it. */
  function changed({ folder }: Repository, base: string): boolean {
    const script = join(mkdtempSync(join(tmpdir(), 'step-')), 'step.sh')
    const output = join(dirname(script), 'output')
    writeFileSync(script, look?.run ?? '')
    writeFileSync(output, '')
    const env = { PATH: process.env['PATH'], BASE: base, GITHUB_OUTPUT: output }
    const { status, stderr } = spawnSync('bash', ['-e', script], { cwd: folder, encoding: 'utf8', env })
    expect(status, stderr).toBe(0)
    const said = readFileSync(output, 'utf8')
    expect(said).toMatch(/^changed=(true|false)\n$/)
    return said === 'changed=true\n'
  }
})

interface Repository {
  readonly folder: string
  readonly write: (path: string, text: string) => void
  /** Puts a submodule's commit at a path. */
  readonly gitlink: (path: string, commit: string) => void
  /** Commits all that is there, and gives the commit. */
  readonly commit: () => string
}

/** A checkout with a study, a submodule among its data, and a page beside it. */
function repository(): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'study-'))
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x', ...args], { cwd: folder, encoding: 'utf8' }).trim()
  const at: Repository = {
    folder,
    write: (path, text) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    gitlink: (path, commit) => {
      git('update-index', '--add', '--cacheinfo', `160000,${commit},${path}`)
    },
    commit: () => {
      git('add', '--all', '--', ':!data/s')
      git('commit', '--quiet', '--allow-empty', '--message', 'x')
      return git('rev-parse', 'HEAD')
    },
  }
  git('init', '--quiet')
  at.write('tuning.yml', 'version: 0\n')
  at.write('data/rows.csv', '1,2\n')
  at.write('docs/page.md', 'text\n')
  at.gitlink('data/s', '1'.repeat(40))
  return at
}
