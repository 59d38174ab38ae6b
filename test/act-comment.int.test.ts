import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { commentWorkflow, noCommit } from '../src/cli/workflows/comment.ts'
import { act, emulatedAction, git } from './support/act.ts'
import { root } from './support/architecture.ts'
import { startArtifactService, type ArtifactService } from './support/artifact-service.ts'
import { startRestEmulator, type RestEmulator } from './support/rest-emulator.ts'
import { eventFile } from './support/runner.ts'
import { wineSpec } from './support/specs.ts'
import { needs } from './support/tools.ts'

const spec = wineSpec()

/** The default branch with the workflow alone, and the commit of a pull request that brings spec and data. */
function repository(): { readonly folder: string; readonly base: string; readonly head: string } {
  const folder = mkdtempSync(join(tmpdir(), 'act-comment-'))
  mkdirSync(join(folder, '.github/workflows'), { recursive: true })
  // The engine is named so that nothing is installed.
  const text = commentWorkflow({ spec: 'tuning.yml', uses: noCommit }).replace(
    /^( +)request: .*\n(?=\n)/m,
    '$&$1engine: wasm\n',
  )
  writeFileSync(join(folder, '.github/workflows/tunegate-comment.yml'), text)
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  git(folder, 'remote', 'add', 'origin', 'https://github.com/octo/nets.git')
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message=base')
  const base = git(folder, 'rev-parse', 'HEAD')
  git(folder, 'checkout', '--quiet', '-b', 'change')
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(folder, 'wine.csv'))
  writeFileSync(join(folder, 'tuning.yml'), spec)
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message=change')
  const head = git(folder, 'rev-parse', 'HEAD')
  git(folder, 'checkout', '--quiet', 'main')
  return { folder, base, head }
}

/** In place of actions/checkout, which a machine without a network cannot get: the same inputs, from a folder. */
function checkoutAction(): string {
  const folder = mkdtempSync(join(tmpdir(), 'checkout-action-'))
  writeFileSync(
    join(folder, 'action.yml'),
    `name: checkout
description: from a folder
inputs: { ref: { description: commit, required: true }, persist-credentials: { description: unused, default: 'true' } }
runs: { using: node24, main: index.mjs }
`,
  )
  writeFileSync(
    join(folder, 'index.mjs'),
    `import { execFileSync } from 'node:child_process'
const git = (...args) => execFileSync('git', args, { cwd: process.env.GITHUB_WORKSPACE, stdio: 'inherit' })
git('init', '--quiet')
git('fetch', '--quiet', process.env.TEST_ORIGIN, process.env.INPUT_REF)
git('checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD')
`,
  )
  return folder
}

interface Played {
  readonly status: number | null
  readonly log: string
  readonly github: RestEmulator
  readonly artifacts: ArtifactService
  readonly head: string
}

/** What the workflow makes of a new comment on a pull request, in all its jobs. */
async function comment(
  context: TestContext,
  body: (head: string) => string,
  check: (played: Played) => void,
): Promise<void> {
  const program = needs(context, 'act')
  const [github, artifacts] = [await startRestEmulator(), await startArtifactService()]
  try {
    const { folder, base, head } = repository()
    github.state.permissions.set('octocat', { permission: 'write', id: 5 })
    for (const sha of [base, head]) github.state.commits.add(sha)
    // The base has no spec, so the job that publishes asks for the head's.
    github.state.contents.set(`tuning.yml@${head}`, `${git(folder, 'show', `${head}:tuning.yml`)}\n`)
    github.state.pulls.set(7, { heads: [head], base, state: 'open', headRepository: 1, timeline: [] })
    const event = eventFile({
      action: 'created',
      issue: { number: 7, pull_request: { url: 'https://api.github.com/repos/octo/nets/pulls/7' } },
      comment: { id: 11, body: body(head), created_at: '2026-11-01T12:00:00Z', user: { login: 'octocat', id: 5 } },
      repository: { full_name: 'octo/nets', default_branch: 'main' },
      sender: { login: 'octocat' },
    })
    const what = [
      'issue_comment',
      '--eventpath',
      event,
      '--secret',
      `GITHUB_TOKEN=${github.token}`,
      '--local-repository',
      `${noCommit}=${emulatedAction(mkdtempSync(join(tmpdir(), 'our-action-')))}`,
      '--local-repository',
      `actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1=${checkoutAction()}`,
    ]
    check({
      ...(await act(program, folder, what, { ...artifacts.env, TEST_API_URL: github.url, TEST_ORIGIN: folder })),
      github,
      artifacts,
      head,
    })
  } finally {
    await github.close()
    await artifacts.close()
  }
}

describe('the workflow for comments', () => {
  it('decides, runs and publishes in its three jobs', (context) =>
    comment(
      context,
      (head) => `/tune verify ${head} seeds=4`,
      ({ status, log, github, artifacts, head }) => {
        expect(log).not.toMatch(/Job failed|::error/)
        expect(status).toBe(0)
        expect(github.state.comments.map((c) => c.body)).toEqual([
          expect.stringMatching(/^<!-- tunegate:report of=[0-9a-f]{12} run=\d+ -->\n### .*pass/),
        ])
        expect(github.state.checkRuns).toMatchObject([{ name: 'tunegate', head_sha: head, conclusion: 'success' }])
        expect(github.state.statuses).toMatchObject([{ sha: head, state: 'success' }])
        expect(github.state.reactions.map((r) => r.content)).toEqual(['eyes', '+1'])
        expect(artifacts.artifacts().map((a) => a.name)).toContain('tunegate-result-1.json')
      },
    ))

  it('trains and publishes nothing for /tune cancel, and enters the group of the run that it ends', (context) =>
    comment(
      context,
      () => '/tune cancel',
      ({ status, log, github, artifacts }) => {
        expect(log).not.toMatch(/Job failed|::error/)
        expect(status).toBe(0)
        expect(log).toMatch(/Run\s*\].*Job succeeded/)
        expect(log).not.toMatch(/Publish\s*\]/)
        expect(github.state.comments.map((c) => c.body)).toEqual([expect.stringContaining('### Cancelled')])
        expect([github.state.checkRuns, github.state.statuses, artifacts.artifacts()]).toEqual([[], [], []])
        expect(github.state.reactions.map((r) => r.content)).toEqual(['eyes'])
      },
    ))

  it('starts no run for what is refused', (context) =>
    comment(
      context,
      () => '/tune verify 0123456789',
      ({ status, log, github }) => {
        expect(status).toBe(0)
        expect(log).not.toMatch(/(Run|Publish)\s*\]/)
        expect(github.state.comments.map((c) => c.body)).toEqual([expect.stringContaining('can be forged')])
      },
    ))
})
