import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/github/comment/grammar.ts'
import { decide, type Facts } from '../../../src/github/comment/policy.ts'
import { parseRequest } from '../../../src/github/comment/request.ts'

const [head, other] = ['a'.repeat(40), 'b'.repeat(40)]
const none = { seeds: null, trials: null, minutes: null, stages: null }
const command = (more: Partial<Command> = {}): Command => ({ name: 'tune', sha: null, options: none, ...more })
const pull = { number: 7, open: true, headSha: head, baseSha: other, into: 'main', fork: false }
const good: Facts = {
  comment: { id: 11, createdAt: '2026-11-01T12:00:00Z' },
  permission: 'write',
  pull,
  forcePushes: [],
  base: { budget: { trials: 200, minutes: null } },
}
const answer = (c: Command, facts: Partial<Facts> = {}, allowForks = false, requireSha = false): unknown => {
  const decided = decide(c, { ...good, ...facts }, { allowForks, requireSha })
  return decided.ok ? decided.value : decided.error
}
const through = {
  command: 'tune',
  pull: 7,
  sha: head,
  base: other,
  into: 'main',
  comment: 11,
  options: { ...none, trials: 200 },
}

describe('a command', () => {
  it('is let through for the head, with the budget of the base', () => {
    expect(answer(command())).toEqual(through)
    expect(answer(command({ sha: head }))).toEqual(through)
    expect(answer(command({ name: 'cancel' }))).toMatchObject({ command: 'cancel' })
  })

  // Attack 3: somebody who may not write asks, and so does a bot, which gets what its permission gives and no more.
  it.each(['read', 'triage', 'none', '', 'WRITE', 'writer'])('attack 3: is refused to a permission of %j', (permission) => {
    expect(answer(command(), { permission })).toContain('who may write')
  })
  it.each(['admin', 'maintain', 'write'])('is open to %s', (permission) =>
    expect(answer(command(), { permission })).toEqual(through),
  )
  it('attack 3: is refused where the permission could not be asked', () => {
    expect(answer(command(), { permission: null })).toContain('could not be asked')
  })

  // Attack 1: the head is another one than the commenter looked at.
  it('attack 1: is refused for a commit that is not the head', () => {
    expect(answer(command({ sha: other }))).toContain(`which is ${head} now`)
  })
  it('attack 1: is refused for a fork, unless it is allowed, and then without a hash', () => {
    const fork = { pull: { ...pull, fork: true } }
    expect(answer(command({ sha: head }), fork)).toContain('allow-forks')
    expect(answer(command(), fork, true)).toContain(`/tune ${head}`)
    expect(answer(command({ sha: head }), fork, true)).toEqual(through)
  })

  it('attack 21: names its commit where the workflow insists on it, whoever asks', () => {
    expect(answer(command(), {}, false, true)).toContain(`/tune ${head}`)
    expect(answer(command({ name: 'plan' }), {}, false, true)).toContain('require-sha')
    expect(answer(command({ sha: head }), {}, false, true)).toEqual(through)
    expect(answer(command({ name: 'cancel' }), {}, false, true)).toMatchObject({ command: 'cancel' })
  })

  // Attack 2: a force-push between comment and run; a second is what the clock of GitHub tells apart.
  it.each([
    ['2026-11-01T12:00:01Z', true],
    ['2026-11-01T12:00:00Z', true],
    ['2026-11-01T11:59:59Z', false],
    ['no date', true],
  ])('attack 2: without a hash, a force-push at %s refuses: %s', (at, refused) => {
    const said = answer(command(), { forcePushes: ['2026-10-01T00:00:00Z', at] })
    if (refused) expect(said).toContain('force-pushed after your comment')
    else expect(said).toEqual(through)
  })
  it('attack 2: is refused where force-pushes could not be asked, unless it names the commit', () => {
    expect(answer(command(), { forcePushes: null })).toContain('could not be asked')
    expect(answer(command({ sha: head }), { forcePushes: null })).toEqual(through)
  })

  it('is refused where the pull request is closed or could not be read', () => {
    expect(answer(command(), { pull: { ...pull, open: false } })).toContain('not open')
    expect(answer(command(), { pull: null })).toContain('could not be read')
  })

  // Attack 10: a comment that would cost more than the spec allows.
  it.each([
    [200, true],
    [201, false],
  ])('attack 10: trials=%d against a budget of 200: %s', (trials, passes) => {
    const said = answer(command({ options: { ...none, trials } }))
    if (passes) expect(said).toMatchObject({ options: { trials } })
    else expect(said).toContain('over the budget of the spec, which allows 200')
  })
  it('attack 10: is refused where the budget could not be read', () => {
    expect(answer(command(), { base: null })).toContain('what a run may cost')
  })
  it('may limit what the spec does not', () => {
    expect(answer(command({ options: { ...none, minutes: 5 } }))).toMatchObject({ options: { minutes: 5, trials: 200 } })
  })
})

describe('a request', () => {
  it('is read as it was written', () => {
    expect(parseRequest(JSON.stringify(through))).toEqual(through)
  })
  it.each([
    '',
    '[]',
    'null',
    '{"command":"tune"',
    JSON.stringify({ ...through, sha: 'main' }),
    JSON.stringify({ ...through, command: 'help' }),
    JSON.stringify({ ...through, pull: '7' }),
    JSON.stringify({ ...through, pull: -1 }),
    JSON.stringify({ ...through, options: { ...none, minutes: 361 } }),
    JSON.stringify({ ...through, options: { ...none, stages: [1] } }),
    JSON.stringify({ ...through, comment: null }),
    JSON.stringify({ ...through, into: '' }),
    JSON.stringify({ ...through, into: 7 }),
    JSON.stringify({ ...through, into: 'x'.repeat(256) }),
  ])('is refused: %s', (text) => expect(() => parseRequest(text)).toThrow('action/request'))
})
