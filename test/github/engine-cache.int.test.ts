import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mayLeave } from '../../src/github/cache-trust.ts'
import { engineRoot } from '../../src/github/engine-cache.ts'
import { startCacheService, type CacheService } from '../support/cache-service.ts'
import { runStep, type StepResult } from '../support/runner.ts'
import { bundleScript } from '../support/worker-bundle.ts'

let script: string
let service: CacheService
let runner: string
let folder: string
beforeAll(async () => {
  script = join(mkdtempSync(join(tmpdir(), 'keep-folder-')), 'keep-folder.mjs')
  await bundleScript('test/github/fixtures/keep-folder.ts', script)
})
beforeEach(async () => {
  service = await startCacheService()
  runner = mkdtempSync(join(tmpdir(), 'runner-'))
  folder = join(runner, 'tools', 'tunegate-engine', 'engine-1')
  for (const name of ['workspace', 'temp', 'tools']) mkdirSync(join(runner, name))
  writeFileSync(join(runner, 'event.json'), JSON.stringify(payload))
})
afterEach(() => service.close())

const payload = { repository: { default_branch: 'main' } }
const pushed = { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' }

async function step(env: Readonly<Record<string, string>> = {}): Promise<StepResult & { readonly origin: string }> {
  const done = await runStep({
    script,
    workspace: join(runner, 'workspace'),
    env: {
      ...service.env,
      FOLDER: folder,
      RUNNER_TEMP: join(runner, 'temp'),
      PATH: process.env['PATH'] ?? '',
      ImageOS: 'ubuntu24',
      GITHUB_EVENT_PATH: join(runner, 'event.json'),
      ...pushed,
      ...env,
    },
  })
  expect(done.exitCode).toBe(0)
  return { ...done, origin: /origin=(\w+)/.exec(done.log)?.[1] ?? '' }
}
const levels = ({ commands }: StepResult): string[] =>
  commands.map((c) => c.name).filter((n) => ['error', 'warning', 'notice'].includes(n))

describe('the folder of the engine', () => {
  it('is made once, kept in the Actions cache, and stays on a runner that keeps its disk', async () => {
    expect((await step()).origin).toBe('made')
    expect(service.keys()).toEqual(['engine-1-2-ubuntu24'])
    expect((await step()).origin).toBe('runner')
    rmSync(join(runner, 'tools', 'tunegate-engine'), { recursive: true })
    expect((await step()).origin).toBe('cache')
    expect(readFileSync(join(folder, 'sub/library'), 'utf8')).toMatch(/^good/)
    expect((await step({ ImageOS: 'ubuntu22' })).origin).toBe('runner')
  })

  it('is made for every image of its own', async () => {
    await step()
    rmSync(folder, { recursive: true })
    expect((await step({ ImageOS: 'ubuntu22' })).origin).toBe('made')
    expect(service.keys()).toEqual(['engine-1-2-ubuntu24', 'engine-1-2-ubuntu22'])
  })

  it.each(['broken', 'read-only'] as const)('is made where the cache is %s, and the step goes on', async (state) => {
    service.state = state
    const done = await step()
    expect(done.origin).toBe('made')
    expect(service.keys()).toEqual([])
    if (state === 'read-only') expect(levels(done)).toEqual(['warning'])
  })

  it('is not saved, and nothing is said, where the run may only read', async () => {
    const done = await step({ ACTIONS_CACHE_MODE: 'read' })
    expect([done.origin, levels(done), service.keys()]).toEqual(['made', [], []])
  })

  it('is made where there is no cache service', async () => {
    const done = await step({ ACTIONS_RESULTS_URL: '' })
    expect([done.origin, levels(done)]).toEqual(['made', []])
  })

  it('is made again where the cache brings something else', async () => {
    await step()
    rmSync(folder, { recursive: true })
    service.spoil(Buffer.from('no archive'))
    expect((await step()).origin).toBe('made')
    mkdirSync(join(folder, 'sub'), { recursive: true })
    writeFileSync(join(folder, 'sub/library'), 'bad')
    expect((await step()).origin).toBe('made')
  })
})

describe('attack 13: an archive in the cache that somebody else saved', () => {
  /** Packs paths as they are given, as `tar -P` does for the cache. */
  function pack(names: readonly string[], ...options: string[]): void {
    const archive = join(runner, 'archive')
    execFileSync('tar', [
      '--posix',
      '-I',
      'gzip -1',
      '-cf',
      archive,
      '-P',
      '-C',
      join(runner, 'workspace'),
      ...options,
      ...names,
    ])
    service.spoil(readFileSync(archive))
  }
  const outside = (): string[] =>
    readdirSync(runner, { recursive: true })
      .map(String)
      .filter((path) => path.includes('evil'))

  beforeEach(async () => {
    await step()
    rmSync(folder, { recursive: true })
  })

  it('writes nothing beside the folder, by whatever path', async () => {
    for (const name of [
      '../evil',
      '../tools/tunegate-engine/evil',
      '../tools/tunegate-engine/engine-1/../evil',
      '../tools/tunegate-engine/engine-1evil/x',
      join(runner, 'tools/evil'),
    ]) {
      const path = join(runner, 'workspace', name.startsWith('/') ? '.' : name)
      const file = name.startsWith('/') ? name : path
      mkdirSync(join(file, '..'), { recursive: true })
      mkdirSync(folder, { recursive: true })
      writeFileSync(file, 'evil')
      pack([name])
      rmSync(join(runner, 'tools'), { recursive: true })
      mkdirSync(join(runner, 'tools'))
      rmSync(file, { force: true })
      const done = await step()
      expect([name, done.origin, outside()]).toEqual([name, 'made', []])
      expect(done.log).toContain('leads outside its folder')
      rmSync(folder, { recursive: true })
    }
  })

  it.each(['symbolic', 'hard'] as const)('makes no %s link', async (kind) => {
    const target = join(runner, 'workspace/evil-target')
    writeFileSync(target, '')
    mkdirSync(join(folder, 'sub'), { recursive: true })
    if (kind === 'symbolic') symlinkSync(join(runner, 'workspace'), join(folder, 'sub/link'))
    else execFileSync('sh', ['-c', `ln '${target}' '${folder}/sub/a' && ln '${target}' '${folder}/sub/b'`])
    pack(['../tools/tunegate-engine/engine-1'])
    rmSync(folder, { recursive: true })
    const done = await step()
    expect(done.origin).toBe('made')
    expect(done.log).toContain('neither a file nor a folder')
  })

  it('does not fill the disk', async () => {
    mkdirSync(join(folder, 'sub'), { recursive: true })
    execFileSync('truncate', ['-s', '1100M', join(folder, 'sub/library')])
    pack(['../tools/tunegate-engine/engine-1'])
    rmSync(folder, { recursive: true })
    const done = await step()
    expect([done.origin, /has more content than expected/.test(done.log)]).toEqual(['made', true])
  })

  it('is not read where the workflow says so', async () => {
    expect((await step({ ACTIONS_CACHE_MODE: 'none' })).origin).toBe('made')
  })
})

describe('attack 13: a run of what somebody proposes', () => {
  it.each([
    'pull_request',
    'pull_request_target',
    'issue_comment',
    'merge_group',
    'workflow_run',
    'repository_dispatch',
    '',
  ])('leaves no engine in the cache after %s, though its token could', async (event) => {
    expect((await step({ GITHUB_EVENT_NAME: event })).origin).toBe('made')
    expect(service.keys()).toEqual([])
  })

  it('uses the one that the default branch left', async () => {
    await step()
    rmSync(folder, { recursive: true })
    expect((await step({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: 'refs/pull/7/merge' })).origin).toBe('cache')
  })

  it('is any but one of the default branch that a push, a schedule or a person started', () => {
    const may = (event: string, ref = 'refs/heads/main', of: unknown = payload): boolean =>
      mayLeave({ GITHUB_EVENT_NAME: event, GITHUB_REF: ref }, of)
    expect(['push', 'schedule', 'workflow_dispatch'].map((event) => may(event))).toEqual([true, true, true])
    expect(['push', 'workflow_dispatch'].map((event) => may(event, 'refs/heads/topic'))).toEqual([false, false])
    expect([
      may('push', 'refs/tags/main'),
      may('push', 'refs/heads/main', null),
      may('push', 'refs/heads/undefined', {}),
    ]).toEqual([false, false, false])
  })
})

describe('the runner', () => {
  it('offers its tool cache, else its temporary folder, else none', () => {
    const env = { RUNNER_TOOL_CACHE: join(runner, 'tools'), RUNNER_TEMP: join(runner, 'temp') }
    expect(engineRoot(env)).toBe(join(runner, 'tools/tunegate-engine'))
    expect(engineRoot({ ...env, RUNNER_TOOL_CACHE: join(runner, 'nowhere') })).toBe(join(runner, 'temp/tunegate-engine'))
    expect(engineRoot({ ...env, TUNEGATE_ENGINE_DIR: '/mine' })).toBe('/mine')
    expect(engineRoot({})).toBeNull()
  })
})
