import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commitAll, git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { startArtifactService, type ArtifactService } from '../support/artifact-service.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'
import { runStep, type StepResult } from '../support/runner.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

const [base, moved] = ['c'.repeat(40), 'b'.repeat(40)]
let github: RestEmulator
let artifacts: ArtifactService
let checkout: string
let head: string

const spec = (least: number): string => `${wineSpec({ gate: accuracyOf(least) })}budget: { minutes: 20 }\n`

beforeEach(async () => {
  github = await startRestEmulator()
  artifacts = await startArtifactService()
  checkout = mkdtempSync(join(tmpdir(), 'checkout-'))
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(checkout, 'wine.csv'))
  commit(spec(0.05))
  github.state.permissions.set('octocat', { permission: 'write', id: 5 })
  onBase(spec(0.05))
})
afterEach(async () => {
  await github.close()
  await artifacts.close()
})

/** The base commit, which the checkout of a runner does not have: it is asked from the API. */
function onBase(text: string): void {
  github.state.commits.add(base)
  github.state.contents.set(`tuning.yml@${base}`, text)
  github.state.contents.set(`wine.csv@${base}`, readFileSync(join(root, 'examples/wine/wine.csv')))
}

function commit(text: string): void {
  writeFileSync(join(checkout, 'tuning.yml'), text)
  git(checkout, 'init', '--quiet')
  commitAll(checkout)
  head = git(checkout, 'rev-parse', 'HEAD')
  github.state.pulls.set(7, { heads: [head], base, state: 'open', headRepository: 1, timeline: [] })
}

/** One step of one job; `decide` and `publish` are in an empty folder, as in their jobs. */
function step(
  inputs: Readonly<Record<string, string>>, workspace: string, env: Readonly<Record<string, string>> = {}, cancelAt?: RegExp,
): Promise<StepResult> {
  return runStep({
    script: join(root, 'dist/action/index.js'), workspace, with: { token: github.token, engine: 'wasm', workers: '1', ...inputs },
    env: { ...artifacts.env, GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: 'issue_comment', ...env },
    ...(cancelAt ? { cancelAt } : {}),
  })
}

const empty = (): string => mkdtempSync(join(tmpdir(), 'empty-'))

async function decide(body: string, run = '77'): Promise<string> {
  const event = join(empty(), 'event.json')
  writeFileSync(event, JSON.stringify({
    action: 'created', issue: { number: 7, pull_request: {} },
    comment: { id: 11, body, created_at: '2026-11-01T12:00:00Z', user: { login: 'octocat', id: 5 } },
  }))
  const decided = await step({ mode: 'comment' }, empty(), { GITHUB_EVENT_PATH: event, GITHUB_RUN_ID: run })
  expect([decided.stderr, decided.exitCode]).toEqual(['', 0])
  return decided.outputs['request'] ?? ''
}

/** Its token may read what everybody may. */
const run = (request: string): Promise<StepResult> => step({ request }, checkout)
const publish = (request: string, ended = 'success', more: Readonly<Record<string, string>> = {}): Promise<StepResult> =>
  step({ mode: 'publish', request, 'run-result': ended, ...more }, empty())
const comments = (): string[] => github.state.comments.map((c) => c.body)

describe('a comment', { timeout: 120_000 }, () => {
  it('is decided on, run by a token that may write nothing, and published at the commit', async () => {
    const request = await decide('/tune verify seeds=4')
    expect(JSON.parse(request)).toMatchObject({ command: 'verify', sha: head, base, options: { seeds: 4, minutes: 20 } })
    const ran = await run(request)
    expect([ran.stderr, ran.exitCode, ran.outputs['verdict']]).toEqual(['', 0, 'pass'])
    const published = await publish(request)
    expect([published.stderr, published.exitCode]).toEqual(['', 0])
    expect(comments()).toHaveLength(1)
    expect(comments()[0]).toMatch(/^<!-- tunegate:report of=[0-9a-f]{12} run=77 -->\n### .*pass/)
    expect(comments()[0]).toMatch(/\[Open the report\]\(https:\/\/github\.com\/octo\/nets\/actions\/runs\/77\/artifacts\/\d+\)/)
    expect(github.state.checkRuns).toMatchObject([{ name: 'tunegate', head_sha: head, conclusion: 'success' }])
    expect(github.state.statuses).toMatchObject([{ sha: head, state: 'success', context: 'tunegate' }])
    expect(github.state.reactions.map((r) => r.content)).toEqual(['eyes', '+1'])
    expect(github.requests.filter((r) => !/ 20\d$/.test(r))).toEqual(['GET /contents/tuning.lock.json 404'])
  })

  it('that finds a failure makes the check red, at the line of the gate, and no job of its own', async () => {
    onBase(spec(0.999))
    commit(spec(0.999))
    const request = await decide('/tune')
    expect((await run(request)).exitCode).toBe(1)
    expect((await publish(request, 'failure')).exitCode).toBe(0)
    expect(github.state.checkRuns).toMatchObject([{ conclusion: 'failure' }])
    const [check] = github.state.checkRuns as { output: { annotations: { path: string; start_line: number; annotation_level: string }[] } }[]
    expect(check?.output.annotations.map((a) => [a.path, a.start_line, a.annotation_level])).toEqual([['tuning.yml', 1, 'failure'], ['tuning.yml', 9, 'failure']])
    expect(github.state.statuses).toMatchObject([{ state: 'failure' }])
    expect(github.state.reactions.at(-1)).toEqual({ comment: 11, content: '-1' })
  })

  it('may ask for the plan alone', async () => {
    const request = await decide('/tune plan')
    expect((await run(request)).exitCode).toBe(0)
    await publish(request)
    expect(comments()[0]).toContain('### What would run')
    expect(comments()[0]).toContain('verify')
    expect(github.state.checkRuns).toEqual([])
  })

  it('attack 6: is told what is wrong with the spec, as text', async () => {
    commit(`${spec(0.05)}evil: "\`\`\`\\n@octo/everyone"\n`)
    const request = await decide('/tune')
    expect((await run(request)).exitCode).toBe(1)
    await publish(request, 'failure')
    expect(comments()[0]).toContain('No verdict: the input is not valid')
    expect(comments()[0]?.match(/```/g)).toHaveLength(2)
    expect(github.state.checkRuns).toEqual([])
  })

  it('attack 1: runs no other commit than the one that was let through', async () => {
    const request = await decide('/tune')
    commit(spec(0.01))
    const ran = await run(request)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([1, undefined])
    expect(ran.log).toContain('action/commit')
  })

  it('attack 1: says nothing of a head that moved while it ran', async () => {
    const request = await decide('/tune')
    await run(request)
    const pull = github.state.pulls.get(7)
    if (pull) pull.heads = [moved]
    await publish(request)
    expect(comments()[0]).toContain('Out of date')
    expect(comments()[0]).not.toContain('pass')
    expect([github.state.checkRuns, github.state.statuses]).toEqual([[], []])
  })

  it('attack 7: publishes no result that another commit, run or plan left', async () => {
    const request = await decide('/tune')
    await run(request)
    const other = JSON.stringify({ ...JSON.parse(request) as object, sha: moved })
    const pull = github.state.pulls.get(7)
    if (pull) pull.heads = [moved]
    await publish(other)
    expect(comments()[0]).toContain('belongs to another run or commit')
    expect(github.state.checkRuns).toEqual([])
  })

  it('attack 8: is judged by the gates of the base, however wide the pull request makes them', async () => {
    onBase(spec(0.999))
    const request = await decide('/tune')
    const ran = await run(request)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([1, 'fail'])
    expect(ran.log).toMatch(/this change alters gates from threshold: .* to threshold: .*; it was judged with threshold: .* of the base commit/)
    await publish(request, 'failure')
    expect(github.state.checkRuns).toMatchObject([{ conclusion: 'failure' }])
    expect(github.state.statuses).toMatchObject([{ state: 'failure' }])
  })

  it('attack 14: is measured by the rules of the base, and what the change edits of them and of its rows stands at the top', async () => {
    const lines = readFileSync(join(checkout, 'wine.csv'), 'utf8').trimEnd().split('\n')
    writeFileSync(join(checkout, 'wine.csv'), `${lines.map((line, i) => (i === 0 ? line : `1${line}`)).join('\n')}\n`)
    commit(`${spec(0.05).replace('seeds: 3', 'seeds: 2')}seed: 3\n`)
    const request = await decide('/tune verify')
    const ran = await run(request)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([0, 'pass'])
    const rows = 'This change edits 35 of the 35 test rows and 36 of the 36 validation rows.'
    const rules = 'This change alters seed from 17 to 3 and stages.verify.seeds from 3 to 2; it was judged with the values of the base commit.'
    for (const line of [rows, rules]) expect(ran.log).toContain(`NOTE: ${line}`)
    await publish(request)
    expect(comments()[0]?.split('\n').slice(2, 7)).toEqual(['', '> [!WARNING]', `> ${rows}`, '>', `> ${rules}`])
  })

  it('attack 14: shows the plan that the rules of the base make of the change', async () => {
    commit(spec(0.05).replace('seeds: 3', 'seeds: 2'))
    const ran = await run(await decide('/tune plan'))
    expect(ran.log).toContain('this change alters stages.verify.seeds from 3 to 2; it was judged with 3 of the base commit')
  })

  it('attack 8: is not published where the run judged by other gates than those that it was let through for', async () => {
    const request = await decide('/tune')
    await run(request)
    await publish(JSON.stringify({ ...JSON.parse(request) as object, gates: 'f'.repeat(64) }))
    expect(comments()[0]).toContain('judged by other gates than those of the base commit')
    expect([github.state.checkRuns, github.state.statuses]).toEqual([[], []])
  })

  it('attack 8: without a lock on the base is held against what the base declares, retrained, and not against its own', async () => {
    const compared = (rate: number): string =>
      spec(0).replace('learningRate: 0.01', `learningRate: ${rate}`).replace('threshold: { metric: accuracy, min: 0 }', 'regression: { metric: accuracy, margin: 0.1 }')
    onBase(compared(0.01))
    commit(compared(0.00001))
    const verified = await run(await decide('/tune verify'))
    expect([verified.exitCode, verified.outputs['verdict']]).toEqual([1, undefined])
    expect(verified.log).toContain('inconclusive: the base commit has no lock to compare with')
    const tuned = await run(await decide('/tune'))
    expect(tuned.log).toContain('retraining the baseline of tuning.yml of the base commit')
    expect([tuned.exitCode, tuned.outputs['verdict']]).toEqual([1, 'fail'])
  })

  it('attack 8: has no verdict where the base cannot be read, which does not look like a base without a spec', async () => {
    const request = await decide('/tune')
    // What a token gets that may not read a private repository.
    github.script(/GET \/(contents|git\/commits)/, 404, 10)
    const ran = await run(request)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([1, undefined])
    expect(ran.log).toContain('inconclusive: the base commit cannot be read')
    expect(await decide('/tune')).toBe('')
    expect(comments().at(-1)).toContain('could not be read')
  })

  it('attack 8: of the first pull request with a spec is judged by its own gates, and says so', async () => {
    github.state.contents.clear()
    const ran = await run(await decide('/tune'))
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([0, 'pass'])
    expect(ran.log).toContain(`${base} has no tuning.yml`)
  })

  it('attack 8: brings no measurements of its own along', async () => {
    const request = await decide('/tune')
    expect((await run(request)).exitCode).toBe(0)
    const again = await run(request)
    expect(again.log).not.toMatch(/continuing after/)
    expect(again.log).toContain('everything is trained again')
  })

  it('attack 10: cannot cost more than the spec of the base allows, whatever the one of the pull request says', async () => {
    onBase(spec(0.05).replace('minutes: 20', 'trials: 4'))
    commit(spec(0.05).replace('seeds: 3', 'seeds: 50'))
    const ran = await run(await decide('/tune'))
    expect(ran.log).toMatch(/the budget does not cover the verification\s+found: +4\s/)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([1, undefined])
  })

  it('attack 9: that cannot be answered is a notice, and the step is green', async () => {
    github.state.mayWrite.clear()
    const request = await decide('/tune')
    expect((await run(request)).outputs['verdict']).toBe('pass')
    const published = await publish(request)
    expect(published.exitCode).toBe(0)
    const notices = published.commands.filter((c) => c.name === 'notice').map((c) => c.value)
    expect(notices).toHaveLength(3)
    for (const notice of notices) expect(notice).toMatch(/could not be posted.*403.*The verdict is what it was/)
  })

  it('attack 10: is cancelled by another: the run is ended with no result, and the later word stays', async () => {
    commit(spec(0.05).replace('epochs: 10', 'epochs: 3000'))
    const request = await decide('/tune')
    // What `cancel-in-progress` does to the run job when the one of the cancelling comment enters its concurrency group.
    const ran = await step({ request }, checkout, {}, /Stage 1/)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([1, undefined])
    expect(ran.log).toContain('Stopped.')
    expect(artifacts.artifacts()).toEqual([])
    const cancel = await decide('/tune cancel', '78')
    expect(JSON.parse(cancel)).toMatchObject({ command: 'cancel', pull: 7 })
    expect(comments()).toEqual([expect.stringContaining('### Cancelled')])
    expect((await publish(request, 'cancelled')).exitCode).toBe(0)
    expect(comments()).toEqual([expect.stringContaining('### Cancelled')])
    expect([github.state.checkRuns, github.state.statuses]).toEqual([[], []])
    expect(github.state.reactions.map((r) => r.content)).toEqual(['eyes', 'eyes'])
  })

  it('attack 3: is not cancelled by somebody who may not write', async () => {
    github.state.permissions.set('octocat', { permission: 'read', id: 5 })
    expect(await decide('/tune cancel')).toBe('')
    expect(comments()[0]).toContain('only people who may write')
  })

  it('that was cancelled, as by a time limit, is said to be stopped', async () => {
    const request = await decide('/tune')
    await publish(request, 'cancelled')
    expect(comments()[0]).toContain('### Stopped')
  })

  it('on an enterprise server without an artifact service is answered with the reason, and no check', async () => {
    const request = await decide('/tune')
    const enterprise = { GITHUB_SERVER_URL: 'https://git.example.org' }
    const ran = await step({ request }, checkout, enterprise)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([0, 'pass'])
    const published = await step({ mode: 'publish', request, 'run-result': 'success' }, empty(), enterprise)
    expect(published.exitCode).toBe(0)
    expect(comments()[0]).toMatch(/### No verdict[^]*git\.example\.org[^]*artifact service/)
    expect([github.state.checkRuns, github.state.statuses]).toEqual([[], []])
  })
})
