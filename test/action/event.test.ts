import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { triggerOf as trigger, triggerOfRequest, type Trigger, type Started } from '../../src/action/event.ts'
import type { Mode } from '../../src/github/inputs.ts'

const [own, base, head, foreign] = ['a', 'c', 'd', 'f'].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
  string,
]
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
  name: string
  examples: readonly { action?: string }[]
}[]
const repository = { default_branch: 'main' }
const push = (ref: string) => ({ ref, repository })
const pull = { pull_request: { base: { sha: base }, head: { sha: head } }, repository }
const group = { merge_group: { base_sha: base, head_sha: own }, repository }
/** A workflow of the default branch, whose commit is checked out. */
const started = { sha: own, ref: 'refs/heads/main', head: own }
const triggerOf = (mode: Mode, eventName: string, payload: unknown, more: Partial<Started> = {}): Trigger =>
  trigger(mode, { eventName, ...started, ...more }, payload)

describe('what a step does', () => {
  it.each([
    ['pull_request', pull, { mode: 'verify', base }],
    ['pull_request_review', pull, { mode: 'verify', base }],
    ['pull_request_review_comment', pull, { mode: 'verify', base }],
    ['merge_group', group, { mode: 'verify', base }],
    ['push', push('refs/heads/main'), { mode: 'refresh', base: null }],
    ['schedule', { repository }, { mode: 'tune', base: null }],
    ['workflow_dispatch', { repository }, { mode: 'tune', base: null }],
    ['', undefined, { mode: 'tune', base: null }],
  ])('follows from %s with %j', (event, payload, expected) => {
    expect(triggerOf('auto', event, payload)).toEqual(expected)
  })

  // GitHub's own examples of the payloads.
  it.each([
    ['pull_request', 'opened', 'verify'],
    ['pull_request', 'synchronize', 'verify'],
    ['merge_group', 'checks_requested', 'verify'],
    ['push', undefined, 'refresh'],
    ['workflow_dispatch', undefined, 'tune'],
  ])('is read from a real payload of %s %s', (name, action, mode) => {
    const payload = examples.find((e) => e.name === name)?.examples.find((p) => action === undefined || p.action === action)
    expect(payload).toBeDefined()
    const ref = /"default_branch":"(\w+)"/.exec(JSON.stringify(payload))?.[1]
    const found = triggerOf('auto', name, payload, { ref: `refs/heads/${ref}` })
    expect(found.mode).toBe(mode)
    if (action === undefined) expect(found.base).toBeNull()
    else expect(found.base).toMatch(/^[0-9a-f]{40}$/)
  })

  it('is what the workflow says, where it says something', () => {
    expect(triggerOf('verify', 'workflow_dispatch', { repository })).toEqual({ mode: 'verify', base: null })
    expect(triggerOf('refresh', 'schedule', { repository })).toEqual({ mode: 'refresh', base: null })
  })

  it('is what a comment asks for', () => {
    const request = {
      pull: 7,
      sha: base,
      base,
      into: 'main',
      gates: null,
      comment: 11,
      options: { seeds: null, trials: null, minutes: null, stages: null },
    }
    expect(triggerOfRequest({ ...request, command: 'verify' })).toEqual({ mode: 'verify', base })
    expect(triggerOfRequest({ ...request, command: 'tune' })).toEqual({ mode: 'tune', base })
  })
})

describe('attack 8: a pull request', () => {
  it.each(['tune', 'plan', 'shard', 'stage', 'gate'] as const)('has its base whatever the mode is: %s', (mode) => {
    expect(triggerOf(mode, 'pull_request', pull)).toEqual({ mode: 'tune', base })
  })

  it.each([
    ['pull_request', undefined],
    ['pull_request', {}],
    ['pull_request', { pull_request: { base: { sha: '--upload-pack=x' } } }],
    ['pull_request_target', { pull_request: null }],
    ['merge_group', { merge_group: { base_sha: 'main' } }],
  ])('without a base that is a commit is not judged at all: %s %j', (event, payload) => {
    expect(() => triggerOf('auto', event, payload)).toThrow('action/no-base')
  })
})

/** All events that start workflows, apart from those of a change, and some that GitHub does not have. */
const others = [
  'branch_protection_rule',
  'check_run',
  'check_suite',
  'create',
  'delete',
  'deployment',
  'deployment_status',
  'discussion',
  'discussion_comment',
  'fork',
  'gollum',
  'image_version',
  'issue_comment',
  'issues',
  'label',
  'milestone',
  'page_build',
  'project',
  'public',
  'registry_package',
  'push',
  'release',
  'repository_dispatch',
  'schedule',
  'status',
  'watch',
  'workflow_dispatch',
  'workflow_run',
  'pull_request_',
  'pull_requests',
  'PULL_REQUEST',
  'toString',
  'x',
]

describe('attack 15: the event', () => {
  it.each(others)('%s runs the own commit of the default branch and no other', (event) => {
    for (const mode of ['tune', 'gate'] as const)
      expect(triggerOf(mode, event, { repository })).toEqual({ mode: 'tune', base: null })
    expect(triggerOf('auto', event, { repository })).toEqual({ mode: event === 'push' ? 'refresh' : 'tune', base: null })
    expect(triggerOf('verify', event, { repository })).toEqual({ mode: 'verify', base: null })
    for (const mode of ['auto', 'tune', 'verify', 'refresh', 'gate'] as const) {
      // Somebody's head, and a job without a checkout.
      for (const other of [head, foreign, null])
        expect(() => triggerOf(mode, event, { ...pull, repository }, { head: other })).toThrow('action/commit')
    }
  })

  it.each(others)('%s does not run for another branch, where its own commit is the foreign one', (event) => {
    for (const ref of ['refs/heads/other', 'refs/tags/main', 'refs/pull/7/merge', 'main', '']) {
      expect(() => triggerOf('auto', event, { repository }, { ref })).toThrow('action/event')
    }
    expect(() => triggerOf('verify', event, push('refs/heads/other'), { ref: 'refs/heads/other' })).toThrow('action/event')
    for (const payload of [undefined, {}, { repository: null }, { repository: { default_branch: '' } }]) {
      expect(() => triggerOf('auto', event, payload, { ref: 'refs/heads/' })).toThrow('action/event')
    }
  })

  it.each([
    ['pull_request', pull, [head, own], [base, foreign, null]],
    ['pull_request_review', pull, [head, own], [base, foreign, null]],
    ['pull_request_review_comment', pull, [head, own], [base, foreign, null]],
    ['merge_group', group, [own], [base, head, null]],
    // The commit that the runner names is one of the base branch.
    ['pull_request_target', pull, [head], [base, own, foreign, null]],
  ])('%s judges the head or its merge and nothing else', (event, payload, allowed, refused) => {
    for (const commit of allowed)
      expect(triggerOf('auto', event, payload, { head: commit })).toEqual({ mode: 'verify', base })
    for (const commit of refused) expect(() => triggerOf('auto', event, payload, { head: commit })).toThrow('action/commit')
  })
})
