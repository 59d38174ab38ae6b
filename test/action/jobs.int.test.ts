import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { startArtifactService, type ArtifactService } from '../support/artifact-service.ts'
import { startRestEmulator } from '../support/rest-emulator.ts'
import { pullPayload, runStep, startedBy, type StepResult } from '../support/runner.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

let artifacts: ArtifactService
let checkout: string

const spec = (least: number, epochs = 3): string => wineSpec({ hidden: 16, epochs, seeds: 4, gate: accuracyOf(least) })

beforeEach(async () => {
  artifacts = await startArtifactService()
  checkout = mkdtempSync(join(tmpdir(), 'jobs-'))
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(checkout, 'wine.csv'))
  writeFileSync(join(checkout, '.gitignore'), '.tunegate/\n')
  git(checkout, 'init', '--quiet')
})
afterEach(() => artifacts.close())

function commit(text: string): string {
  writeFileSync(join(checkout, 'tuning.yml'), text)
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--message=all')
  return git(checkout, 'rev-parse', 'HEAD')
}

type Variables = Readonly<Record<string, string>>

/** As GitHub starts a workflow by hand on the default branch. */
function byHand(): Variables {
  return {
    ...startedBy('workflow_dispatch', { repository: { default_branch: 'main' } }),
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: git(checkout, 'rev-parse', 'HEAD'),
  }
}

/** One job of a compiled workflow, as its step runs it. */
function job(inputs: Variables, env: Variables = {}, cancelAt?: RegExp): Promise<StepResult> {
  return runStep({
    script: join(root, 'dist/action/index.js'),
    workspace: checkout,
    with: { workers: '1', shards: '2', ...inputs },
    env: { ...artifacts.env, ...byHand(), ...env },
    ...(cancelAt ? { cancelAt } : {}),
  })
}

/**
 * Lines of runs in the bundle whose name ends so; each has the run's own time, so that a run that is trained again has
 * another line.
 */
function runsIn(end: string): readonly string[] {
  const found = artifacts.artifacts().find((a) => a.name.endsWith(end))
  if (!found)
    throw new Error(
      `no artifact …${end} among ${artifacts
        .artifacts()
        .map((a) => a.name)
        .join(', ')}`,
    )
  return gunzipSync(found.content).toString().split('\n').slice(1, -1)
}

describe('jobs of a compiled workflow', () => {
  it('go on from what a shard had when a limit ended it, and come to the lock of the study in one process', async () => {
    commit(spec(0.05, 60))
    const planned = await job({ mode: 'plan' })
    expect([planned.exitCode, planned.outputs['shards']]).toEqual([0, '["1/2","2/2"]'])
    const shard = { mode: 'shard', stage: 'verify', shard: '1/2' }
    // As the runner ends a job at its limit: it is asked to stop first.
    const ended = await job(shard, {}, /seed \d+|1\/\d/)
    expect(ended.exitCode).toBe(1)
    const first = runsIn('-verify-1of2-1.gz')
    const again = await job(shard, { GITHUB_RUN_ATTEMPT: '2' })
    expect(again.exitCode).toBe(0)
    const second = runsIn('-verify-1of2-2.gz')
    expect(second).toHaveLength(2)
    expect(second).toEqual(expect.arrayContaining([...first]))
    // The other shard never ran: the stage's own job trains what is left.
    const stage = await job({ mode: 'stage', stage: 'verify' }, { GITHUB_RUN_ATTEMPT: '2' })
    expect([stage.exitCode, stage.outputs['shards']]).toEqual([0, '[]'])
    expect(runsIn('-after-verify-2.gz')).toEqual(expect.arrayContaining([...second]))
    const gate = await job({ mode: 'gate' }, { GITHUB_RUN_ATTEMPT: '2' })
    expect([gate.exitCode, gate.outputs['verdict']]).toEqual([0, 'pass'])
    const lock = readFileSync(join(checkout, '.tunegate/wine/tuning.lock.json'), 'utf8')
    expect((await job({ mode: 'tune', out: 'alone' })).exitCode).toBe(0)
    expect(readFileSync(join(checkout, 'alone/tuning.lock.json'), 'utf8')).toBe(lock)
    expect(first.length).toBeLessThan(2)
  })

  it('attack 8: are judged by the gates of the base on a pull request, and take no runs from a journal in the checkout', async () => {
    const base = commit(spec(0.999))
    const head = commit(spec(0.05))
    const pull = startedBy('pull_request', pullPayload(base, head))
    expect((await job({ mode: 'plan' }, pull)).exitCode).toBe(0)
    expect((await job({ mode: 'stage', stage: 'verify' }, pull)).exitCode).toBe(0)
    mkdirSync(join(checkout, '.tunegate/wine'), { recursive: true })
    writeFileSync(join(checkout, '.tunegate/wine/journal.jsonl'), '{}\n')
    const gate = await job({ mode: 'gate' }, pull)
    expect([gate.exitCode, gate.outputs['verdict']]).toEqual([1, 'fail'])
    expect(gate.log).toMatch(/this change alters gates from .* of the base commit/)
    expect(gate.log).toContain('everything is trained again')
  })

  it.each(['', 'retrain'])(
    'attack 8: hold no change against itself where its base has no lock: baseline %j',
    async (baseline) => {
      const compared = spec(0.05).replace(/threshold: .*/, 'regression: { metric: accuracy, margin: 0.1 }')
      const base = commit(compared)
      const head = commit(compared.replace('learningRate: 0.01', 'learningRate: 0.0000001'))
      const pull = startedBy('pull_request', pullPayload(base, head))
      for (const inputs of [{ mode: 'plan' }, { mode: 'stage', stage: 'verify' }, { mode: 'gate' }]) {
        const ran = await job({ ...inputs, baseline }, pull)
        expect([ran.exitCode, ran.outputs['verdict']]).toEqual([1, undefined])
        expect(ran.log).toMatch(/verify\/no-baseline[^]*jobs of a compiled workflow cannot retrain/)
      }
    },
  )

  it('attack 14: take seeds and split from the base on a pull request, each of them alike', async () => {
    const base = commit(spec(0.05))
    const head = commit(`${spec(0.05).replace('seeds: 4', 'seeds: 2')}seed: 3\n`)
    const pull = startedBy('pull_request', pullPayload(base, head))
    expect((await job({ mode: 'plan' }, pull)).outputs['shards']).toBe('["1/2","2/2"]')
    for (const shard of ['1/2', '2/2']) expect((await job({ mode: 'shard', stage: 'verify', shard }, pull)).exitCode).toBe(0)
    expect([...runsIn('-verify-1of2-1.gz'), ...runsIn('-verify-2of2-1.gz')]).toHaveLength(4)
    expect((await job({ mode: 'stage', stage: 'verify' }, pull)).exitCode).toBe(0)
    const gate = await job({ mode: 'gate' }, pull)
    expect([gate.exitCode, gate.outputs['verdict']]).toEqual([0, 'pass'])
    expect(gate.log).toContain(
      'NOTE: This change alters seed from 17 to 3 and stages.verify.seeds from 4 to 2; it was judged',
    )
  })

  it('say on an enterprise server that they need an artifact service, before anything is trained', async () => {
    commit(spec(0.05))
    const planned = await job({ mode: 'plan' }, { GITHUB_SERVER_URL: 'https://git.example.org' })
    expect(planned.exitCode).toBe(1)
    expect(planned.log).toMatch(/action\/no-jobs[^]*git\.example\.org[^]*tune in one job/)
  })

  it('are judged inconclusive where a stage did not come to its end', async () => {
    commit(spec(0.05))
    await job({ mode: 'plan' })
    const gate = await job({ mode: 'gate' })
    expect([gate.exitCode, gate.outputs['verdict']]).toEqual([1, 'inconclusive'])
    expect(gate.summary).toContain('the study is not finished')
  })

  it('post once, at the gate, where the workflow asks for it', async () => {
    const base = commit(spec(0.05))
    const head = commit(spec(0.05, 4))
    const github = await startRestEmulator()
    try {
      github.state.pulls.set(7, { heads: [head], base, state: 'open', headRepository: 1, timeline: [] })
      const pull = { ...startedBy('pull_request', pullPayload(base, head)), GITHUB_API_URL: github.url }
      const asked = { post: 'comment, status', token: github.token }
      await job({ mode: 'plan', ...asked }, pull)
      expect(github.requests).toEqual([])
      await job({ mode: 'gate', ...asked }, pull)
      expect(github.state.comments.map((c) => c.body)).toEqual([
        expect.stringContaining('### Inconclusive: the study is not finished'),
      ])
      expect(github.state.statuses).toEqual([])
      await job({ mode: 'stage', stage: 'verify', ...asked }, pull)
      expect((await job({ mode: 'gate', ...asked }, pull)).exitCode).toBe(0)
      expect(github.state.comments.map((c) => c.body)).toEqual([expect.stringMatching(/### .*pass/)])
      expect(github.state.statuses).toMatchObject([{ state: 'success', sha: head }])
    } finally {
      await github.close()
    }
  })

  it('attack 7: take nothing from a parcel that was replaced', async () => {
    commit(spec(0.05))
    await job({ mode: 'plan' })
    const [plan] = artifacts.artifacts()
    artifacts.tamper(plan?.name ?? '', { content: Buffer.from('forged') })
    const stage = await job({ mode: 'stage', stage: 'verify' })
    expect(stage.exitCode).toBe(1)
    expect(stage.log).toMatch(/cannot be continued from the artifact[^]*its digest is/)
  })
})
