import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { act, commitAll, git, runNode } from './support/act.ts'
import { root } from './support/architecture.ts'
import { startArtifactService } from './support/artifact-service.ts'
import { eventFile } from './support/runner.ts'
import { digitsSpec } from './support/specs.ts'
import { needs } from './support/tools.ts'

/** Verification of a small network; the learning rate is what pull requests change here. */
const spec = digitsSpec({ gate: 'regression: { metric: accuracy, margin: 0.03 }' })

let repository: string

/**
 * A default branch with a spec and its lock, and the workflow that docs/github.md shows, with the action of this checkout.
 */
beforeAll(() => {
  repository = join(mkdtempSync(join(tmpdir(), 'act-')), 'repository')
  for (const name of ['action.yml', 'dist']) cpSync(join(root, name), join(repository, name), { recursive: true })
  cpSync(join(root, 'examples/digits/digits.csv.gz'), join(repository, 'digits.csv.gz'))
  writeFileSync(join(repository, 'tuning.yml'), spec)
  mkdirSync(join(repository, '.github/workflows'), { recursive: true })
  const shown = readFileSync(join(root, 'examples/workflows/tune.yml'), 'utf8')
  const here = shown.replace(/uses: tunegate\/tunegate@.*/, 'uses: ./').replace(/( +)spec: tuning.yml/, '$&\n$1engine: wasm')
  expect(here).toContain('uses: ./')
  writeFileSync(join(repository, '.github/workflows/tune.yml'), here)
  expect(runNode(repository, 'dist/cli/index.js', 'run', 'tuning.yml', '--engine', 'wasm', '--out', 'out').status).toBe(0)
  cpSync(join(repository, 'out/tuning.lock.json'), join(repository, 'tuning.lock.json'))
  writeFileSync(join(repository, '.gitignore'), 'out/\n.tunegate/\n')
  git(repository, 'init', '--quiet', '--initial-branch=main')
  git(repository, 'remote', 'add', 'origin', 'https://github.com/octo/nets.git')
  commitAll(repository)
})

/** A commit on the default branch that changes the spec, and what the workflow makes of the event. */
async function event(
  context: TestContext,
  name: string,
  change: (text: string) => string,
  payload: (base: string) => unknown,
) {
  const program = needs(context, 'act')
  const service = await startArtifactService()
  const base = git(repository, 'rev-parse', 'main')
  git(repository, 'switch', '--quiet', '--detach', 'main')
  writeFileSync(join(repository, 'tuning.yml'), change(spec))
  git(repository, 'commit', '--quiet', '--all', '--allow-empty', '--message=change')
  try {
    const ended = await act(
      program,
      repository,
      [name, '--eventpath', eventFile(payload(base)), '--workflows', '.github/workflows/tune.yml'],
      service.env,
    )
    const zip = service.artifacts().find((a) => a.name === 'tunegate-digits')
    return { ...ended, files: zip ? unzipSync(zip.content) : {} }
  } finally {
    await service.close()
  }
}

const pull = (context: TestContext, change: (text: string) => string) =>
  event(context, 'pull_request', change, (sha) => ({
    pull_request: { number: 7, base: { sha, ref: 'main' }, head: { ref: 'change' } },
  }))

describe('a pull request', () => {
  it('that changes nothing of the study is green at once, and reports', async (context) => {
    const { status, log } = await pull(context, (text) => text)
    expect(log).toMatch(/::set-output:: changed=false/)
    expect(log).not.toMatch(/mode: verify/)
    expect(status).toBe(0)
  })

  it('that changes nothing but a comment of the spec is measured, and green', async (context) => {
    const { status, log } = await pull(context, (text) => `${text}# as it was\n`)
    expect(log).toMatch(/::set-output:: changed=true/)
    expect(log).toMatch(/mode: verify, against [0-9a-f]{40}/)
    expect(log).toMatch(/Verdict%3A pass|PASS: /)
    expect(status).toBe(0)
  })

  it('with a planted regression is red, with the reason', async (context) => {
    const { status, log } = await pull(context, (text) => text.replace('learningRate: 0.01', 'learningRate: 0.00001'))
    expect(log).toMatch(/Verdict%3A fail/)
    expect(log).toMatch(/The drop in validation accuracy against tuning\.lock\.json is 0\.\d+/)
    expect(status).not.toBe(0)
  })

  it('in a merge queue is measured against what the queue starts from', async (context) => {
    const { status, log } = await event(
      context,
      'merge_group',
      (text) => text.replace('learningRate: 0.01', 'learningRate: 0.00001'),
      (sha) => ({ action: 'checks_requested', merge_group: { base_sha: sha, base_ref: 'refs/heads/main' } }),
    )
    expect(log).toMatch(/Verdict%3A fail/)
    expect(status).not.toBe(0)
  })

  it('attack 14: that asks for fewer seeds is judged by as many as its base has', async (context) => {
    const { status, log } = await pull(context, (text) => text.replace('seeds: 5', 'seeds: 2').replace('0.01', '0.00001'))
    expect(log).toContain('this change alters stages.verify.seeds from 5 to 2; it was judged with 5 of the base commit')
    expect(log).toMatch(/Verdict%3A fail/)
    expect(status).not.toBe(0)
  })

  it('that widens its own gate is judged by the one of its base, and told so', async (context) => {
    const { status, log } = await pull(context, (text) =>
      text.replace('margin: 0.03', 'margin: 0.99').replace('0.01', '0.00001'),
    )
    expect(log).toMatch(/this change alters gates from .* of the base commit/)
    expect(log).toMatch(/Verdict%3A fail/)
    expect(status).not.toBe(0)
  })
})

describe('a push to the default branch', () => {
  it('leaves the renewed lock, and its change as a patch that git applies', async (context) => {
    const { log, files } = await event(
      context,
      'push',
      (text) => text.replace('epochs: 4', 'epochs: 5'),
      () => ({ ref: 'refs/heads/main', repository: { default_branch: 'main', full_name: 'octo/nets' } }),
    )
    expect(log).toContain('mode: refresh')
    const patch = join(mkdtempSync(join(tmpdir(), 'patch-')), 'tuning.lock.patch')
    writeFileSync(patch, files['tuning.lock.patch'] ?? new Uint8Array())
    git(repository, 'apply', '--check', patch)
    git(repository, 'apply', patch)
    expect(readFileSync(join(repository, 'tuning.lock.json'), 'utf8')).toBe(
      Buffer.from(files['tuning.lock.json'] ?? []).toString(),
    )
    git(repository, 'restore', 'tuning.lock.json')
  })
})
