import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { withLevers } from '../../src/records/levers.ts'
import type { RunRequest, RunResult } from '../../src/records/run.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import type { InitMessage } from '../../src/run/protocol.ts'
import { root } from '../support/architecture.ts'
import { memoryGroup, noGroups } from '../support/memory-group.ts'
import { someLevers } from '../support/levers.ts'
import { someWorkload } from '../support/world.ts'
import { folder, isAlive, noData, probe, request, until } from './runs.ts'

const script = join(root, 'test/support/worker-scripted.ts')

interface Started {
  readonly pool: WorkerPool
  readonly notices: string[]
  /** Lines `start <id> <pid>` and `end <id> <pid>` as they happened. */
  readonly notes: () => { what: string; id: string; pid: number }[]
  readonly run: (label: string, over?: Partial<RunRequest>, signal?: AbortSignal) => Promise<RunResult>
}

interface StartOptions {
  readonly script?: string
  readonly notes?: string
  readonly onNotice?: () => void
}

async function start(workers: number, over: StartOptions = {}): Promise<Started> {
  const notes = join(folder(), over.notes ?? 'notes')
  const notices: string[] = []
  const pool = await WorkerPool.start({
    script: over.script ?? script,
    workers,
    notice: (text) => {
      notices.push(text)
      over.onNotice?.()
    },
    init: { type: 'init', engine: 'wasm', folder: notes, workload: someWorkload, data: noData },
  })
  onTestFinished(() => pool.close())
  let count = 0
  return {
    pool,
    notices,
    notes: () =>
      (existsSync(notes) ? readFileSync(notes, 'utf8').trimEnd().split('\n') : []).map((line) => {
        const [what = '', id = '', pid] = line.split(' ')
        return { what, id, pid: Number(pid) }
      }),
    run: (label, more, signal) =>
      pool.run(request(label, 1, more), `${(count++).toString(16).padStart(6, '0')}${'0'.repeat(14)}`, { signal }),
  }
}

const reasonOf = (result: RunResult): string => (result.status === 'crashed' ? result.reason : result.status)

describe('the pool', () => {
  it('trains side by side, as many as there are workers, each in a process of its own', async () => {
    const { pool, run, notes } = await start(2)
    expect(pool.engine).toBe('scripted')
    await until(() => (pool as unknown as { idle: unknown[] }).idle.length === 2)
    const results = await Promise.all(['wait 200', 'wait 200', 'fine', 'fine'].map((label) => run(label)))
    expect(results.map((r) => r.status)).toEqual(Array.from({ length: 4 }, () => 'complete'))
    expect(
      notes()
        .slice(0, 2)
        .map((n) => n.what),
    ).toEqual(['start', 'start'])
    expect(new Set(notes().map((n) => n.pid)).size).toBe(2)
  })

  it('gives workers nothing of the environment, where secrets are', async () => {
    process.env['SOME_TOKEN'] = 'secret'
    onTestFinished(() => {
      delete process.env['SOME_TOKEN']
    })
    const result = await (await start(1)).run('environment')
    expect(result.status === 'complete' && result.weights).toBe('[]')
  })

  it('ends its processes when it is closed, one in the middle of a computation too, and takes no more', async () => {
    const { pool, run, notes } = await start(2)
    const lost = expect(Promise.all([run('hang'), run('wait 10000')])).rejects.toThrow('ended')
    await until(() => notes().length === 2)
    pool.close()
    await lost
    await until(() => notes().every((n) => !isAlive(n.pid)))
    await expect(run('fine')).rejects.toThrow('ended')
  })
})

describe('a worker that dies costs its run alone', () => {
  it.each([
    ['exit 3', 'exited with code 3'],
    ['throw', 'RangeError: thrown on purpose'],
    ['kill', 'was killed, as the system does when it runs out of memory'],
    ['heap', 'ran out of memory'],
  ])('%s: it is tried once more, then recorded with the cause', async (label, reason) => {
    const { run, notes, notices } = await start(2)
    const [bad, ...others] = await Promise.all([label, 'wait 20', 'fine', 'fine'].map((l) => run(l)))
    expect(reasonOf(bad as RunResult)).toContain(reason)
    expect(others.map((r) => r.status)).toEqual(['complete', 'complete', 'complete'])
    expect(notices).toEqual([expect.stringMatching(new RegExp(`${reason}.*${label} \\(seed 1\\) is tried again`))])
    const tries = notes().filter((n) => n.what === 'start' && n.id.startsWith('000000'))
    expect(new Set(tries.map((n) => n.pid)).size).toBe(2)
    expect((await run('fine')).status).toBe('complete')
  })

  it.skipIf(noGroups !== null)(
    `also when the kernel kills it for want of memory${noGroups === null ? '' : ` (here it cannot be played: ${noGroups})`}`,
    async () => {
      const { run, notes, notices } = await start(1)
      await run('fine')
      writeFileSync(memoryGroup(100), String(notes()[0]?.pid))
      // It takes more than its group may; the fresh process is in no group.
      expect((await run('eat 300')).status).toBe('complete')
      expect(notices).toEqual([
        expect.stringMatching(
          /was killed, as the system does when it runs out of memory; eat 300 \(seed 1\) is tried again/,
        ),
      ])
    },
  )

  it('and a crash that does not come again leaves only a notice', async () => {
    const { run, notices } = await start(1)
    expect((await run(`once ${join(folder(), 'been')}`)).status).toBe('complete')
    expect(notices).toHaveLength(1)
  })

  it('also when it is killed from outside', async () => {
    const { run, notes } = await start(1)
    const running = run('wait 300')
    await until(() => notes().length === 1)
    process.kill(notes()[0]?.pid ?? 0, 'SIGKILL')
    expect((await running).status).toBe('complete')
    expect(notes().map((n) => n.what)).toEqual(['start', 'start', 'end'])
  })

  it('and where the fresh one cannot even start, that is its cause; who asks next is told so', async () => {
    const { run, notices } = await start(1, { notes: 'x.once' })
    expect(reasonOf(await run('exit 3'))).toContain('exited with code 7')
    expect(notices).toHaveLength(1)
    await expect(run('fine')).rejects.toThrow('exited with code 7')
  })

  it('and one that survived a crash is not trusted with another run', async () => {
    const { run, notes, notices } = await start(1)
    expect(reasonOf(await run('survive'))).toBe('survived on purpose')
    expect((await run('fine')).status).toBe('complete')
    const [crashed, , next] = notes()
    expect(next?.pid).not.toBe(crashed?.pid)
    await until(() => !isAlive(crashed?.pid ?? 0))
    expect(notices).toEqual([])
  })

  it('and none where it had nothing to do', async () => {
    const { run, notes, notices } = await start(1)
    await run('fine')
    const pid = notes()[0]?.pid ?? 0
    process.kill(pid, 'SIGKILL')
    await until(() => !isAlive(pid))
    await sleep(50)
    expect((await run('fine')).status).toBe('complete')
    expect(notices).toEqual([])
  })
})

describe('a probe', () => {
  it('runs alone, in a process that trains nothing else', async () => {
    const { run, notes } = await start(2)
    await Promise.all([run('wait 50'), run('wait 150'), run('wait 50', { job: probe(4096) }), run('fine'), run('fine')])
    const all = notes()
    const at = all.findIndex((n) => n.what === 'start' && n.id.startsWith('000002'))
    expect(all[at + 1]).toEqual({ ...all[at], what: 'end' })
    const open = all.slice(0, at).reduce((sum, n) => sum + (n.what === 'start' ? 1 : -1), 0)
    expect(open).toBe(0)
    // Both are sent at once, to two processes: which of them says so first is theirs.
    const after = all
      .slice(at + 2)
      .filter((n) => n.what === 'start')
      .map((n) => Number(n.id.slice(0, 6)))
    expect(after.sort()).toEqual([3, 4])
    expect(all.filter((n) => n.pid === all[at]?.pid)).toHaveLength(2)
    await until(() => !isAlive(all[at]?.pid ?? 0))
  })

  it('takes the process of the probe before, unless that had more rows, and none stays behind', async () => {
    const { pool, run, notes } = await start(2)
    const { processes } = (pool as unknown as { readonly supply: { readonly processes: ReadonlySet<unknown> } }).supply
    const probed = (batchSize: number): Promise<RunResult> =>
      run('fine', { job: probe(4096), levers: withLevers(someLevers, { batchSize }) })
    for (const batchSize of [64, 128, 128, 64]) await probed(batchSize)
    const [first, second, third, fourth] = notes()
      .filter((n) => n.what === 'start')
      .map((n) => n.pid)
    expect([second, third]).toEqual([first, first])
    expect(fourth).not.toBe(first)
    expect(processes.size).toBe(3)
    await run('fine')
    await until(() => processes.size === 2)
    await until(() => !isAlive(fourth ?? 0))
  })

  it.skipIf(process.platform !== 'linux')(
    'is ended when it holds more memory than it may, and not tried again',
    async () => {
      const { run, notes, notices } = await start(1)
      expect((await run('eat 64', { job: probe(400) })).status).toBe('complete')
      expect(reasonOf(await run('eat 3000', { job: probe(400) }))).toMatch(
        /needs more memory than the limit: \d+ MiB of 400 MiB/,
      )
      expect(notes().filter((n) => n.what === 'start')).toHaveLength(2)
      expect(notices).toEqual([])
    },
  )
})

describe('a run that is given up', () => {
  it('ends at once, whether it computes or waits for its turn, and the pool goes on', async () => {
    const { run, notes, notices } = await start(1)
    const stop = new AbortController()
    const given = Promise.allSettled([
      run('hang', {}, stop.signal),
      run('fine', {}, stop.signal),
      run('fine', { job: probe(9) }, stop.signal),
    ])
    await until(() => notes().length === 1)
    stop.abort(new Error('enough'))
    expect((await given).map((s) => s.status === 'rejected' && String(s.reason))).toEqual([
      'Error: enough',
      'Error: enough',
      'Error: enough',
    ])
    expect((await run('fine')).status).toBe('complete')
    await expect(run('fine', {}, stop.signal)).rejects.toThrow('enough')
    expect(notices).toEqual([])
  })

  it('ends at once in the middle of the queue, and when others go on', async () => {
    const { run, notes } = await start(1)
    const stop = new AbortController()
    const first = run('wait 300')
    const last = run('fine')
    const given = run('fine', {}, stop.signal)
    await until(() => notes().length === 1)
    stop.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    expect(notes()).toHaveLength(1)
    expect((await Promise.all([first, last])).map((r) => r.status)).toEqual(['complete', 'complete'])
  })

  it('just when it has crashed is not trained again, and the process started for it takes the next', async () => {
    const stop = new AbortController()
    const { run, notes } = await start(1, { onNotice: () => stop.abort(new Error('enough')) })
    await expect(run('kill', {}, stop.signal)).rejects.toThrow('enough')
    expect(notes()).toHaveLength(1)
    expect((await run('fine')).status).toBe('complete')
    expect(notes()).toHaveLength(3)
  })
})

describe('a pool that cannot start', () => {
  it('because it would have no worker says so', async () => {
    await expect(start(0)).rejects.toThrow('at least one worker')
  })

  it('gives the diagnostics of the engine', async () => {
    await expect(start(2, { notes: 'x.broken' })).rejects.toThrow(InputError)
  })

  it('says that the worker is of another build', async () => {
    await expect(start(1, { notes: 'x.old' })).rejects.toThrow('another build')
  })

  it('says that the script is not there', async () => {
    await expect(start(2, { script: '/nowhere/worker.js' })).rejects.toThrow(/Cannot find module '\/nowhere\/worker.js'/)
  })
})

describe('a pool that is started before its start message is made', () => {
  const early = (init: (notes: string) => Promise<InitMessage>) => {
    const notes = join(folder(), 'notes')
    const notices: string[] = []
    const engine = { engine: 'wasm', folder: notes } as const
    const pool = WorkerPool.start({ script, workers: 2, notice: (text) => notices.push(text), engine, init: init(notes) })
    return { pool, notices }
  }

  it('has its processes load the engine meanwhile', async () => {
    const { pool } = early(async (notes) => {
      await until(() => existsSync(notes) && readFileSync(notes, 'utf8').split('load').length === 3, 20_000)
      return { type: 'init', engine: 'wasm', folder: '', workload: someWorkload, data: noData }
    })
    const started = await pool
    onTestFinished(() => started.close())
    expect(started.engine).toBe('scripted')
  })

  it('ends with the reason where it is never made, and says nothing else', async () => {
    const { pool, notices } = early(() => Promise.reject(new Error('no data')))
    await expect(pool).rejects.toThrow('no data')
    expect(notices).toEqual([])
  })
})
