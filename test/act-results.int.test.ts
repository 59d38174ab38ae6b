import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { act, commitAll, emulatedAction, git, runNode } from './support/act.ts'
import { root } from './support/architecture.ts'
import { startArtifactService } from './support/artifact-service.ts'
import { startRestEmulator, type RepositoryState } from './support/rest-emulator.ts'
import { eventFile } from './support/runner.ts'
import { needs } from './support/tools.ts'

const spec = `version: 1
name: runs
task: classification
results: { validation: { accuracy: val_acc }, seeds: [1, 2, 3, 4, 5] }
gates:
  - regression: { metric: accuracy, margin: 0.02 }
`

/** Softmax regression on the wine data, over five seeds: somebody's own script, which writes one row per seed. */
const script = `import { readFileSync, writeFileSync } from 'node:fs'
const rate = 0.5
const rows = readFileSync('wine.csv', 'utf8').trim().split('\\n').slice(1).map((line) => line.split(','))
const classes = [...new Set(rows.map((row) => row.at(-1)))].sort()
const columns = rows[0].slice(0, -1).map((_, j) => rows.map((row) => Number(row[j])))
const scale = columns.map((values) => {
  const mean = values.reduce((a, b) => a + b) / values.length
  return { mean, std: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) }
})
const examples = rows.map((row) => ({
  x: scale.map(({ mean, std }, j) => (Number(row[j]) - mean) / std),
  y: classes.indexOf(row.at(-1)),
}))
const validation = examples.filter((_, i) => i % 3 === 0)
const train = examples.filter((_, i) => i % 3 !== 0)

function accuracy(seed) {
  let state = seed
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647
  const weights = classes.map(() => scale.map(() => random() - 0.5))
  const logits = ({ x }) => weights.map((w) => w.reduce((sum, v, j) => sum + v * x[j], 0))
  for (let step = 0; step < 200; step++) {
    const { x, y } = train[Math.floor(random() * train.length)]
    const exps = logits({ x }).map(Math.exp)
    const total = exps.reduce((a, b) => a + b)
    weights.forEach((w, k) => w.forEach((_, j) => (w[j] -= rate * 0.1 * (exps[k] / total - Number(k === y)) * x[j])))
  }
  const right = validation.filter((row) => {
    const found = logits(row)
    return found.indexOf(Math.max(...found)) === row.y
  })
  return right.length / validation.length
}
const lines = [1, 2, 3, 4, 5].map((seed) => JSON.stringify({ seed, val_acc: accuracy(seed) }))
writeFileSync('runs.jsonl', lines.join('\\n') + '\\n')
`

/** Training, and the step of docs/results.md behind it. */
const workflow = `name: results
on: pull_request
permissions: {}
jobs:
  judge:
    runs-on: ubuntu-latest
    permissions: { contents: read, checks: write, statuses: write }
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
          fetch-depth: 0
      - run: node train.mjs
      - uses: ./
        with:
          mode: gate
          spec: tuning.yml
          results: runs.jsonl
          post: check, status
`

let repository: string
afterAll(() => rmSync(dirname(repository), { recursive: true, force: true }))

/** A default branch with the script, the spec, and the lock that judging its own results has written. */
beforeAll(() => {
  repository = join(mkdtempSync(join(tmpdir(), 'act-results-')), 'repository')
  mkdirSync(join(repository, '.github/workflows'), { recursive: true })
  emulatedAction(repository)
  writeFileSync(join(repository, 'wine.csv'), readFileSync(join(root, 'examples/wine/wine.csv')))
  writeFileSync(join(repository, 'train.mjs'), script)
  writeFileSync(join(repository, 'tuning.yml'), spec)
  writeFileSync(join(repository, '.github/workflows/results.yml'), workflow)
  writeFileSync(join(repository, '.gitignore'), 'runs.jsonl\nout/\n.tunegate/\n')
  git(repository, 'init', '--quiet', '--initial-branch=main')
  git(repository, 'remote', 'add', 'origin', 'https://github.com/octo/nets.git')
  const trained = runNode(repository, 'train.mjs')
  expect(trained.status, trained.stderr).toBe(0)
  const words = ['gate', 'tuning.yml', '--results', 'runs.jsonl', '--out', 'out']
  const judged = runNode(repository, 'dist/cli/index.js', ...words)
  // There is nothing to compare with yet.
  expect(judged.status, judged.stderr).toBe(3)
  writeFileSync(join(repository, 'tuning.lock.json'), readFileSync(join(repository, 'out/tuning.lock.json')))
  commitAll(repository)
})

interface Played {
  readonly status: number | null
  readonly log: string
  readonly state: RepositoryState
}

/** A pull request that changes the script, and what the workflow makes of it. */
async function pull(context: TestContext, change: (text: string) => string, headRepository = 1): Promise<Played> {
  const program = needs(context, 'act')
  const changed = change(script)
  expect(changed).not.toBe(script)
  const [github, artifacts] = [await startRestEmulator(), await startArtifactService()]
  try {
    const base = git(repository, 'rev-parse', 'main')
    git(repository, 'switch', '--quiet', '--detach', 'main')
    writeFileSync(join(repository, 'train.mjs'), changed)
    git(repository, 'commit', '--quiet', '--all', '--message=change')
    const head = git(repository, 'rev-parse', 'HEAD')
    github.state.pulls.set(7, { heads: [head], base, state: 'open', headRepository, timeline: [] })
    const event = eventFile({
      pull_request: { number: 7, base: { sha: base, ref: 'main' }, head: { sha: head, ref: 'change' } },
    })
    const what = ['pull_request', '--eventpath', event, '--workflows', '.github/workflows/results.yml']
    const secret = ['--secret', `GITHUB_TOKEN=${github.token}`]
    const ended = await act(program, repository, [...what, ...secret], { ...artifacts.env, TEST_API_URL: github.url })
    return { ...ended, state: github.state }
  } finally {
    await github.close()
    await artifacts.close()
  }
}

const conclusions = ({ checkRuns, statuses }: RepositoryState): unknown => ({
  checks: checkRuns.map(({ conclusion }) => conclusion),
  statuses: statuses.map(({ state }) => state),
})
const moved = (text: string): string => text.replace('const rate = 0.5', 'const half = 0.5\nconst rate = half')

describe('a pull request whose workflow judges its own results with mode: gate', () => {
  it('is green if the results are equal', async (context) => {
    const { status, log, state } = await pull(context, moved)
    expect(log).toMatch(/mode: gate, against [0-9a-f]{40}/)
    expect(log).toMatch(/Verdict%3A pass|PASS: /)
    expect(conclusions(state)).toEqual({ checks: ['success'], statuses: ['success'] })
    expect(status).toBe(0)
  })

  it('is red if they are worse, with the reason', async (context) => {
    const { status, log, state } = await pull(context, (text) => text.replace('step < 200', 'step < 5'))
    expect(log).toMatch(/Verdict%3A fail/)
    expect(log).toMatch(/The drop in validation accuracy against tuning\.lock\.json is 0\.\d+/)
    expect(conclusions(state)).toEqual({ checks: ['failure'], statuses: ['failure'] })
    expect(status).not.toBe(0)
  })

  it('is neutral on a fork, since the results report their own metrics', async (context) => {
    const { status, log, state } = await pull(context, moved, 2)
    expect(log).toMatch(/Verdict%3A pass|PASS: /)
    expect(conclusions(state)).toEqual({ checks: ['neutral'], statuses: [] })
    expect(status).toBe(0)
  })
})
