import { describe, expect, it } from 'vitest'
import { occasionOf, occasionOfRequest } from '../../src/action/event.ts'

const sha = 'c'.repeat(40)
const push = (ref: string) => ({ ref, repository: { default_branch: 'main' } })
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
})
