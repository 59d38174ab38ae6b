import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { node24 } from '../support/runner.ts'
import { start, tunegate, withSpec, workFolder } from '../support/cli.ts'

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

let folder = ''
beforeAll(() => {
  folder = withSpec(workFolder())
})

/** Runs a line of a shell; `tunegate` in it is the command line under test. Its code is that of the last command. */
function shell(line: string): Ended {
  const program = `tunegate() { "${node24}" dist/cli/index.js "$@"; }; ${line}`
  const env = { ...process.env, TUNEGATE_ENGINE_DIR: join(folder, 'no engine') }
  const { status, stdout, stderr } = spawnSync('bash', ['-c', program], { cwd: folder, env, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

describe.skipIf(process.platform !== 'linux')('exit code 1 is a verdict and nothing else:', () => {
  test.each([
    ['the help', '--help'],
    ['the version', '--version'],
    ['a plan', 'plan tuning.yml'],
    ['a check of a spec', 'validate tuning.yml'],
    ['a workflow', 'compile tuning.yml --target workflow'],
    ['the state of the engine', 'engine status'],
  ])('%s that cannot be written to a full disk exits with 2 and says why', (_, command) => {
    const { code, err } = shell(`tunegate ${command} > /dev/full`)
    expect([code, err]).toEqual([2, expect.stringContaining('the disk is full (ENOSPC')])
    expect(err).not.toMatch(/^\s+at |defect/m)
  })

  test('a plan that only half fits is not taken for a written one', () => {
    const { code, err } = shell('(ulimit -f 1; tunegate plan tuning.yml --format json > plan.json)')
    expect([code, err]).toEqual([2, expect.stringContaining('EFBIG')])
  })

  test.each([
    ['standard output', 'tunegate plan tuning.yml --format json 2>/dev/null | true; echo "${PIPESTATUS[0]}"', '0\n'],
    ['both outputs', 'tunegate plan none.yml 2>&1 | true; echo "${PIPESTATUS[0]}"', '2\n'],
  ])('a reader that closes %s leaves the code as it is', (_, line, expected) => {
    expect(shell(line).out).toBe(expected)
  })

  test('messages that cannot be written leave the code as it is', () => {
    expect(shell('tunegate plan none.yml 2> /dev/full').code).toBe(2)
    expect(shell('tunegate validate tuning.yml 2> /dev/full').code).toBe(0)
  })

  test.each([
    ['an unknown command', 'frobnicate'],
    ['an unknown option', 'run tuning.yml --frobnicate'],
    ['an unknown option of a command in a group', 'engine status --frobnicate'],
    ['a missing argument', 'report compare one'],
    ['no command', ''],
    ['a group without its command', 'engine'],
  ])('%s exits with 2', (_, words) => {
    expect(shell(`tunegate ${words}`).code).toBe(2)
  })

  test('a fault outside of every command is a defect of ours, with code 4', () => {
    writeFileSync(join(folder, 'fault.mjs'), 'setTimeout(() => { throw new Error("out of nowhere") }, 50)\n')
    writeFileSync(join(folder, 'rejection.mjs'), 'setTimeout(() => { Promise.reject(new Error("out of nowhere")) }, 50)\n')
    for (const module of ['fault', 'rejection']) {
      const { code, err } = shell(`"${node24}" --import ./${module}.mjs dist/cli/index.js run tuning.yml --out ${module}`)
      expect([code, err]).toEqual([4, expect.stringContaining('out of nowhere')])
    }
  })

  test('an installation that lacks a part of itself is told so, with code 2', () => {
    const { code, err } = shell(
      'mkdir -p broken/cli && cp dist/cli/index.js broken/cli && cp dist/package.json broken && ' +
        `"${node24}" broken/cli/index.js plan tuning.yml`,
    )
    expect([code, err]).toEqual([2, expect.stringContaining('install it again')])
  })

  test('a Node that is too old is told so, with code 2', () => {
    writeFileSync(join(folder, 'old.mjs'), 'Object.defineProperty(process.versions, "node", { value: "18.20.0" })\n')
    const { code, err } = shell(`"${node24}" --import ./old.mjs dist/cli/index.js plan tuning.yml`)
    expect([code, err]).toEqual([2, expect.stringContaining('Node 20.3')])
  })
})

describe.skipIf(process.platform !== 'linux')('a current folder', () => {
  test('with a path that is too long for the system is told so, with code 2', () => {
    const { code, err } = shell(
      'p="$PWD/dist/cli/index.js"; d=$(printf "d%.0s" $(seq 200)); for i in $(seq 30); do mkdir $d; cd $d; done; ' +
        `"${node24}" "$p" plan none.yml`,
    )
    expect([code, err]).toEqual([2, expect.stringContaining('the path of the current folder is too long (ERANGE')])
  })
})

describe.skipIf(process.platform !== 'linux')('a limit on open files', () => {
  // In a process group of its own, since a wrong signal would end the group.
  test.each([23, 24, 25, 26, 27, 32])(
    'of %d ends the command alone, with a verdict or with code 2 and the reason',
    (limit) => {
      const { out, err } = shell(
        `setsid --wait bash -c 'ulimit -n ${limit}; "$0" dist/cli/index.js run tuning.yml --engine wasm --workers 2 --out files-${limit}; echo "code $?"' "${node24}"`,
      )
      const code = /^code (\d+)$/m.exec(out)?.[1]
      expect(['0', '1', '2', '3'], out + err).toContain(code)
      if (code === '2') expect(err).toContain('too many files are open (EMFILE')
      expect(err).not.toMatch(/^\s+at |defect/m)
    },
  )
})

describe.skipIf(process.platform === 'win32')('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s stops a study with %d, and what is finished is kept', async (signal, expected) => {
    const child = start(folder, ['run', 'tuning.yml', '--out', `stopped by ${signal}`])
    let [err, sent] = ['', false]
    child.stderr?.on('data', (chunk: Buffer) => {
      err += chunk.toString()
      if (!sent && /lr-range/.test(err)) sent = child.kill(signal)
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    expect([code, err]).toEqual([expected, expect.stringContaining('continues from them')])
  })

  test('of whatever kind ends at once what a first one only asked to stop', async () => {
    mkdirSync(join(folder, 'slow'), { recursive: true })
    // No run is ever on disk, so the study cannot come to an end by itself.
    writeFileSync(
      join(folder, 'hang.mjs'),
      `
      import fs from 'node:fs/promises'
      const handle = await fs.open('tuning.yml')
      Object.getPrototypeOf(handle).datasync = () => { console.error('never on disk'); return new Promise(() => {}) }
    `,
    )
    const child = spawn(
      node24,
      ['--import', './hang.mjs', 'dist/cli/index.js', 'run', 'tuning.yml', '--engine', 'wasm', '--out', 'slow'],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let [err, sent] = ['', false]
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
      if (sent || !err.includes('never on disk')) return
      sent = child.kill('SIGINT')
      setTimeout(() => child.kill('SIGTERM'), 1000)
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    expect(code).toBe(143)
  })

  test('is in the help, with its code', async () => {
    expect((await tunegate(folder, ['--help'])).out).toContain('130 SIGINT, 143 SIGTERM, 129 SIGHUP')
    expect(readFileSync(join(folder, 'tuning.yml'), 'utf8')).toContain('version: 1')
  })
})
