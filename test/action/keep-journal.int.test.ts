import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commitAll, git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { startCacheService, type CacheService } from '../support/cache-service.ts'
import { pullPayload, runStep, startedBy, type StepResult } from '../support/runner.ts'
import { wineSpec } from '../support/specs.ts'

type Words = Readonly<Record<string, string>>

let service: CacheService
let temp: string
let workspace: string
let sha: string
let attempts = 1
beforeEach(async () => {
  attempts = 1
  service = await startCacheService()
  temp = mkdtempSync(join(tmpdir(), 'temp-'))
  workspace = checkout(3)
  sha = git(workspace, 'rev-parse', 'HEAD')
})
afterEach(() => service.close())

/** A repository with a study that verifies over this many seeds. */
function checkout(seeds: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'))
  git(folder, 'init', '--quiet', '--initial-branch=main')
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(folder, 'wine.csv'))
  writeFileSync(join(folder, '.gitignore'), '.tunegate/\n')
  writeFileSync(join(folder, 'tuning.yml'), wineSpec({ seeds, epochs: 10 }))
  return commitAll(folder)
}

/** The same commit in another folder, as the next job has it. */
function again(): string {
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'))
  git(folder, 'clone', '--quiet', workspace, '.')
  return folder
}

const onMain = (): Words => ({
  ...startedBy('push', { repository: { default_branch: 'main' } }),
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: sha,
})

interface Job {
  readonly folder?: string
  readonly env?: Words
  readonly inputs?: Words
  readonly cancelAt?: RegExp
}

/** A step and its `post` step. */
async function job({
  folder = workspace,
  env = onMain(),
  inputs = {},
  cancelAt,
}: Job = {}): Promise<StepResult & { readonly after: string }> {
  const all = { ...service.env, ...env, RUNNER_TEMP: temp }
  const main = await runStep({
    script: join(root, 'dist/action/index.js'),
    workspace: folder,
    with: { workers: '1', artifact: 'false', mode: 'tune', ...inputs },
    env: all,
    ...(cancelAt ? { cancelAt } : {}),
  })
  const post = await runStep({
    script: join(root, 'dist/action/post.js'),
    workspace: folder,
    env: { ...all, ...main.state },
  })
  expect([post.exitCode, post.stderr, post.outputs]).toEqual([0, '', {}])
  return { ...main, after: post.log }
}

/** The next attempt of the run that kept a finished journal. */
const attempted = (): Words => ({ ...onMain(), GITHUB_RUN_ATTEMPT: String((attempts += 1)) })

const read = (folder: string, name: string): string => readFileSync(join(folder, '.tunegate/wine', name), 'utf8')
const saved = /The journal is kept in the Actions cache, with \d new runs?\./

describe('a journal in the Actions cache', () => {
  it('lets a rerun go on where a canceled job stopped, to the same lock', async () => {
    const stopped = await job({ cancelAt: / 1\/6/ })
    expect([stopped.exitCode, stopped.outputs['resumed']]).toEqual([1, 'false'])
    expect(stopped.after).toMatch(saved)
    expect(service.keys()).toEqual([
      expect.stringMatching(new RegExp(`^tunegate-journal-1-${sha}-[0-9a-f]{20}-77-1-[0-9a-f]{8}-stopped$`)),
    ])

    const next = again()
    const resumed = await job({ folder: next })
    expect([resumed.exitCode, resumed.outputs['resumed']]).toEqual([0, 'true'])
    expect(resumed.log).toMatch(/note: \d runs? of an earlier job restored/)
    expect(resumed.after).toMatch(saved)

    const alone = again()
    expect((await job({ folder: alone, inputs: { resume: 'false' } })).outputs['resumed']).toBe('false')
    expect(read(next, 'tuning.lock.json')).toBe(read(alone, 'tuning.lock.json'))
  })

  it('of a finished study is for later attempts of the same run: every other job trains again', async () => {
    await job({ cancelAt: / 1\/6/ })
    expect((await job({ folder: again() })).outputs['resumed']).toBe('true')
    expect(service.keys().map((key) => key.split('-').at(-1))).toEqual(['stopped', 'finished'])
    const attempt = { ...onMain(), GITHUB_RUN_ATTEMPT: '2' }
    const [next, later, equal] = [again(), again(), again()]
    const nightly = await job({ folder: next, env: { ...attempt, GITHUB_RUN_ID: '78' } })
    expect([nightly.outputs['resumed'], nightly.log.includes('of an earlier job restored')]).toEqual(['false', false])
    const known = await job({ folder: later, env: { ...attempt, GITHUB_RUN_ID: '78', GITHUB_RUN_ATTEMPT: '3' } })
    expect(known.log).toContain('note: 3 runs of an earlier job restored')
    expect((await job({ folder: equal })).outputs['resumed']).toBe('false')
    expect(read(later, 'tuning.lock.json')).toBe(read(next, 'tuning.lock.json'))
  })

  it('is kept after a failed gate too, and belongs to one commit and plan', async () => {
    expect((await job({ inputs: { stages: 'verify' } })).outputs['resumed']).toBe('false')
    const other = checkout(4)
    const env = { ...onMain(), GITHUB_SHA: git(other, 'rev-parse', 'HEAD') }
    expect((await job({ folder: other, env })).outputs['resumed']).toBe('false')
    expect((await job({ folder: again() })).outputs['resumed']).toBe('false')
    expect(new Set(service.keys().map((key) => key.replace(/-77-1-\w+-finished$/, ''))).size).toBe(3)
  })

  it.each(['broken', 'read-only'] as const)('costs nothing but the rerun where the cache is %s', async (state) => {
    service.state = state
    const done = await job()
    expect([done.exitCode, done.outputs['resumed'], service.keys()]).toEqual([0, 'false', []])
    expect(done.after).not.toMatch(saved)
  })

  it('is not looked for on a GitHub Enterprise Server, and the step says so', async () => {
    const done = await job({ env: { ...onMain(), GITHUB_SERVER_URL: 'https://git.example.org' } })
    expect([done.exitCode, service.calls]).toEqual([0, []])
    expect(done.log).toContain('Nothing is resumed from the Actions cache: GitHub Enterprise Server (git.example.org)')
  })
})

/** The file that the cache holds, changed. */
function forge(change: (lines: readonly string[]) => readonly string[]): void {
  const lines = readFileSync(join(workspace, '.tunegate/wine/journal.jsonl'), 'utf8').split('\n')
  writeFileSync(join(temp, 'forged'), change(lines).join('\n'))
  service.spoil(pack('forged'))
}
const pack = (...what: readonly string[]): Buffer =>
  execFileSync('tar', ['--posix', '-czf', '-', '-P', ...what], { cwd: temp, maxBuffer: 2 ** 26 })

/** A line of a journal whose check is right. */
function resealed(line: string, change: (text: string) => string): string {
  const { id, run } = JSON.parse(line) as { readonly id: string; readonly run: unknown }
  const text = change(JSON.stringify(run))
  const check = createHash('sha256').update(`${id} ${text}`).digest('hex').slice(0, 8)
  return `{"id":"${id}","check":"${check}","run":${text}}`
}

describe('attack 25: a journal that somebody else left in the cache', () => {
  const events: readonly (readonly [string, () => Words])[] = [
    ['pull_request', () => ({ ...startedBy('pull_request', pullPayload(base, sha)), GITHUB_REF: 'refs/pull/7/merge' })],
    [
      'pull_request_target',
      () => ({ ...startedBy('pull_request_target', pullPayload(base, sha)), GITHUB_REF: 'refs/heads/main' }),
    ],
    [
      'merge_group',
      () => ({
        ...startedBy('merge_group', { merge_group: { base_sha: base, head_sha: sha } }),
        GITHUB_REF: 'refs/heads/q',
      }),
    ],
    [
      'workflow_run',
      () => ({ ...startedBy('workflow_run', { repository: { default_branch: 'main' } }), GITHUB_REF: 'refs/heads/main' }),
    ],
  ]
  let base: string
  beforeEach(() => {
    base = sha
    writeFileSync(join(workspace, 'note'), 'a change')
    commitAll(workspace)
    sha = git(workspace, 'rev-parse', 'HEAD')
  })

  it.each(events)('is not asked for on %s, and such a run leaves none', async (_event, env) => {
    await job()
    const before = { keys: service.keys(), calls: service.calls.length }
    const asked = { ...env(), GITHUB_SHA: sha, GITHUB_RUN_ATTEMPT: '2' }
    const done = await job({ folder: again(), env: asked, inputs: { mode: 'auto' } })
    expect(done.outputs['verdict']).toBe('pass')
    expect(done.outputs['resumed']).toBe('false')
    expect([service.keys(), service.calls.length]).toEqual([before.keys, before.calls])
  })

  it('is not saved by a post step of a pull request, whatever its state says', async () => {
    await job({ inputs: { resume: 'false' } })
    const path = join(workspace, '.tunegate/wine/journal.jsonl')
    const STATE_journals = JSON.stringify([{ path, prefix: 'tunegate-journal-1-forged-', restored: null }])
    const step = { script: join(root, 'dist/action/post.js'), workspace }
    const [, env] = events[0] ?? []
    const run = (variables: Words): Promise<StepResult> =>
      runStep({ ...step, env: { ...service.env, ...variables, RUNNER_TEMP: temp, STATE_journals } })
    expect((await run(env?.() ?? {})).exitCode).toBe(0)
    expect(service.calls).toEqual([])
    expect((await run(onMain())).log).toMatch(saved)
  })

  it('lends no run whose numbers, levers, engine or id are those of another', async () => {
    await job()
    const changes: readonly ((text: string) => string)[] = [
      (text) => text.replace(/"seed":(\d+)/, (_, seed) => `"seed":${Number(seed) + 1}`),
      (text) => text.replace('"learningRate":0.01', '"learningRate":0.02'),
      (text) => text.replace(/"engine":"[^"]+"/, '"engine":"another"'),
      (text) => text.replace(/"accuracy":[\d.]+/, '"accuracy":1.5'),
    ]
    for (const change of changes) {
      forge((lines) => lines.map((line) => (line.startsWith('{"id"') ? resealed(line, change) : line)))
      const done = await job({ folder: again(), env: attempted() })
      expect([done.exitCode, done.outputs['resumed']]).toEqual([0, 'false'])
    }
    forge((lines) => ['{"journal":1,"workload":"x","spec":"x","data":"x","engine":"x"}', ...lines.slice(1)])
    expect((await job({ folder: again(), env: attempted() })).log).toContain('note: 3 runs of an earlier job restored')
  })

  it('writes nothing but its own file, makes no link and does not fill the disk', async () => {
    await job()
    writeFileSync(join(temp, 'evil'), 'evil')
    symlinkSync(join(temp, 'evil'), join(temp, 'link'))
    execFileSync('truncate', ['-s', '600M', join(temp, 'large')])
    const archives = [['link'], ['evil', 'evil'], ['large'], [join(workspace, '.git')], ['--files-from=/dev/null']]
    for (const [content, why] of [
      ...archives.map((what) => [pack(...what), /could not be restored from the Actions cache/] as const),
      [Buffer.from('no archive'), /it is not an archive/] as const,
    ]) {
      service.spoil(content)
      const done = await job({ folder: again(), env: attempted() })
      expect([done.exitCode, done.outputs['resumed'], why.test(done.log)]).toEqual([0, 'false', true])
    }
    // The path in an archive leads nowhere: its content alone is read.
    const target = join(workspace, 'tuning.yml')
    const own = readFileSync(target, 'utf8')
    service.spoil(pack(target))
    rmSync(target)
    const done = await job({ folder: again(), env: attempted() })
    expect([existsSync(target), done.outputs['resumed'], own.length > 0]).toEqual([false, 'false', true])
  })
})
