import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { githubApi, type Api } from '../../src/github/api.ts'
import { post } from '../../src/github/post.ts'
import { bodyOf, mostCommentCharacters, stick } from '../../src/github/sticky.ts'
import { head, posting } from './posting.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'

const moved = 'b'.repeat(40)
let github: RestEmulator
let api: Api
const waits: number[] = []

beforeEach(async () => {
  github = await startRestEmulator()
  github.state.pulls.set(7, { heads: [head], base: moved, state: 'open', headRepository: 1, timeline: [] })
  waits.length = 0
  api = githubApi({
    token: github.token,
    repository: 'octo/nets',
    baseUrl: github.url,
    sleep: async (ms) => void waits.push(ms),
  })
})
afterEach(() => github.close())

describe('what is posted', () => {
  it('is one comment, one check and one status, however often', async () => {
    expect(await post(api, posting())).toEqual([])
    expect(
      await post(api, posting({ run: 78, verdict: { status: 'inconclusive', sentence: 'Too few seeds.', fails: false } })),
    ).toEqual([])
    expect(github.state.comments).toHaveLength(1)
    expect(github.state.checkRuns).toMatchObject([
      { conclusion: 'neutral', output: { title: 'inconclusive: Too few seeds.' } },
    ])
    expect(github.state.statuses.map((s) => s['state'])).toEqual(['success', 'success'])
  })

  it('says what numbers are worth that code of the change made', async () => {
    const verdict = { status: 'pass', sentence: 'All gates pass.', fails: false, script: 'from predictions' } as const
    expect(await post(api, posting({ verdict }))).toEqual([])
    expect(github.state.checkRuns).toMatchObject([
      { conclusion: 'success', output: { title: 'pass (guards against mistakes, not malice): All gates pass.' } },
    ])
  })

  it('attack 24: is no success for metrics that the code of a fork reported itself', async () => {
    const verdict = { status: 'pass', sentence: 'All gates pass.', fails: false, script: 'self-reported' } as const
    expect(await post(api, posting({ verdict }))).toEqual([])
    github.state.pulls.set(7, { heads: [head], base: moved, state: 'open', headRepository: 2, timeline: [] })
    expect(await post(api, posting({ verdict, run: 78 }))).toEqual([expect.stringContaining('The check is neutral')])
    expect(github.state.checkRuns).toMatchObject([{ conclusion: 'neutral' }])
    expect(github.state.statuses).toHaveLength(1)
    const worse = { status: 'fail', sentence: 'Worse.', fails: true, script: 'self-reported' } as const
    expect(await post(api, posting({ verdict: worse, run: 79 }))).toEqual([])
    expect(github.state.checkRuns).toMatchObject([{ conclusion: 'failure' }])
  })

  it('is only what was asked for', async () => {
    await post(api, posting({ what: ['status'] }))
    expect([github.state.comments.length, github.state.checkRuns.length, github.state.statuses.length]).toEqual([0, 0, 1])
  })

  it('attack 1: compares the head first', async () => {
    const pull = github.state.pulls.get(7)
    if (pull) pull.heads = [moved]
    await post(api, posting())
    expect(github.state.comments[0]?.body).toContain('Out of date')
    expect([github.state.checkRuns.length, github.state.statuses.length]).toEqual([0, 0])
    github.script(/GET \/pulls/, 500, 4)
    expect(await post(api, posting())).toEqual([expect.stringContaining('could not be read')])
  })

  it('attack 22: compares the base branch too, which can change while a run goes on', async () => {
    const pull = github.state.pulls.get(7)
    if (pull) pull.into = 'release'
    await post(api, posting())
    expect(github.state.comments[0]?.body).toContain(
      'The rules of `main` judged this run, but the pull request targets `release` now.',
    )
    expect([github.state.checkRuns.length, github.state.statuses.length]).toEqual([0, 0])
  })

  it('attack 16: holds nothing that commands a terminal, whatever forgot to escape it', async () => {
    const verdict = { status: 'fail', sentence: 'a\n# heading\u001b[31m', fails: true } as const
    expect(await post(api, posting({ text: '### a\u001b[31m\u202e\u0085b\n', verdict }))).toEqual([])
    const { output } = github.state.checkRuns[0] as { output: { title: string; summary: string } }
    expect(output.summary).toBe('### a\\u001b[31m\\u202e\\u0085b\n')
    expect(output.title).toBe('fail: a\\u000a# heading\\u001b[31m')
    expect(github.state.statuses[0]?.['description']).toBe(output.title)
    expect(github.state.comments[0]?.body).toMatch(/ -->\n### a\\u001b\[31m\\u202e\\u0085b\n$/)
  })

  it('attack 16: ends no block in the middle where it is cut', async () => {
    const text = `\`\`\`\`text\n${'a ``` b\n'.repeat(20_000)}\`\`\`\`\n`
    expect(await post(api, posting({ text }))).toEqual([])
    const { output } = github.state.checkRuns[0] as { output: { summary: string } }
    for (const cut of [output.summary, github.state.comments[0]?.body]) expect(cut).toMatch(/ b\n`{4}\n\n> Cut: [^\n]*\n$/)
  })

  it('has ten annotations of a level, at lines, and the texts that the platform takes', async () => {
    const at = { file: 'tuning.yml', line: 3 }
    const notes = Array.from({ length: 11 }, (_, i) => ({
      level: 'error' as const,
      title: `${i}`,
      message: 'x'.repeat(5000),
      at,
    }))
    expect(
      await post(
        api,
        posting({ notes, text: 'x'.repeat(70_000), verdict: { status: 'fail', sentence: 's'.repeat(500), fails: true } }),
      ),
    ).toEqual([])
    const { output } = github.state.checkRuns[0] as { output: { annotations: { message: string }[]; summary: string } }
    expect(output.annotations).toHaveLength(9)
    expect(Math.max(...output.annotations.map((a) => a.message.length))).toBeLessThanOrEqual(4096)
    expect(output.summary).toHaveLength(65_535)
    expect(String(github.state.statuses[0]?.['description']).length).toBeLessThanOrEqual(140)
  })

  it.each([
    [403, {}],
    [404, {}],
    [422, {}],
    [429, { 'retry-after': '3600' }],
  ])('attack 9: degrades to a notice at once on %d', async (status, headers) => {
    github.script(/^(POST|PATCH)/, status, 100, headers)
    expect(await post(api, posting())).toHaveLength(3)
    expect(waits).toEqual([])
  })

  it('waits where a limit says when it ends, and backs off from a server that stumbles', async () => {
    github.script(/statuses/, 429, 1, { 'retry-after': '7' })
    github.script(/GET \/pulls/, 503, 3)
    expect(await post(api, posting())).toEqual([])
    expect(waits).toEqual([500, 1000, 2000, 7000])
  })

  it('gives up on a server that stays down', async () => {
    github.script(/./, 502, 1000)
    expect(await post(api, posting())).toHaveLength(1)
    expect(waits).toEqual([500, 1000, 2000])
  })
})

describe('the comment', () => {
  const write = (run: number, text = 'words\n') => stick(api, { kind: 'report', pull: 7, title: 'tunegate', run, text })

  it('of a later run is left alone', async () => {
    await write(78, 'later\n')
    expect(await write(77)).toEqual({ ok: true, value: { older: true } })
    expect(github.state.comments[0]?.body).toContain('later')
  })

  it('of somebody else who wrote the marker is neither edited nor believed', async () => {
    const body = `${bodyOf({ kind: 'report', pull: 7, title: 'tunegate', run: 999, text: 'All is well.' })}`
    github.state.comments.push({ id: 1, pull: 7, body, login: 'mallory', type: 'User' })
    await write(77)
    expect(github.state.comments.map((c) => c.body)).toEqual([body, expect.stringContaining('words')])
  })

  it('is found behind many others, and quoting the marker inside of a text makes none', async () => {
    for (let i = 0; i < 150; i++)
      github.state.comments.push({
        id: i,
        pull: 7,
        body: `> ${bodyOf({ kind: 'report', pull: 7, title: 'tunegate', run: 1, text: '' })}`,
        login: 'github-actions[bot]',
        type: 'Bot',
      })
    await write(77)
    await write(78)
    expect(github.state.comments).toHaveLength(151)
  })

  it('is not written twice where the answer to the first was lost', async () => {
    github.lose(/^POST .*comments$/, 1)
    expect(await write(77)).toMatchObject({ ok: true })
    expect(github.state.comments).toHaveLength(1)
  })

  it('has at most 65536 characters: one below, there, one above', async () => {
    const room = mostCommentCharacters - bodyOf({ kind: 'report', pull: 7, title: 'tunegate', run: 77, text: '' }).length
    for (const length of [room - 1, room, room + 1]) {
      const body = bodyOf({ kind: 'report', pull: 7, title: 'tunegate', run: 77, text: 'x\n'.repeat(room).slice(0, length) })
      expect(body.length).toBeLessThanOrEqual(mostCommentCharacters)
      expect(body.includes('> Cut:')).toBe(length > room)
      expect(await write(77, 'x\n'.repeat(room).slice(0, length))).toMatchObject({ ok: true })
    }
  })
})
