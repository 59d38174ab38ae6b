import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { act, commitAll, git, runNode } from './support/act.ts'
import { root } from './support/architecture.ts'
import { startArtifactService } from './support/artifact-service.ts'
import { eventFile } from './support/runner.ts'
import { needs } from './support/tools.ts'

const spec = `version: 1
name: fake
task: classification
trainer:
  command: [node, train.mjs]
  levers: { learningRate: lr, batchSize: batch-size, weightDecay: wd }
stages:
  - verify: { seeds: 4 }
gates:
  - regression: { metric: accuracy, margin: 0.03, split: test }
`
const script = readFileSync(join(root, 'test/support/trainers/fake.mjs'), 'utf8')

let repository: string
afterAll(() => rmSync(dirname(repository), { recursive: true, force: true }))

/** A default branch with a training script, its spec and its lock, and the workflow that docs/github.md shows. */
beforeAll(() => {
  repository = join(mkdtempSync(join(tmpdir(), 'act-script-')), 'repository')
  for (const name of ['action.yml', 'dist']) cpSync(join(root, name), join(repository, name), { recursive: true })
  writeFileSync(join(repository, 'train.mjs'), script)
  writeFileSync(join(repository, 'tuning.yml'), spec)
  mkdirSync(join(repository, '.github/workflows'), { recursive: true })
  const shown = readFileSync(join(root, 'examples/workflows/tune.yml'), 'utf8')
  const here = shown.replace(/uses: tunegate\/tunegate@.*/, 'uses: ./').replace(/ data tuning\.yml/, ' train.mjs tuning.yml')
  expect([here.includes('uses: ./'), here.includes(' train.mjs tuning.yml')]).toEqual([true, true])
  writeFileSync(join(repository, '.github/workflows/tune.yml'), here)
  const alone = runNode(repository, 'dist/cli/index.js', 'run', 'tuning.yml', '--out', 'out')
  expect(alone.status, alone.stderr).toBe(0)
  cpSync(join(repository, 'out/tuning.lock.json'), join(repository, 'tuning.lock.json'))
  writeFileSync(join(repository, '.gitignore'), 'out/\n.tunegate/\n')
  git(repository, 'init', '--quiet', '--initial-branch=main')
  git(repository, 'remote', 'add', 'origin', 'https://github.com/octo/nets.git')
  commitAll(repository)
})

/** A pull request that changes the script, and what the workflow makes of it. */
async function pull(context: TestContext, change: (text: string) => string) {
  const program = needs(context, 'act')
  const changed = change(script)
  expect(changed).not.toBe(script)
  const service = await startArtifactService()
  const sha = git(repository, 'rev-parse', 'main')
  git(repository, 'switch', '--quiet', '--detach', 'main')
  writeFileSync(join(repository, 'train.mjs'), changed)
  git(repository, 'commit', '--quiet', '--all', '--message=change')
  const payload = { pull_request: { number: 7, base: { sha, ref: 'main' }, head: { ref: 'change' } } }
  try {
    const words = ['pull_request', '--eventpath', eventFile(payload), '--workflows', '.github/workflows/tune.yml']
    return await act(program, repository, words, service.env)
  } finally {
    await service.close()
  }
}

describe('a pull request that changes a training script', () => {
  it('is green if it only moves code, since every seed predicts the same, without a digest of weights', async (context) => {
    expect(script).not.toContain('weights_sha256')
    const { status, log } = await pull(context, (text) =>
      text.replace(
        "report({ type: 'end', status: 'complete' })",
        "const last = { type: 'end', status: 'complete' }\nreport(last)",
      ),
    )
    expect(log).toMatch(/mode: verify, against [0-9a-f]{40}/)
    expect(log).toMatch(/On all 4 seeds, the candidate ends with exactly the weights of tuning\.lock\.json/)
    expect(log).toMatch(/Verdict%3A pass|PASS: /)
    expect(status).toBe(0)
  })

  it('is red if it makes the script worse, with the reason', async (context) => {
    const { status, log } = await pull(context, (text) => text.replace('=> [0, x.reduce', '=> [0, -x.reduce'))
    expect(log).toMatch(/Verdict%3A fail/)
    expect(log).toMatch(/The drop in test accuracy against tuning\.lock\.json is 0\.\d+/)
    expect(status).not.toBe(0)
  })

  it('is red if the script no longer trains, with what it printed last', async (context) => {
    const { status, log } = await pull(context, (text) =>
      text.replace('const next = random(seed)', 'throw new Error("no next")'),
    )
    expect(log).toMatch(/no next/)
    expect(log).not.toMatch(/Verdict%3A pass/)
    expect(status).not.toBe(0)
  })
})
