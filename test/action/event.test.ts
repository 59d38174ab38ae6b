import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { occasionOf as occasion, occasionOfRequest, type Started } from '../../src/action/event.ts'
import type { Mode } from '../../src/github/inputs.ts'

const sha = 'c'.repeat(40)
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly { name: string; examples: readonly { action?: string }[] }[]
const push = (ref: string) => ({ ref, repository: { default_branch: 'main' } })
const occasionOf = (mode: Mode, eventName: string, payload: unknown, more: Partial<Started> = {}) =>
  occasion(mode, { eventName, sha: 'a'.repeat(40), head: 'a'.repeat(40), ...more }, payload)
const pull = { pull_request: { base: { sha } } }

describe('what a step does', () => {
  it.each([
    ['pull_request', pull, { mode: 'verify', base: sha }], ['pull_request_target', pull, { mode: 'verify', base: sha }],
    ['pull_request_review', pull, { mode: 'verify', base: sha }], ['merge_group', { merge_group: { base_sha: sha } }, { mode: 'verify', base: sha }],
    ['push', push('refs/heads/main'), { mode: 'refresh', base: null }],
    ['push', push('refs/heads/other'), { mode: 'verify', base: null }],
    ['push', push('refs/tags/main'), { mode: 'verify', base: null }],
    ['schedule', {}, { mode: 'tune', base: null }], ['workflow_dispatch', {}, { mode: 'tune', base: null }], ['', undefined, { mode: 'tune', base: null }],
  ])('follows from %s', (event, payload, expected) => {
    expect(occasionOf('auto', event, payload)).toEqual(expected)
  })

  // GitHub's own examples of the payloads.
  it.each([['pull_request', 'opened', 'verify'], ['pull_request', 'synchronize', 'verify'], ['merge_group', 'checks_requested', 'verify'], ['push', undefined, 'verify'], ['workflow_dispatch', undefined, 'tune']])(
    'is read from a real payload of %s %s', (name, action, mode) => {
      const payload = examples.find((e) => e.name === name)?.examples.find((p) => action === undefined || p.action === action)
      expect(payload).toBeDefined()
      const found = occasionOf('auto', name, payload)
      expect(found.mode).toBe(mode)
      if (action === undefined) expect(found.base).toBeNull()
      else expect(found.base).toMatch(/^[0-9a-f]{40}$/)
    })

  it('is what the workflow says, where it says something', () => {
    expect(occasionOf('verify', 'workflow_dispatch', {})).toEqual({ mode: 'verify', base: null })
    expect(occasionOf('refresh', 'schedule', {})).toEqual({ mode: 'refresh', base: null })
  })

  it('is what a comment asks for', () => {
    const request = { pull: 7, sha, base: sha, gates: null, comment: 11, options: { seeds: null, trials: null, minutes: null, stages: null } }
    expect(occasionOfRequest({ ...request, command: 'verify' })).toEqual({ mode: 'verify', base: sha })
    expect(occasionOfRequest({ ...request, command: 'tune' })).toEqual({ mode: 'tune', base: sha })
  })
})

describe('attack 8: a pull request', () => {
  it.each(['tune', 'plan', 'shard', 'stage', 'gate'] as const)('has its base whatever the mode is: %s', (mode) => {
    expect(occasionOf(mode, 'pull_request', pull)).toEqual({ mode: 'tune', base: sha })
  })

  it.each([
    ['pull_request', undefined], ['pull_request', {}], ['pull_request', { pull_request: { base: { sha: '--upload-pack=x' } } }],
    ['pull_request_target', { pull_request: null }], ['merge_group', { merge_group: { base_sha: 'main' } }],
  ])('without a base that is a commit is not judged at all: %s %j', (event, payload) => {
    expect(() => occasionOf('auto', event, payload)).toThrow('action/no-base')
  })

  it.each(['issue_comment', 'workflow_run'])('that a workflow of the default branch checked out is judged by that branch: %s', (event) => {
    const main = 'a'.repeat(40)
    expect(occasionOf('auto', event, {})).toEqual({ mode: 'tune', base: null })
    for (const head of [sha, null]) {
      expect(occasionOf('auto', event, {}, { head })).toEqual({ mode: 'tune', base: main })
      expect(occasionOf('verify', event, {}, { head })).toEqual({ mode: 'verify', base: main })
      expect(() => occasionOf('tune', event, {}, { head, sha: '' })).toThrow('action/no-base')
    }
  })
})
