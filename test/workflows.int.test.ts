import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commentWorkflow, noCommit } from '../src/cli/workflows/comment.ts'
import { checkout } from '../src/compile/targets/workflow.ts'
import { parseComment } from '../src/github/comment/grammar.ts'
import { root, sources } from './support/architecture.ts'
import { manifest, node24 } from './support/runner.ts'
import { needs } from './support/tools.ts'

/** Our own, and the ones that docs/github.md shows. */
const workflows = [...sources('.github/workflows', '.yml'), ...sources('examples/workflows', '.yml')]

interface WorkflowJob {
  readonly permissions: unknown
  readonly 'timeout-minutes'?: number
  readonly steps?: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[]
}

/** Output and exit status of a linter, run in a folder. */
function lint(
  program: string,
  args: readonly string[],
  cwd = root,
): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

/** A checkout that holds one workflow, for the linters to find something in. */
function flawed(workflow: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flawed-'))
  mkdirSync(join(folder, '.github', 'workflows'), { recursive: true })
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, '.github', 'workflows', 'ci.yml'), workflow)
  return folder
}

const injection = `on: issues
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ github.event.issue.title }}"
`

describe('our workflows', () => {
  it('pass actionlint, which finds what is wrong with another', (context) => {
    const actionlint = needs(context, 'actionlint')
    expect(lint(actionlint, ['-color=false', ...workflows.map((w) => w.path)])).toEqual({ status: 0, said: '' })
    expect(lint(actionlint, ['-color=false'], flawed(injection))).toMatchObject({
      status: 1,
      said: expect.stringContaining('untrusted'),
    })
  })

  it('pass zizmor, which finds what is wrong with another', (context) => {
    const zizmor = needs(context, 'zizmor')
    const options = ['--offline', '--no-progress', '--color=never', '--persona=auditor']
    const clean = lint(zizmor, [
      ...options,
      '.github',
      'action.yml',
      ...sources('examples/workflows', '.yml').map((w) => w.path),
    ])
    expect(clean.said).toContain('No findings to report')
    expect(clean.status).toBe(0)
    const found = lint(zizmor, [...options, '.'], flawed(injection))
    expect(found.said).toContain('template-injection')
    expect(found.status).not.toBe(0)
  })

  it('leave no finding out but for a reason', () => {
    const ignored = workflows.flatMap(({ text }) => [...text.matchAll(/zizmor: ignore\[([^\]]*)\]/g)].map((m) => m[1]))
    // The caller of the reusable workflow names the image.
    expect([...new Set(ignored)].sort()).toEqual(['dangerous-triggers', 'self-repository', 'unpinned-images'])
  })

  it('name actions of others by the hash of a commit, and an action by one commit everywhere', () => {
    const texts = [...workflows.map(({ text }) => text), `uses: ${checkout}`]
    const lines = texts.flatMap((text) => [...text.matchAll(/^[\s-]*uses: (.+)$/gm)].map((m) => m[1] ?? ''))
    const used = [...new Set(lines)].filter((line) => !/^\.\/( #|$)/.test(line) && !line.startsWith('tunegate/tunegate'))
    expect(used.length).toBeGreaterThan(4)
    expect(used.filter((line) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
    // CodeQL's parts are one action: the repository, not the folder in it, has commits.
    const pins = new Set(used.map((line) => line.replace(/^([\w-]+\/[\w-]+)[^@]*/, '$1')))
    expect(pins.size).toBe(new Set([...pins].map((pin) => pin.split('@')[0])).size)
  })

  it('are what the specs give, where they are compiled', () => {
    const path = '.github/workflows/tune-digits.yml'
    const command = ['examples/digits/tuning.yml', '--target', 'workflow', '--engine', 'wasm', '--check', '--output']
    expect(lint(node24, ['src/cli.ts', 'compile', ...command, path])).toEqual({ status: 0, said: `${path} is up to date\n` })
    const other = join(mkdtempSync(join(tmpdir(), 'stale-')), 'tune.yml')
    writeFileSync(other, readFileSync(join(root, path), 'utf8').replace('fail-fast: false', 'fail-fast: true'))
    expect(lint(node24, ['src/cli.ts', 'compile', ...command, other])).toMatchObject({
      status: 1,
      said: expect.stringContaining('out of date: line'),
    })
  })

  it('release after the checks alone', () => {
    const { on, jobs } = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8')) as {
      on: unknown
      jobs: Record<string, { needs?: string; permissions: object; steps: { run?: string }[] }>
    }
    expect(on).toEqual({ push: { tags: ['v[0-9]+', 'v[0-9]+.[0-9]+.[0-9]+'] } })
    expect(jobs['check']?.steps.some((s) => s.run === '.ci/run')).toBe(true)
    const permissions = { contents: 'write', 'id-token': 'write', attestations: 'write' }
    expect(jobs['release']).toMatchObject({ needs: 'check', permissions })
  })

  it('check, train and compare dist on every push', () => {
    const { jobs } = parse(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')) as {
      jobs: Record<string, { steps: { uses?: string; run?: string; with?: object }[] }>
    }
    const steps = Object.values(jobs).flatMap((job) => job.steps)
    expect(steps.some((s) => s.run === '.ci/run')).toBe(true)
    expect(steps.find((s) => s.uses === './')?.with).toEqual({ spec: 'examples/digits/tuning.yml', engine: 'wasm' })
    const checks = readFileSync(join(root, '.ci/run'), 'utf8')
    for (const what of [
      'npm cit',
      'npm run --silent typecheck',
      'npm run --silent generate -- --check',
      'npm run --silent build -- --check',
      'actionlint',
      'zizmor',
    ])
      expect(checks).toContain(what)
  })

  it('attack 4: give a job what it needs and no more, keep no token in a checkout, and end', () => {
    const more: Readonly<Record<string, object>> = {
      codeql: { 'security-events': 'write' },
      scorecard: { 'security-events': 'write', 'id-token': 'write' },
    }
    for (const { path, text } of workflows) {
      const { permissions, jobs } = parse(text) as { permissions: unknown; jobs: Record<string, WorkflowJob> }
      expect(permissions, path).toEqual({})
      for (const job of Object.values(jobs)) {
        const checkouts = (job.steps ?? []).filter((step) => step.uses?.startsWith('actions/checkout@'))
        expect(
          checkouts.filter((step) => step.with?.['persist-credentials'] !== false),
          path,
        ).toEqual([])
        if (job.steps) expect(job['timeout-minutes'], path).toBeGreaterThan(0)
        if (/(tunegate-comment|release)\.yml$/.test(path)) continue
        expect(job.permissions, path).toEqual({ contents: 'read', ...more[basename(path, '.yml')] })
      }
    }
  })

  it('are updated by Dependabot, with the packages of each ecosystem', () => {
    const { updates } = parse(readFileSync(join(root, '.github/dependabot.yml'), 'utf8')) as {
      updates: { 'package-ecosystem': string; directory?: string; directories?: string[]; cooldown: object }[]
    }
    const seen = updates.flatMap((one) =>
      [one.directory ?? [], one.directories ?? []].flat().map((folder) => `${one['package-ecosystem']} ${folder}`),
    )
    const requirements = sources('test', 'requirements.txt').map(({ path }) => `pip /${dirname(path)}`)
    expect(seen.sort()).toEqual(['npm /', 'github-actions /', ...requirements].sort())
    for (const one of updates) expect(one.cooldown).toEqual({ 'default-days': 7 })
  })
})

describe('the workflow for comments', () => {
  interface Job {
    readonly if?: string
    readonly permissions: Readonly<Record<string, string>>
    readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': boolean }
    readonly steps: readonly {
      readonly uses?: string
      readonly run?: string
      readonly with?: Readonly<Record<string, string>>
    }[]
  }
  const text = commentWorkflow({ spec: 'tuning.yml', uses: noCommit })
  const { on, jobs } = parse(text) as { on: unknown; jobs: Readonly<Record<'decide' | 'run' | 'publish', Job>> }
  const checksOut = ({ steps }: Job): boolean => steps.some((s) => s.uses?.startsWith('actions/checkout@'))

  it('is the committed example', () => {
    expect(readFileSync(join(root, 'examples/workflows/tunegate-comment.yml'), 'utf8')).toBe(text)
  })

  it('attack 1: is started by new comments alone, and checks out the commit that was let through', () => {
    expect(on).toEqual({ issue_comment: { types: ['created'] } })
    expect(jobs.run.steps[0]?.with).toEqual({
      ref: '${{ fromJSON(needs.decide.outputs.request).sha }}',
      'persist-credentials': false,
      'fetch-depth': 0,
    })
  })

  it('attack 4: gives no secret and no permission to the job that runs the pull request, and runs nothing of it elsewhere', () => {
    expect(jobs.run.permissions).toEqual({})
    expect(jobs.run.steps[0]?.with).toMatchObject({ 'persist-credentials': false })
    expect(text).not.toContain('secrets')
    expect([checksOut(jobs.decide), checksOut(jobs.run), checksOut(jobs.publish)]).toEqual([false, true, false])
  })

  it('attack 3: runs no pull request of a fork unless the workflow is changed', () => {
    expect(jobs.decide.steps.find((s) => s.with?.['mode'] === 'comment')?.with).toMatchObject({ 'allow-forks': 'false' })
  })

  it('attack 12: lets the job that publishes read the base commit, and write nothing but what it posts', () => {
    expect(jobs.publish.permissions).toEqual({
      contents: 'read',
      checks: 'write',
      issues: 'write',
      'pull-requests': 'write',
      statuses: 'write',
    })
    expect(jobs.publish.steps[0]?.with).toMatchObject({ 'run-result': '${{ needs.run.result }}' })
  })

  it.each([
    ['/tune', true],
    ['/tune verify', true],
    ['/tune\r\nplease', true],
    ['/tune\nplease', true],
    ['/TUNE', true],
    ['/Tune Help', true],
    ['/tuned well', false],
    ['/tune-up', false],
    [' /tune', false],
    ['please /tune', false],
    ['', false],
  ])('attack 21: starts a runner for what the step answers, and for nothing else: %j', (body, starts) => {
    expect(startsFor(String(jobs.decide.if), body)).toBe(starts)
    expect(parseComment(body, []) !== null).toBe(starts)
  })

  /** GitHub's expressions, as far as the condition uses them: functions ignore case, and strings know no escapes. */
  function startsFor(condition: string, body: string): boolean {
    const code = condition.replace(/'([^']*)'/g, (_, text: string) => JSON.stringify(text))
    const known = {
      github: { event: { issue: { pull_request: {} }, comment: { body } } },
      fromJSON: JSON.parse,
      startsWith: (text: string, start: string) => text.toLowerCase().startsWith(start.toLowerCase()),
      format: (pattern: string, text: string) => pattern.replace('{0}', () => text),
    }
    const evaluate = new Function(...Object.keys(known), `return Boolean(${code})`) as (...values: unknown[]) => boolean
    return evaluate(...Object.values(known))
  }

  it('attack 5: puts no text of a person into a script', () => {
    expect(
      Object.values(jobs)
        .flatMap((j) => j.steps)
        .filter((s) => s.run !== undefined),
    ).toEqual([])
  })

  it('attack 10: runs once for a pull request', () => {
    expect(jobs.run.concurrency).toEqual({
      group: 'tunegate-comment-${{ github.event.issue.number }}',
      'cancel-in-progress': true,
    })
    // At the top of the workflow it would let any comment end a run.
    expect(parse(text)).not.toHaveProperty('concurrency')
  })
})

describe('a compiled workflow', () => {
  const { said } = lint(node24, ['src/cli.ts', 'compile', 'examples/wine/tuning.yml', '--target', 'workflow'])
  const { permissions, jobs } = parse(said) as { permissions: unknown; jobs: Readonly<Record<string, WorkflowJob>> }

  it('attack 4: lets a compiled job read and nothing else, and keeps no token in its checkout', () => {
    expect(permissions).toEqual({})
    expect(Object.keys(jobs).length).toBeGreaterThan(3)
    for (const { permissions: given, steps = [] } of Object.values(jobs)) {
      expect(given).toEqual({ contents: 'read' })
      expect(steps[0]).toMatchObject({ uses: checkout.split(' ')[0], with: { 'persist-credentials': false } })
      expect(steps.filter((step) => 'run' in step)).toEqual([])
    }
  })
})

describe('action.yml', () => {
  it('runs on the Node that runners have, from the committed bundle', () => {
    expect(manifest().runs).toEqual({
      using: 'node24',
      main: 'dist/action/index.js',
      post: 'dist/action/post.js',
      'post-if': 'always()',
    })
  })

  it('describes every input and output, and gives every input a default', () => {
    const { inputs, outputs } = manifest()
    for (const one of [...Object.values(inputs), ...Object.values(outputs)])
      expect(one.description.length).toBeGreaterThan(20)
    expect(Object.values(inputs).filter((i) => i.default === undefined || i.required)).toEqual([])
    expect(Object.keys(outputs)).toEqual([
      'request',
      'verdict',
      'levers',
      'lock',
      'report-url',
      'shards',
      'engine',
      'stages',
      'report-dir',
      'gates',
      'resumed',
      'artifact-id',
    ])
  })

  it('has every text that the platform shows within its limits', () => {
    const { description } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as { description: string }
    expect(description.length).toBeLessThanOrEqual(125)
  })
})
