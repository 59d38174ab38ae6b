import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { explainFileError, explainSystemError } from '../../src/base/files.ts'
import { WorkerPool, type PoolOptions } from '../../src/run/pool.ts'
import { workersFor } from '../../src/run/worker-count.ts'
import { root } from '../support/architecture.ts'
import { node24 } from '../support/runner.ts'
import { someWorkload } from '../support/world.ts'
import { folder, isAlive, noData, until } from './runs.ts'

const scripted = join(root, 'test/support/worker-scripted.ts')

function options(over: Partial<PoolOptions> & { body?: string } = {}): PoolOptions {
  const where = folder()
  const script = join(where, 'worker.mjs')
  writeFileSync(script, over.body ?? '')
  const init = { type: 'init', engine: 'wasm', folder: join(where, 'notes'), workload: someWorkload, data: noData } as const
  return { script, workers: 1, init, notice: () => {}, ...over }
}

async function refused(started: Promise<WorkerPool>): Promise<Error> {
  const error: unknown = await started.then(
    (pool) => {
      pool.close()
    },
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('it started')
  return error
}

const writing = (text: string, then: string): string =>
  `import { writeSync } from 'node:fs'; writeSync(2, ${JSON.stringify(text)}); ${then}`

describe('a worker that the system does not let start', () => {
  it.each([
    [
      'killed at once, as when memory runs out',
      'process.kill(process.pid, "SIGKILL")',
      /was killed, as the system does/,
      /fewer --workers/,
    ],
    [
      'without memory for its heap',
      writing('# Fatal process out of memory: Zone', 'process.abort()'),
      /ran out of memory: # Fatal process/,
      /fewer --workers/,
    ],
    [
      'without memory for an array',
      writing('terminate called\n  what():  std::bad_alloc', 'process.abort()'),
      /ran out of memory: what\(\)/,
      /more memory/,
    ],
    [
      'without threads',
      writing("node: ../src/x.cc:1: Assertion `(0) == (uv_thread_create_ex(a))' failed.\n 1: 0x80 node", 'process.abort()'),
      /SIGABRT: node: .*uv_thread_create/,
      /ulimit -u/,
    ],
    ['ended by somebody', 'process.kill(process.pid, "SIGTERM")', /ended by SIGTERM/, /killed it/],
    ['lacking a module', 'await import("./none.mjs")', /Cannot find module/, /reinstall tunegate/],
  ])('%s: a person is told what to do', async (_, body, found, hint) => {
    const error = await refused(WorkerPool.start(options({ body })))
    expect(error).toBeInstanceOf(InputError)
    const [diagnostic] = (error as InputError).diagnostics
    expect([diagnostic?.found, diagnostic?.hint]).toEqual([expect.stringMatching(found), expect.stringMatching(hint)])
  })

  it('where there is no program to start', async () => {
    const { execPath } = process
    onTestFinished(() => {
      process.execPath = execPath
    })
    process.execPath = '/nowhere/node'
    const error = await refused(WorkerPool.start(options()))
    expect([error instanceof InputError, error.message]).toEqual([
      true,
      expect.stringMatching(/worker\/not-started.*\n.*ENOENT.*\n.*hint/),
    ])
  })

  it.skipIf(process.platform !== 'linux')('where no file is left for it, and to end it ends nothing else', () => {
    const script = join(folder(), 'exhausted.mjs')
    writeFileSync(
      script,
      `
      import { openSync } from 'node:fs'
      import { WorkerProcess } from ${JSON.stringify(join(root, 'src/run/worker-process.ts'))}
      try { for (;;) openSync('/dev/null') } catch {}
      // Which number is signaled without a guard is chance, so there are many.
      for (let i = 0; i < 60; i++) {
        const worker = new WorkerProcess('none.mjs', 0)
        worker.load({ engine: 'wasm', folder: '' })
        worker.kill()
      }
      console.log('alive')
    `,
    )
    // In a process group of its own, which a signal to number 0 would end.
    const { stdout, stderr } = spawnSync(
      'setsid',
      ['--wait', 'bash', '-c', 'ulimit -n 100; "$0" "$1"; echo "code $?"', node24, script],
      { encoding: 'utf8' },
    )
    expect(stdout, stderr).toBe('alive\ncode 0\n')
  })

  it('and a defect of its own stays one', async () => {
    const error = await refused(WorkerPool.start(options({ body: 'throw new TypeError("ours")' })))
    expect([error instanceof InputError, error.message]).toEqual([false, expect.stringContaining('TypeError: ours')])
  })
})

describe('the number of workers', () => {
  const plenty = { cores: 8, memory: 64 * 2 ** 30 }
  it.each([
    [4, plenty, 0, 4, null],
    [256, plenty, 0, 8, /^8 of 256 workers are started, because this machine has 8 cores; the results are the same$/],
    [
      8,
      { cores: 8, memory: 500 * 2 ** 20 },
      0,
      3,
      /^3 of 8 workers are started, because 500 MiB of memory is free, and a worker needs about 160 MiB/,
    ],
    [8, { cores: 8, memory: 2 ** 20 }, 0, 1, /1 of 8/],
    [8, plenty, 5 * 2 ** 30, 4, /4 of 8 .* a worker needs about 15520 MiB/],
    [2, { cores: 1, memory: 2 ** 33 }, 0, 1, /has 1 core;/],
  ] as const)('of %d asked for on %j with %d bytes of data', (wanted, machine, bytes, workers, why) => {
    const count = workersFor(wanted, machine, bytes)
    expect(count.workers).toBe(workers)
    if (why === null) expect(count.why).toBeNull()
    else expect(count.why).toMatch(why)
  })

  it('is cut to what the data leave room for, before a process has them', async () => {
    const notices: string[] = []
    const pool = await WorkerPool.start(
      options({
        script: scripted,
        workers: 4,
        notice: (text) => notices.push(text),
        bound: () => ({ workers: 2, why: '2 of 4' }),
      }),
    )
    onTestFinished(() => pool.close())
    expect(pool.slots).toBe(2)
    const { supply } = pool as unknown as { readonly supply: { readonly processes: ReadonlySet<{ readonly pid: number }> } }
    const { processes } = supply
    await until(() => processes.size === 2 && [...processes].every(({ pid }) => isAlive(pid)))
    expect(notices).toEqual(['2 of 4'])
  })
})

describe('an error of the system', () => {
  const codes = [
    'ELOOP',
    'ENAMETOOLONG',
    'EBUSY',
    'ENODEV',
    'ENXIO',
    'EMFILE',
    'ENFILE',
    'ENOMEM',
    'EAGAIN',
    'ETXTBSY',
    'EINVAL',
    'ENOSYS',
    'ESTALE',
    'EFBIG',
    'ENOSPC',
    'EDQUOT',
    'EROFS',
    'EACCES',
    'EPERM',
    'ENOTDIR',
    'EEXIST',
    'ENOENT',
    'EISDIR',
    'EIO',
    'ENOTEMPTY',
  ]
  it.each(codes)('%s is one that a person can mend', (code) => {
    const error = Object.assign(new Error(code), { code, syscall: 'open', path: '/a' })
    const known = explainFileError(error, 'x/y', 'it cannot be opened')
    expect([known instanceof InputError, (known as Error).message]).toEqual([
      true,
      expect.stringMatching(new RegExp(`\\(${code}, /a\\)\\n  hint: +\\w`)),
    ])
    expect(explainSystemError(error)).toBeInstanceOf(InputError)
  })

  it.each([
    'Array buffer allocation failed',
    'Invalid typed array length: 9000000000',
    'Invalid string length',
    'WebAssembly.Memory(): could not allocate memory',
  ])('that is a want of memory is told with its words: %s', (message) => {
    expect(explainSystemError(new RangeError(message))).toMatchObject({
      diagnostics: [{ code: 'system/no-memory', found: message }],
    })
  })

  it('is nothing else: a defect of ours stays one', () => {
    for (const error of [
      new TypeError('x is not a function'),
      Object.assign(new Error('no'), { code: 'ENOENT' }),
      'text',
      undefined,
      null,
    ]) {
      expect(explainSystemError(error)).toBe(error)
    }
  })
})
