import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../../../src/base/random.ts'
import { bundleScript } from '../../support/worker-bundle.ts'

const root = mkdtempSync(join(tmpdir(), 'tunegate-script-study-'))
const cli = join(root, 'dist/cli/index.js')
const script = readFileSync(join(import.meta.dirname, '../../support/trainers/fake.mjs'), 'utf8')
const spec = `version: 1
name: fake
task: classification
trainer:
  command: ['${process.execPath}', train.mjs]
  levers: { learningRate: lr, batchSize: batch-size, weightDecay: wd }
  env: [EPOCH_MS]
  timeout: { start: 2m, silence: 2m, run: 5m }
levers:
  optimization: { learningRate: 0.01 }
  custom: { hidden: 4 }
stages:
  - regularize: { grid: { weightDecay: [0, 0.1], hidden: [2, 4] }, explore: 4, seeds: 2 }
  - verify: { seeds: 4 }
gates:
  - regression: { metric: accuracy, margin: 0.1, split: test }
`

function folderOf(name: string, text = script): string {
  const folder = join(root, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'train.mjs'), text)
  writeFileSync(join(folder, 'tuning.yml'), spec)
  return folder
}

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

const tunegate = (folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env: { ...process.env, ...env } }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    )
  })

const lockIn = (folder: string, name = 'fake'): string =>
  readFileSync(join(folder, '.tunegate', name, 'tuning.lock.json'), 'utf8')

/** Command lines of processes that run something in the folder. */
function alive(folder: string): string[] {
  if (!existsSync('/proc/self/environ')) return []
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const environment = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/environ`, 'utf8') : ''
      return environment.includes(`TUNEGATE_RUN_FILE=${folder}`) ? [pid] : []
    } catch {
      return []
    }
  })
}

/** Waits as long as a busy machine needs. */
async function until(condition: () => boolean): Promise<void> {
  for (const begun = Date.now(); !condition(); await soon(20)) {
    if (Date.now() - begun > 120_000) throw new Error('it did not come to that in two minutes')
  }
}

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

beforeAll(async () => {
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  await bundleScript('src/cli.ts', cli)
  await bundleScript('src/worker.ts', join(root, 'dist/worker/index.js'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a study of a training script', () => {
  let first = ''

  it('ends with a lock that names who measured, and shows its own levers', async () => {
    const folder = folderOf('whole')
    const { code, out, err } = await tunegate(folder, ['run', 'tuning.yml'])
    expect(err).not.toMatch(/crashed|defect/)
    expect([0, 3], `${out}${err}`).toContain(code)
    expect(out).toContain("NOTE: The metrics come from the training script's predictions")
    first = lockIn(folder)
    expect(JSON.parse(first)).toMatchObject({
      engine: 'command fake 1.0 cpu',
      trainer: { measured: 'from predictions', deterministic: 'bitwise' },
      levers: { custom: { hidden: 4 } },
    })
    expect(readdirSync(join(folder, '.tunegate/fake/trainer/runs'))).toEqual([])
  })

  it('that is killed at random moments continues to the same lock, and no script outlives it', async () => {
    const folder = folderOf('killed')
    const journal = join(folder, '.tunegate/fake/journal.jsonl')
    const lines = (): number => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0)
    const random = stream(17, 'kills')
    for (let kill = 0; kill < 5; kill++) {
      const before = lines()
      const child = spawn(process.execPath, [cli, 'run', 'tuning.yml'], {
        cwd: folder,
        env: { ...process.env, EPOCH_MS: '50' },
        stdio: 'ignore',
      })
      const ended = new Promise((resolve) => child.once('close', resolve))
      // The first is killed while it looks at the script, which no worker does; the others in the middle of their runs.
      await until(() => (kill === 0 ? alive(folder).length > 0 : lines() > before + 1))
      await soon(random.uniform() * 100)
      child.kill('SIGKILL')
      await ended
      if (kill > 0) await until(() => alive(folder).length === 0)
    }
    expect(lines()).toBeGreaterThanOrEqual(8)
    const { err } = await tunegate(folder, ['run', 'tuning.yml', '--workers', '1'])
    expect(err).not.toContain('crashed')
    expect(alive(folder)).toEqual([])
    expect(lockIn(folder)).toBe(first)
  })

  it('takes a change that only moves code for the same model, and fails one that makes the script worse', async () => {
    const moved = folderOf(
      'moved',
      script.replace(
        "report({ type: 'end', status: 'complete' })",
        "const last = { type: 'end', status: 'complete' }\nreport(last)",
      ),
    )
    const worse = folderOf('worse', script.replace('=> [0, x.reduce', '=> [0, -x.reduce'))
    const before = folderOf('before')
    await tunegate(before, ['run', 'tuning.yml', '--stages', 'verify'])
    for (const folder of [moved, worse]) writeFileSync(join(folder, 'tuning.lock.json'), lockIn(before, 'fake-verify'))
    const same = await tunegate(moved, ['run', 'tuning.yml', '--stages', 'verify'])
    expect(same.out).toMatch(/exactly the weights/)
    expect(same.code, same.out).toBe(0)
    const bad = await tunegate(worse, ['run', 'tuning.yml', '--stages', 'verify'])
    expect(bad.code, bad.out).toBe(1)
  })

  it('is refused for an engine of models', async () => {
    const folder = folderOf('engine')
    const { code, err } = await tunegate(folder, ['run', 'tuning.yml', '--engine', 'wasm'])
    expect([code, err]).toEqual([2, expect.stringMatching(/error\[engine\/unfit\] this engine does not train scripts/)])
  })
})

describe('tools for people who write a script', () => {
  it('print what a script does as the protocol asks', async () => {
    const folder = folderOf('check')
    const { code, out } = await tunegate(folder, ['trainer', 'check', '--', process.execPath, 'train.mjs'])
    expect(out).toMatch(/^passes {2}describe: hello and exit code 0 \(fake 1\.0, cpu\)/)
    expect([code, out.includes('10 pass, 0 fail, 0 skipped')]).toEqual([0, true])
  })

  it('write a spec that is valid by asking the script, and say what a script lacks', async () => {
    const folder = folderOf('init')
    const args = ['init', '--trainer', 'train.mjs', '--output', 'new.yml']
    expect((await tunegate(folder, args)).out).toContain('new.yml: written.')
    expect((await tunegate(folder, ['validate', 'new.yml'])).out).toContain(
      'new.yml: valid (4 stages, 1 gates; 200 + 100 + 100 rows',
    )
    writeFileSync(join(folder, 'silent.sh'), 'echo nothing\n')
    const silent = await tunegate(folder, ['init', '--trainer', 'silent.sh', '--output', 'other.yml'])
    expect([silent.code, silent.err]).toEqual([
      2,
      expect.stringMatching(/reported nothing.*\n\nA script in Python needs three lines/s),
    ])
  })
})
