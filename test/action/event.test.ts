import { describe, expect, it } from 'vitest'
import { occasionOf } from '../../src/action/event.ts'

const sha = 'c'.repeat(40)
const push = (ref: string) => ({ ref, repository: { default_branch: 'main' } })

describe('what a step does', () => {
  it.each([
    ['pull_request', { pull_request: { base: { sha } } }, { mode: 'verify', base: sha }],
    ['push', push('refs/heads/main'), { mode: 'refresh', base: null }],
    ['push', push('refs/heads/other'), { mode: 'verify', base: null }],
    ['push', push('refs/tags/main'), { mode: 'verify', base: null }],
    ['schedule', {}, { mode: 'tune', base: null }], ['workflow_dispatch', {}, { mode: 'tune', base: null }], ['', undefined, { mode: 'tune', base: null }],
  ])('follows from %s', (event, payload, expected) => {
    expect(occasionOf('auto', event, payload)).toEqual(expected)
  })

  it('is what the workflow says, where it says something', () => {
    expect(occasionOf('tune', 'pull_request', { pull_request: { base: { sha } } })).toEqual({ mode: 'tune', base: sha })
    expect(occasionOf('verify', 'workflow_dispatch', {})).toEqual({ mode: 'verify', base: null })
  })

  it('takes nothing for a commit that is none', () => {
    expect(occasionOf('auto', 'pull_request', { pull_request: { base: { sha: '--upload-pack=x' } } }).base).toBeNull()
  })
})
