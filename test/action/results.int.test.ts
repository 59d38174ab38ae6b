import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { startArtifactService, type ArtifactService } from '../support/artifact-service.ts'
import { ended } from '../support/proposal.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'
import { pullPayload, runStep, startedBy, type StepResult } from '../support/runner.ts'

let github: RestEmulator
let artifacts: ArtifactService
let checkout: string
let base: string
let head: string

const spec = (margin: number): string => `version: 1
name: runs
task: classification
results: { validation: { accuracy: val_acc } }
gates:
  - regression: { metric: accuracy, margin: ${margin} }
`
const runs = (mean: number): string =>
  [-0.002, -0.001, 0, 0.001, 0.002].map((more, i) => `${JSON.stringify({ seed: i + 1, val_acc: mean + more })}\n`).join('')

beforeEach(async () => {
  github = await startRestEmulator()
  artifacts = await startArtifactService()
  checkout = mkdtempSync(join(tmpdir(), 'results-step-'))
  git(checkout, 'init', '--quiet')
})
afterEach(async () => {
  await github.close()
  await artifacts.close()
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true })
    writeFileSync(join(checkout, path), text)
  }
}

function commit(files: Readonly<Record<string, string>>): string {
  write({ '.gitignore': '.tunegate/\n/new.jsonl\n/downloaded/\n', ...files })
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--allow-empty', '--message=all')
  return git(checkout, 'rev-parse', 'HEAD')
}

/** A pull request, whose workflow has just made results. */
function pull(
  onBase: Readonly<Record<string, string>>,
  onHead: Readonly<Record<string, string>>,
  made: Readonly<Record<string, string>>,
  headRepository = 1,
): void {
  base = commit(onBase)
  head = commit(onHead)
  write(made)
  github.state.pulls.set(7, { heads: [head], base, state: 'open', headRepository, timeline: [] })
}

const step = (inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> =>
  runStep({
    script: join(root, 'dist/action/index.js'),
    workspace: checkout,
    with: { token: github.token, mode: 'gate', results: 'new.jsonl', ...inputs },
    env: { ...artifacts.env, GITHUB_API_URL: github.url, ...startedBy('pull_request', pullPayload(base, head)) },
  })

const posts = { post: 'comment, check, status' }

describe('a step with mode: gate and results', () => {
  it('judges them by the results that the base commit has, and posts a title that says what it is worth', async () => {
    pull({ 'tuning.yml': spec(0.01), 'base.jsonl': runs(0.9) }, {}, { 'new.jsonl': runs(0.902) })
    const result = await step({ baseline: 'base.jsonl', ...posts })
    expect(ended(result)).toEqual([0, 'pass'])
    expect(result.outputs['levers']).toBe('')
    expect(result.summary).toContain('base.jsonl of the base commit')
    expect(
      github.state.checkRuns.map(({ conclusion, output }) => [conclusion, (output as { title: string }).title]),
    ).toEqual([['success', expect.stringMatching(/^pass \(guards against mistakes, not malice\): /)]])
    expect(github.state.statuses.map(({ state }) => state)).toEqual(['success'])
    expect(github.state.comments[0]?.body).toContain('guard against mistakes, not malice')
  })

  it('never takes a baseline or gates from the change, and names what it edits', async () => {
    const files = { 'tuning.yml': spec(0.01), 'base.jsonl': runs(0.9) }
    pull(files, { 'tuning.yml': spec(0.5), 'base.jsonl': runs(0.8) }, { 'new.jsonl': runs(0.86) })
    const result = await step({ baseline: 'base.jsonl' })
    expect(ended(result)).toEqual([1, 'fail'])
    expect(result.summary).toContain('This change alters gates from')
  })

  it('is red without a baseline of the base commit, even if the change brings one', async () => {
    pull({ 'tuning.yml': spec(0.01) }, { 'other.jsonl': runs(0.5) }, { 'new.jsonl': runs(0.9) })
    for (const inputs of [{}, { baseline: 'other.jsonl' }]) {
      const result = await step(inputs)
      expect(result.exitCode).toBe(1)
      expect(result.log).toContain('there is no baseline that the change does not choose itself')
    }
  })

  it('takes the lock of the base commit, or a folder that an earlier step downloaded', async () => {
    pull({ 'tuning.yml': spec(0.01) }, {}, { 'new.jsonl': runs(0.86), 'downloaded/runs.jsonl': runs(0.9) })
    expect(ended(await step({ baseline: 'downloaded' }))).toEqual([1, 'fail'])
    const lock = readFileSync(join(checkout, '.tunegate/runs/tuning.lock.json'), 'utf8')
    pull({ 'tuning.yml': spec(0.01), 'tuning.lock.json': lock }, {}, { 'new.jsonl': runs(0.861) })
    expect(ended(await step())).toEqual([0, 'pass'])
  })

  it('posts no success on a pull request from a fork, because the results report their own metrics', async () => {
    pull({ 'tuning.yml': spec(0.01), 'base.jsonl': runs(0.9) }, {}, { 'new.jsonl': runs(0.902) }, 2)
    await step({ baseline: 'base.jsonl', ...posts })
    expect(github.state.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['neutral'])
    expect(github.state.statuses).toEqual([])
  })

  it('says what is wrong with results, in the log and in the comment', async () => {
    pull({ 'tuning.yml': spec(0.01), 'base.jsonl': runs(0.9) }, {}, { 'new.jsonl': runs(93) })
    const result = await step({ baseline: 'base.jsonl', ...posts })
    expect(result.exitCode).toBe(1)
    expect(result.log).toContain('results/impossible')
    expect(github.state.comments[0]?.body).toContain('results: { percent: [val_acc] }')
    expect(github.state.checkRuns).toEqual([])
  })
})
