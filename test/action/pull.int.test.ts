import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { startArtifactService, type ArtifactService } from '../support/artifact-service.ts'
import { ended } from '../support/proposal.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'
import { pullPayload, runStep, startedBy, type StepResult } from '../support/runner.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

let github: RestEmulator
let artifacts: ArtifactService
let checkout: string
let base: string
let head: string

const spec = (least: number): string => wineSpec({ gate: accuracyOf(least) })

function commit(text: string): string {
  writeFileSync(join(checkout, 'tuning.yml'), text)
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--allow-empty', '--message=all')
  return git(checkout, 'rev-parse', 'HEAD')
}

/** A pull request whose head is checked out, with the base commit behind it. */
function pull(onBase: string, onHead: string): void {
  base = commit(onBase)
  propose(onHead)
}

function propose(text: string): void {
  head = commit(text)
  github.state.pulls.set(7, { heads: [head], base, state: 'open', headRepository: 1, timeline: [] })
}

beforeEach(async () => {
  github = await startRestEmulator()
  artifacts = await startArtifactService()
  checkout = mkdtempSync(join(tmpdir(), 'pull-'))
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(checkout, 'wine.csv'))
  writeFileSync(join(checkout, '.gitignore'), '.tunegate/\n')
  git(checkout, 'init', '--quiet')
})
afterEach(async () => {
  await github.close()
  await artifacts.close()
})

function step(
  inputs: Readonly<Record<string, string>> = {},
  event = 'pull_request',
  env: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  return runStep({
    script: join(root, 'dist/action/index.js'),
    workspace: checkout,
    with: { token: github.token, engine: 'wasm', workers: '1', ...inputs },
    env: { ...artifacts.env, GITHUB_API_URL: github.url, ...startedBy(event, pullPayload(base, head)), ...env },
  })
}

const all = { post: 'comment, check, status' }
const notices = ({ commands }: StepResult): string[] =>
  commands.filter((c) => c.name === 'notice' && c.properties['title'] === 'Not everything was posted').map((c) => c.value)
const posted = (): number[] => [github.state.comments.length, github.state.checkRuns.length, github.state.statuses.length]

describe('a step of a pull request', () => {
  it('posts nothing and asks for nothing unless the workflow says so', async () => {
    pull(spec(0.05), spec(0.05))
    expect(ended(await step())).toEqual([0, 'pass'])
    expect(github.requests).toEqual([])
  })

  it('posts one comment, a check at the lines of the spec and a status on the head, and edits them in a later run', async () => {
    pull(spec(0.999), spec(0.999))
    expect(ended(await step(all))).toEqual([1, 'fail'])
    expect(github.state.comments.map((c) => c.body)).toEqual([
      expect.stringMatching(
        /^<!-- tunegate:report [^]*### .*fail[^]*\[Open the report\]\(https:\/\/github\.com\/octo\/nets\/actions\/runs\/77\/artifacts\/\d+\)/,
      ),
    ])
    expect(github.state.checkRuns).toMatchObject([{ name: 'tunegate', head_sha: head, conclusion: 'failure' }])
    const [check] = github.state.checkRuns as { output: { annotations: { path: string; start_line: number }[] } }[]
    expect(check?.output.annotations.map((a) => `${a.path}:${a.start_line}`)).toEqual(['tuning.yml:1', 'tuning.yml:9'])
    expect(github.state.statuses).toMatchObject([{ sha: head, state: 'failure', context: 'tunegate' }])
    await step(all, 'pull_request', { GITHUB_RUN_ID: '78' })
    expect(posted()).toEqual([1, 1, 2])
  })

  it('has a comment and a check of its own for another spec', async () => {
    pull(spec(0.05), spec(0.05))
    copyFileSync(join(checkout, 'tuning.yml'), join(checkout, 'other.yml'))
    propose(spec(0.05))
    await step(all)
    await step({ ...all, spec: 'other.yml' })
    expect(github.state.comments).toHaveLength(2)
    expect(github.state.checkRuns.map((c) => c['name'])).toEqual(['tunegate', 'tunegate (other.yml)'])
  })

  it('says in the comment that there is no verdict where the spec is not valid', async () => {
    pull(spec(0.05), spec(0.05).replace('learningRate', 'learningRat'))
    expect(ended(await step(all))).toEqual([1, undefined])
    expect(github.state.comments[0]?.body).toMatch(/### No verdict[^]*tuning\.yml:6:\d+: error[^]*learningRat/)
    expect(posted()).toEqual([1, 0, 0])
  })

  it('refuses a word that it does not know before anything is trained', async () => {
    pull(spec(0.05), spec(0.05))
    const ran = await step({ post: 'comment, label' })
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toContain('comment, check, status')
  })

  it.each([
    [0.05, 0, 'pass'],
    [0.999, 1, 'fail'],
  ])(
    'attack 9: with a token that may only read tells so, and its verdict stays (at least %d)',
    async (least, code, verdict) => {
      pull(spec(least), spec(least))
      github.state.mayWrite.clear()
      const ran = await step(all)
      expect(ended(ran)).toEqual([code, verdict])
      expect(notices(ran)).toEqual(
        ['comment', 'check', 'status'].map((what) =>
          expect.stringMatching(`^The ${what} could not be posted.*403.*The verdict does not change`),
        ),
      )
    },
  )

  it.each([
    [500, {}],
    [429, { 'retry-after': '3600' }],
    [401, {}],
  ])('attack 9: goes on where GitHub answers %d', async (status, headers) => {
    pull(spec(0.05), spec(0.05))
    github.script(/./, status, 1000, headers)
    const ran = await step(all)
    expect(ended(ran)).toEqual([0, 'pass'])
    expect(notices(ran)).toEqual([expect.stringContaining('Nothing was posted')])
  })

  it('attack 4: never posts on pull_request_target, where the token may write whatever the pull request brings', async () => {
    pull(spec(0.05), spec(0.05))
    const ran = await step(all, 'pull_request_target')
    expect(ended(ran)).toEqual([0, 'pass'])
    expect(notices(ran)).toEqual([expect.stringContaining('pull_request_target')])
    expect(github.requests).toEqual([])
  })

  it('attack 1: says nothing of a head that moved on while it trained', async () => {
    pull(spec(0.05), spec(0.05))
    github.state.pulls.set(7, { heads: ['d'.repeat(40)], base, state: 'open', headRepository: 1, timeline: [] })
    expect(ended(await step(all))).toEqual([0, 'pass'])
    expect(github.state.comments[0]?.body).toContain('Out of date')
    expect(posted()).toEqual([1, 0, 0])
  })
})

describe('attack 8: a pull request', () => {
  it.each(['auto', 'verify', 'tune'])('that widens its gate is judged by the one of its base, in mode %s', async (mode) => {
    pull(spec(0.999), spec(0.05))
    const ran = await step({ mode })
    expect(ended(ran)).toEqual([1, 'fail'])
    expect(ran.log).toMatch(/this change alters gates from .* of the base commit/)
  })

  it('that turns a check of the data off is held to it', async () => {
    const strict = 'inputs: auto, checks: { duplicates: error } }'
    pull(spec(0.05).replace('inputs: auto }', strict), spec(0.05))
    const rows = readFileSync(join(checkout, 'wine.csv'), 'utf8').trimEnd().split('\n')
    writeFileSync(join(checkout, 'wine.csv'), `${[...rows, ...rows.slice(1)].join('\n')}\n`)
    propose(spec(0.05).replace('inputs: auto }', 'inputs: auto, checks: { duplicates: off } }'))
    const ran = await step()
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toContain('data/duplicates')
  })

  it.each([
    ['columns', 'inputs: { numeric: [ash] }'],
    ['scale', 'inputs: auto, standardize: false'],
  ])('that spoils its %s does not spoil those that its base is retrained with', async (_, inputs) => {
    const compared = wineSpec({ epochs: 10, gate: 'regression: { metric: accuracy, margin: 0.1, split: test }' })
    pull(compared, compared.replace('inputs: auto', inputs))
    expect(ended(await step({ baseline: 'retrain' }))).toEqual([1, 'fail'])
  })

  it('without the columns that its base is retrained with has no verdict', async () => {
    const compared = wineSpec({ epochs: 10, gate: 'regression: { metric: accuracy, margin: 0.1, split: test }' }).replace(
      'inputs: auto',
      'inputs: { numeric: [alcohol, ash] }',
    )
    pull(compared, compared)
    writeFileSync(join(checkout, 'wine.csv'), readFileSync(join(checkout, 'wine.csv'), 'utf8').replace('alcohol', 'spirit'))
    propose(compared.replace('alcohol, ', ''))
    const ran = await step({ baseline: 'retrain' })
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toMatch(/baseline\/other-inputs[^]*tuning\.yml of the base commit/)
  })

  it('is judged by its base where the checkout lies in a folder of the workspace', async () => {
    pull(spec(0.999), spec(0.05))
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
    git(workspace, 'clone', '--quiet', checkout, 'sources')
    checkout = workspace
    expect(ended(await step({ spec: 'sources/tuning.yml' }))).toEqual([1, 'fail'])
  })

  it('is judged by its base where the checkout has not all of its history', async () => {
    pull(spec(0.999), spec(0.05))
    const workspace = join(mkdtempSync(join(tmpdir(), 'shallow-')), 'clone')
    git(checkout, 'clone', '--quiet', '--depth=1', `file://${checkout}`, workspace)
    checkout = workspace
    const unknown = await step()
    expect(ended(unknown)).toEqual([1, undefined])
    expect(unknown.log).toContain('inconclusive: the base commit cannot be read')
    github.state.commits.add(base)
    github.state.contents.set(`tuning.yml@${base}`, spec(0.999))
    expect(ended(await step())).toEqual([1, 'fail'])
  })

  it('brings no report along, and no journal of runs that it says to have trained', async () => {
    pull(spec(0.05), spec(0.05))
    await step()
    git(checkout, 'add', '--force', '.tunegate')
    propose(spec(0.05))
    const ran = await step()
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toMatch(/the report folder is part of the commit\s+found: +\.tunegate\n/)
  })

  it('gains nothing by a journal that a cache brought', async () => {
    pull(spec(0.05), spec(0.05))
    await step()
    expect((await step()).log).toContain('everything is trained again')
  })
})

describe('attack 7: a link in a commit', () => {
  const secret = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'runner-'))
    writeFileSync(join(folder, 'environ'), 'SECRET_OF_THE_RUNNER=x\n')
    return folder
  }

  it.each([
    ['the spec', 'tuning.yml'],
    ['the lock', 'tuning.lock.json'],
    ['the data', 'wine.csv'],
  ])('in place of %s does not lead out of the checkout', async (_, name) => {
    pull(spec(0.05), spec(0.05))
    rmSync(join(checkout, name), { force: true })
    symlinkSync(join(secret(), 'environ'), join(checkout, name))
    const ran = await step(all)
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toMatch(/a link points outside the checkout|outside of the workspace/)
    expect(`${ran.log}${ran.summary}${JSON.stringify(github.state.comments)}`).not.toContain('SECRET')
  })

  it.each([
    ['to a folder', true],
    ['to nothing yet', false],
  ])('%s in place of the report leads nowhere', async (_, exists) => {
    pull(spec(0.05), spec(0.05))
    const outside = join(secret(), 'reports')
    if (exists) mkdirSync(outside)
    symlinkSync(outside, join(checkout, '.tunegate'))
    const ran = await step()
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toContain('a link points outside the checkout')
  })
})
