import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engineRoot } from '../../src/github/engine-cache.ts'
import { root } from '../support/architecture.ts'
import { startCacheService, type CacheService } from '../support/cache-service.ts'
import { runStep, type StepResult } from '../support/runner.ts'

const script = join(root, 'test/github/fixtures/keep-folder.ts')
let service: CacheService
let runner: string
let folder: string
beforeEach(async () => {
  service = await startCacheService()
  runner = mkdtempSync(join(tmpdir(), 'runner-'))
  folder = join(runner, 'tools', 'tunegate-engine', 'engine-1')
  for (const name of ['workspace', 'temp', 'tools']) mkdirSync(join(runner, name))
})
afterEach(() => service.close())

async function step(env: Readonly<Record<string, string>> = {}): Promise<StepResult & { readonly origin: string }> {
  const done = await runStep({
    script, workspace: join(runner, 'workspace'),
    env: { ...service.env, FOLDER: folder, RUNNER_TEMP: join(runner, 'temp'), PATH: process.env['PATH'] ?? '', ImageOS: 'ubuntu24', ...env },
  })
  expect(done.exitCode).toBe(0)
  return { ...done, origin: /origin=(\w+)/.exec(done.log)?.[1] ?? '' }
}
const levels = ({ commands }: StepResult): string[] => commands.map((c) => c.name).filter((n) => ['error', 'warning', 'notice'].includes(n))

describe('the folder of the engine', () => {
  it('is made once, kept in the Actions cache, and stays on a runner that keeps its disk', async () => {
    expect((await step()).origin).toBe('made')
    expect(service.keys()).toEqual(['engine-1-ubuntu24'])
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
    expect(service.keys()).toEqual(['engine-1-ubuntu24', 'engine-1-ubuntu22'])
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

describe('the runner', () => {
  it('offers its tool cache, else its temporary folder, else none', () => {
    const env = { RUNNER_TOOL_CACHE: join(runner, 'tools'), RUNNER_TEMP: join(runner, 'temp') }
    expect(engineRoot(env)).toBe(join(runner, 'tools/tunegate-engine'))
    expect(engineRoot({ ...env, RUNNER_TOOL_CACHE: join(runner, 'nowhere') })).toBe(join(runner, 'temp/tunegate-engine'))
    expect(engineRoot({ ...env, TUNEGATE_ENGINE_DIR: '/mine' })).toBe('/mine')
    expect(engineRoot({})).toBeNull()
  })
})
