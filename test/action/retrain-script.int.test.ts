import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { pullPayload, runStep, startedBy, type StepResult } from '../support/runner.ts'
import { scriptSpec } from '../support/specs.ts'

// A pull request that changes a training script, on a base branch without a lock: the script of the base commit is trained too.
const spec = scriptSpec
// The script is in two files, so that one file of the base commit is not enough.
const fake = readFileSync(join(root, 'test/support/trainers/fake.mjs'), 'utf8')
const script = fake
  .replace('/** Mulberry32. */', "import { sign } from '../lib/sign.mjs'\n/** Mulberry32. */")
  .replace('=> [0, x.reduce', '=> [0, sign * x.reduce')

let checkout: string
let base: string
afterAll(() => rmSync(checkout, { recursive: true, force: true }))

beforeAll(() => {
  expect(script).toContain('sign * x.reduce')
  checkout = mkdtempSync(join(tmpdir(), 'retrain-script-'))
  git(checkout, 'init', '--quiet')
  base = commit({
    '.gitignore': '.tunegate/\n',
    'net/tuning.yml': spec,
    'net/train.mjs': script,
    'lib/sign.mjs': 'export const sign = 1\n',
    'requirements.txt': 'numpy==2.0\n',
  })
})

function commit(files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true })
    writeFileSync(join(checkout, path), text)
  }
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--allow-empty', '--message=all')
  return git(checkout, 'rev-parse', 'HEAD')
}

async function pull(files: Readonly<Record<string, string>>, baseline = 'retrain'): Promise<StepResult> {
  git(checkout, 'switch', '--quiet', '--detach', '--force', base)
  const head = commit(files)
  return await runStep({
    script: join(root, 'dist/action/index.js'),
    workspace: checkout,
    with: { spec: 'net/tuning.yml', engine: 'auto', workers: '1', artifact: 'false', baseline },
    env: startedBy('pull_request', pullPayload(base, head)),
  })
}

describe('a pull request with baseline: retrain that changes a training script', () => {
  it('is green if every seed predicts what the script of the base commit predicts', async () => {
    const { exitCode, summary, log } = await pull({ 'lib/sign.mjs': 'const one = 1\nexport const sign = one\n' })
    expect(log).toContain('retraining the baseline of net/tuning.yml of the base commit')
    expect(summary).toMatch(/exactly the weights of model and levers of net\/tuning\\?\.yml of the base commit/)
    expect(summary).toContain(`git worktree add ../base ${base}`)
    expect(exitCode).toBe(0)
  })

  it('is red if a file that the script imports makes it worse', async () => {
    const { exitCode, summary } = await pull({ 'lib/sign.mjs': 'export const sign = -1\n' })
    expect(summary).toMatch(/The drop in test accuracy against model and levers of net/)
    expect(exitCode).toBe(1)
  })

  it('has nothing to compare with if the change edits the packages', async () => {
    const { exitCode, log } = await pull({ 'net/requirements.txt': 'numpy==2.1\n' })
    expect(log).toContain('pins other packages than this study')
    expect(exitCode).toBe(1)
  })

  it('runs no script of the base commit unless the workflow asks for it', async () => {
    const { exitCode, log } = await pull({ 'lib/sign.mjs': 'export const sign = 2\n' }, 'lock')
    expect(log).toContain('the base commit has no lock to compare with')
    expect(exitCode).toBe(1)
    expect(log).not.toContain('retraining the baseline')
  })
})
