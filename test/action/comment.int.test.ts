import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArtifactService } from '../support/artifact-service.ts'
import { git } from '../support/act.ts'
import { baseCommit as base, emptyFolder, startCommentFlow, type CommentFlow } from '../support/comment-flow.ts'
import type { RestEmulator } from '../support/rest-emulator.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

const moved = 'b'.repeat(40)
const spec = (least: number): string => `${wineSpec({ gate: accuracyOf(least) })}budget: { minutes: 20 }\n`

let flow: CommentFlow
let github: RestEmulator
let artifacts: ArtifactService
let decide: CommentFlow['decide']
let run: CommentFlow['run']
let publish: CommentFlow['publish']
let comments: CommentFlow['comments']
let commit: CommentFlow['commit']
let onBase: CommentFlow['onBase']

beforeEach(async () => {
  flow = await startCommentFlow()
  ;({ github, artifacts, decide, run, publish, comments, commit, onBase } = flow)
  commit(spec(0.05))
  onBase(spec(0.05))
})
afterEach(() => flow.close())

describe('a comment', () => {
  it('is decided on, run by a token that may write nothing, and published at the commit', async () => {
    const request = await decide('/tune verify seeds=4')
    const options = { seeds: 4, minutes: 20 }
    expect(JSON.parse(request)).toMatchObject({ command: 'verify', sha: flow.head(), base, options })
    const ran = await run(request)
    expect([ran.stderr, ran.exitCode, ran.outputs['verdict']]).toEqual(['', 0, 'pass'])
    const published = await publish(request)
    expect([published.stderr, published.exitCode]).toEqual(['', 0])
    expect(comments()).toHaveLength(1)
    expect(comments()[0]).toMatch(/^<!-- tunegate:report of=[0-9a-f]{12} run=77 -->\n### .*pass/)
    expect(comments()[0]).toMatch(
      /\[Open the report\]\(https:\/\/github\.com\/octo\/nets\/actions\/runs\/77\/artifacts\/\d+\)/,
    )
    expect(github.state.checkRuns).toMatchObject([{ name: 'tunegate', head_sha: flow.head(), conclusion: 'success' }])
    expect(github.state.statuses).toMatchObject([{ sha: flow.head(), state: 'success', context: 'tunegate' }])
    expect(github.state.reactions.map((r) => r.content)).toEqual(['eyes', '+1'])
    expect(github.requests.filter((r) => !/ 20\d$/.test(r))).toEqual(Array(2).fill('GET /contents/tuning.lock.json 404'))
  })

  it('that finds a failure makes the check red, at the line of the gate, and no job of its own', async () => {
    onBase(spec(0.999))
    commit(spec(0.999))
    const request = await decide('/tune')
    expect((await run(request)).exitCode).toBe(1)
    expect((await publish(request, 'failure')).exitCode).toBe(0)
    expect(github.state.checkRuns).toMatchObject([{ conclusion: 'failure' }])
    const [check] = github.state.checkRuns as {
      output: { annotations: { path: string; start_line: number; annotation_level: string }[] }
    }[]
    expect(check?.output.annotations.map((a) => [a.path, a.start_line, a.annotation_level])).toEqual([
      ['tuning.yml', 1, 'failure'],
      ['tuning.yml', 9, 'failure'],
    ])
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

  it('attack 11: runs no checkout in a folder, since the other jobs ask for the spec by its path in the repository', async () => {
    const workspace = emptyFolder()
    const request = await decide('/tune')
    git(workspace, 'clone', '--quiet', flow.checkout, 'sources')
    const ran = await flow.step({ request, spec: 'sources/tuning.yml' }, workspace)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([1, undefined])
    expect(ran.log).toContain('action/not-at-root')
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
    const other = JSON.stringify({ ...(JSON.parse(request) as object), sha: moved })
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
    expect(ran.log).toMatch(
      /this change alters gates from threshold: .* to threshold: .*; it was judged with threshold: .* of the base commit/,
    )
    await publish(request, 'failure')
    expect(github.state.checkRuns).toMatchObject([{ conclusion: 'failure' }])
    expect(github.state.statuses).toMatchObject([{ state: 'failure' }])
  })

  it('attack 14: is measured by the rules of the base, and what the change edits of them and of its rows stands at the top', async () => {
    const lines = readFileSync(join(flow.checkout, 'wine.csv'), 'utf8').trimEnd().split('\n')
    writeFileSync(join(flow.checkout, 'wine.csv'), `${lines.map((line, i) => (i === 0 ? line : `1${line}`)).join('\n')}\n`)
    commit(`${spec(0.05).replace('seeds: 3', 'seeds: 2')}seed: 3\n`)
    const request = await decide('/tune verify')
    const ran = await run(request)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([0, 'pass'])
    const rows = 'This change edits 35 of the 35 test rows and 36 of the 36 validation rows.'
    const training = 'This change edits 107 of the 107 training rows.'
    const rules =
      'This change alters seed from 17 to 3 and stages.verify.seeds from 3 to 2; it was judged with the values of the base commit.'
    for (const line of [rows, training, rules]) expect(ran.log).toContain(`NOTE: ${line}`)
    await publish(request)
    expect(comments()[0]?.split('\n').slice(2, 9)).toEqual([
      '',
      '> [!WARNING]',
      `> ${rows}`,
      '>',
      `> ${training}`,
      '>',
      `> ${rules}`,
    ])
  })

  it('attack 14: shows the plan that the rules of the base make of the change', async () => {
    commit(spec(0.05).replace('seeds: 3', 'seeds: 2'))
    const ran = await run(await decide('/tune plan'))
    expect(ran.log).toContain('this change alters stages.verify.seeds from 3 to 2; it was judged with 3 of the base commit')
  })

  it('attack 8: is not published where the run judged by other gates than those that it was let through for', async () => {
    const request = await decide('/tune')
    await run(request)
    onBase(spec(0.06))
    await publish(request)
    expect(comments()[0]).toContain('judged by gates other than those of the base commit')
    expect([github.state.checkRuns, github.state.statuses]).toEqual([[], []])
  })

  it('attack 8: without a lock on the base is held against what the base declares, retrained, and not against its own', async () => {
    const compared = (rate: number): string =>
      wineSpec({ epochs: 10, gate: 'regression: { metric: accuracy, margin: 0.1 }' }).replace(
        'learningRate: 0.01',
        `learningRate: ${rate}`,
      )
    onBase(compared(0.01))
    commit(compared(0.00001))
    const verified = await run(await decide('/tune verify'))
    expect([verified.exitCode, verified.outputs['verdict']]).toEqual([1, 'fail'])
    expect(verified.log).toContain('has no lock for tuning.yml: its spec is retrained as the baseline.')
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
    for (const notice of notices) expect(notice).toMatch(/could not be posted.*403.*The verdict does not change/)
  })

  it('attack 10: is cancelled by another: the run is ended with no result, and the later word stays', async () => {
    commit(spec(0.05).replace('epochs: 3', 'epochs: 3000'))
    const request = await decide('/tune')
    // What `cancel-in-progress` does to the run job when the one of the cancelling comment enters its concurrency group.
    const ran = await run(request, {}, {}, /Stage 1/)
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

  it('attack 21: names the commit where the workflow insists, and takes no word but true and false', async () => {
    expect(await decide('/tune', '77', { 'require-sha': 'true' })).toBe('')
    expect(comments()[0]).toContain(`/tune ${flow.head()}`)
    const named = await decide(`/tune ${flow.head()}`, '78', { 'require-sha': 'true' })
    expect(JSON.parse(named)).toMatchObject({ sha: flow.head() })
    await expect(decide('/tune', '79', { 'require-sha': 'yes' })).rejects.toThrow("the input 'require-sha'")
  })

  it('attack 3: is not cancelled by somebody who may not write', async () => {
    github.state.permissions.set('octocat', { permission: 'read', id: 5 })
    expect(await decide('/tune cancel')).toBe('')
    expect(comments()).toEqual([])
    expect(github.state.reactions.map((r) => r.content)).toEqual(['confused'])
  })

  it('that was cancelled, as by a time limit, is said to be stopped', async () => {
    const request = await decide('/tune')
    await publish(request, 'cancelled')
    expect(comments()[0]).toContain('### Stopped')
  })

  it('on an enterprise server without an artifact service is answered with the reason, and no check', async () => {
    const request = await decide('/tune')
    const enterprise = { GITHUB_SERVER_URL: 'https://git.example.org' }
    const ran = await run(request, {}, enterprise)
    expect([ran.exitCode, ran.outputs['verdict']]).toEqual([0, 'pass'])
    const published = await publish(request, 'success', {}, enterprise)
    expect(published.exitCode).toBe(0)
    expect(comments()[0]).toMatch(/### No verdict[^]*git\.example\.org[^]*artifact service/)
    expect([github.state.checkRuns, github.state.statuses]).toEqual([[], []])
  })
})
