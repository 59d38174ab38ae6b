import { createRequire } from 'node:module'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { githubApi } from '../../../src/github/api.ts'
import { commentEvent } from '../../../src/github/comment/event.ts'
import type { Budget } from '../../../src/github/comment/policy.ts'
import { receive } from '../../../src/github/comment/receive.ts'
import type { Request } from '../../../src/github/comment/request.ts'
import { startRestEmulator, type EmulatedPull, type RestEmulator } from '../../support/rest-emulator.ts'

const [head, moved, base] = ['a', 'b', 'c'].map((c) => c.repeat(40)) as [string, string, string]
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
  name: string
  examples: readonly { action?: string }[]
}[]
let github: RestEmulator
let pull: EmulatedPull

beforeEach(async () => {
  github = await startRestEmulator()
  pull = { heads: [head], base, state: 'open', headRepository: 1, timeline: [] }
  github.state.pulls.set(7, pull)
  github.state.permissions.set('octocat', { permission: 'write', id: 5 })
})
afterEach(() => github.close())

const at = '2026-11-01T12:00:00Z'

/** GitHub's own example of the payload, with what a test says in place of what it says. */
function payload(body: string, action = 'created'): unknown {
  const example = examples.find((e) => e.name === 'issue_comment')?.examples.find((p) => p.action === 'created')
  const { comment, issue, ...rest } = example as unknown as { comment: object; issue: object }
  return {
    ...rest,
    action,
    issue: { ...issue, number: 7, pull_request: { url: 'https://api.github.com/repos/octo/nets/pulls/7' } },
    comment: { ...comment, id: 11, body, created_at: at, user: { login: 'octocat', id: 5, type: 'User' } },
  }
}

async function comment(
  body: string,
  more: { allowForks?: boolean; requireSha?: boolean; run?: number; budget?: Budget | null } = {},
): Promise<Request | null> {
  const api = githubApi({ token: github.token, repository: 'octo/nets', baseUrl: github.url, sleep: async () => undefined })
  const event = commentEvent('issue_comment', payload(body))
  if (!event) throw new Error('the payload was not understood')
  const { budget = { trials: null, minutes: 30 } } = more
  return receive(event, {
    api,
    title: 'tunegate',
    run: more.run ?? 100,
    runUrl: 'https://github.com/octo/nets/actions/runs/100',
    stageNames: ['batch', 'verify'],
    baseAt: async () => budget && { budget },
    allowForks: more.allowForks ?? false,
    requireSha: more.requireSha ?? false,
  })
}

const said = (): string => github.state.comments.at(-1)?.body ?? ''

describe('a comment', () => {
  it('is let through, seen, and shown in one comment that the next one edits', async () => {
    expect(await comment('/tune verify seeds=5')).toEqual({
      command: 'verify',
      pull: 7,
      sha: head,
      base,
      into: 'main',
      comment: 11,
      options: { seeds: 5, trials: null, minutes: 30, stages: null },
    })
    await comment('/tune plan', { run: 101 })
    expect(github.state.comments).toHaveLength(1)
    expect(said()).toContain('### Planning')
    expect(github.state.reactions).toEqual([
      { comment: 11, content: 'eyes' },
      { comment: 11, content: 'eyes' },
    ])
  })

  it('that says something else costs no request', async () => {
    expect(await comment('I would /tune this')).toBeNull()
    expect(github.requests).toEqual([])
  })

  it('that is not understood is answered with the reason, beside the report', async () => {
    await comment('/tune')
    expect(await comment('/tune verfy')).toBeNull()
    expect(said()).toContain('did you mean verify?')
    expect(github.state.comments).toHaveLength(2)
    await comment('/tune help')
    expect(github.state.comments).toHaveLength(2)
    expect(said()).toContain('/tune cancel')
    expect(github.state.reactions.map((r) => r.content)).toEqual(['eyes', 'confused', 'eyes'])
  })

  it('attack 1: counts when it is new, on a pull request, and not when it is edited or deleted', () => {
    for (const action of ['edited', 'deleted']) expect(commentEvent('issue_comment', payload('/tune', action))).toBeNull()
    expect(commentEvent('pull_request_review_comment', payload('/tune'))).toBeNull()
    const { issue, ...rest } = payload('/tune') as { issue: Record<string, unknown> }
    const { pull_request: _, ...plain } = issue
    expect(commentEvent('issue_comment', { ...rest, issue: plain })).toBeNull()
    expect(commentEvent('issue_comment', payload('/tune'))).toMatchObject({ pull: 7, login: 'octocat', user: 5 })
  })

  it('attack 1: from a fork names the commit that was looked at, and that one alone is run', async () => {
    pull.headRepository = 2
    expect(await comment(`/tune ${head}`)).toBeNull()
    expect(said()).toContain('comes from a fork')
    expect(await comment('/tune', { allowForks: true })).toBeNull()
    expect(said()).toContain(`\`/tune ${head}\``)
    expect(await comment(`/tune ${head}`, { allowForks: true })).toMatchObject({ sha: head })
    pull.heads = [moved]
    expect(await comment(`/tune ${head}`, { allowForks: true })).toBeNull()
    pull.headRepository = null
    expect(await comment(`/tune ${moved}`)).toBeNull()
  })

  it('attack 2: without a hash is refused after a force-push, however old its commits say that they are', async () => {
    const old = { event: 'committed', author: { date: '2001-01-01T00:00:00Z' }, committer: { date: '2001-01-01T00:00:00Z' } }
    const many = Array.from({ length: 130 }, () => old)
    pull.timeline = [...many, { event: 'head_ref_force_pushed', created_at: '2026-11-01T12:00:05Z' }, old]
    expect(await comment('/tune')).toBeNull()
    expect(said()).toContain('force-pushed after your comment')
    expect(await comment(`/tune ${head}`)).toMatchObject({ sha: head })
    github.script(/timeline/, 404, 1)
    expect(await comment('/tune')).toBeNull()
  })

  it('attack 3: of somebody whose permission is not known is refused', async () => {
    github.state.permissions.set('octocat', { permission: 'read', id: 5 })
    expect(await comment('/tune')).toBeNull()
    github.state.permissions.delete('octocat')
    expect(await comment('/tune')).toBeNull()
    for (const status of [403, 500, 502]) {
      github.script(/permission/, status, 4)
      expect(await comment('/tune')).toBeNull()
    }
    expect(github.state.reactions.map((r) => r.content)).toEqual(Array(5).fill('confused'))
    expect(github.state.comments).toEqual([])
  })

  it('attack 3: of an account that took over the name of one with the permission is refused', async () => {
    github.state.permissions.set('octocat', { permission: 'admin', id: 6 })
    expect(await comment('/tune')).toBeNull()
  })

  const long = Array.from({ length: 2950 }, () => ({ event: 'committed' }))

  it.each(['/tune', `/tune ${head}`, '/tune help', '/tune cancel', '/tune verfy', '/TUNE', `/tune ${'x'.repeat(400)}`])(
    'attack 21: of a stranger costs two requests and leaves the answer to others alone: %s',
    async (body) => {
      expect(await comment('/tune help')).toBeNull()
      const answered = structuredClone(github.state.comments)
      const talk = { pull: 7, body: 'talk', login: 'mallory', type: 'User' } as const
      for (let id = 0; id < 2950; id++) github.state.comments.unshift({ id, ...talk })
      pull.timeline = long
      github.state.permissions.set('octocat', { permission: 'read', id: 5 })
      github.requests.length = 0
      expect(await comment(body)).toBeNull()
      expect(github.requests).toEqual([
        'GET /collaborators/octocat/permission 200',
        'POST /issues/comments/11/reactions 201',
      ])
      expect(github.state.reactions.at(-1)?.content).toBe('confused')
      expect(github.state.comments.filter((c) => c.type === 'Bot')).toEqual(answered)
    },
  )

  it('attack 21: of somebody who may write reads the timeline only where it names no commit', async () => {
    const timelines = (): number => github.requests.filter((r) => r.includes('timeline')).length
    await comment(`/tune ${head}`)
    await comment('/tune cancel')
    await comment('/tune help')
    expect(timelines()).toBe(0)
    await comment('/tune')
    expect(timelines()).toBe(1)
  })

  it('attack 21: without a commit gets the head as it is when the job starts, and is told which in full', async () => {
    pull.heads = [moved]
    expect(await comment('/tune')).toMatchObject({ sha: moved })
    expect(said()).toContain(`\`${moved}\`, the head when [this run]`)
    await comment(`/tune ${moved}`)
    expect(said()).toContain(`at \`${moved.slice(0, 12)}\`, in [this run]`)
  })

  it('attack 21: without a commit is refused where the workflow insists on one, with the line to write', async () => {
    expect(await comment('/tune', { requireSha: true })).toBeNull()
    expect(said()).toContain(`\`/tune ${head}\``)
    expect(await comment(`/tune ${head}`, { requireSha: true })).toMatchObject({ sha: head })
  })

  it('attack 21: is read in whatever case it is written, since its runner has started', async () => {
    expect(await comment('/TUNE')).toMatchObject({ command: 'tune' })
    expect(await comment('/Tune Verify Seeds=4')).toMatchObject({ command: 'verify', options: { seeds: 4 } })
    expect(await comment('/TUNE verfy')).toBeNull()
    expect(said()).toContain('did you mean verify?')
  })

  it('attack 6: is quoted as text, mentions and all', async () => {
    await comment('/tune @octo/everyone')
    expect(said()).not.toContain('@octo')
    await comment('/tune <img/src=x> `x` ![a](https://evil.example/p.png) #1')
    expect(said()).not.toMatch(/<img|!\[a\]\(|:\/\/evil/)
  })

  it('attack 10: cannot cost more than the spec of the base branch allows', async () => {
    expect(await comment('/tune minutes=31')).toBeNull()
    expect(said()).toContain('over the budget of the spec, which allows 30')
    expect(await comment('/tune minutes=30')).toMatchObject({ options: { minutes: 30 } })
    expect(await comment('/tune', { budget: null })).toBeNull()
  })

  it('waits out a rate limit that ends soon, and a server that stumbles', async () => {
    github.script(/permission/, 429, 1, { 'retry-after': '1' })
    github.script(/pulls\/7$/, 502, 2)
    github.script(/comments$/, 403, 1, {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 1),
    })
    expect(await comment('/tune')).toMatchObject({ sha: head })
    expect(github.state.comments).toHaveLength(1)
  })

  it('is let through where it cannot be answered: the token may not write', async () => {
    github.state.mayWrite.clear()
    expect(await comment('/tune')).toMatchObject({ sha: head })
    expect(github.state.comments).toEqual([])
  })
})
