import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitAll, git } from './act.ts'
import { root } from './architecture.ts'
import { startArtifactService, type ArtifactService } from './artifact-service.ts'
import { startRestEmulator, type RestEmulator } from './rest-emulator.ts'
import { eventFile, runStep, type StepResult } from './runner.ts'

type Words = Readonly<Record<string, string>>

/** The jobs of the workflow for comments as single steps of the bundled action, on one pull request of one repository. */
export interface CommentFlow {
  readonly github: RestEmulator
  readonly artifacts: ArtifactService
  readonly checkout: string
  /** The head of the pull request. */
  head(): string
  /** A file of the base commit, which the checkout of a runner does not have: it is asked from the API. */
  onBase(text: string, name?: string): void
  /** Commits the spec, beside other files, as the new head. */
  commit(spec: string, files?: Words): void
  /** The request that a comment gives; empty where nothing is to be run. */
  decide(body: string, run?: string, inputs?: Words): Promise<string>
  run(request: string, inputs?: Words, env?: Words, cancelAt?: RegExp): Promise<StepResult>
  publish(request: string, ended?: string, inputs?: Words, env?: Words): Promise<StepResult>
  comments(): string[]
  /** Any step of the action, in a workspace of the caller's. */
  step(inputs: Words, workspace: string): Promise<StepResult>
  close(): Promise<void>
}

export const baseCommit = 'c'.repeat(40)
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'empty-'))

/** `octocat` may write; the pull request is number 7. */
export async function startCommentFlow(): Promise<CommentFlow> {
  const [github, artifacts] = [await startRestEmulator(), await startArtifactService()]
  const checkout = mkdtempSync(join(tmpdir(), 'checkout-'))
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(checkout, 'wine.csv'))
  github.state.permissions.set('octocat', { permission: 'write', id: 5 })
  github.state.commits.add(baseCommit)
  github.state.contents.set(`wine.csv@${baseCommit}`, readFileSync(join(root, 'examples/wine/wine.csv')))
  let head = ''
  const step = (inputs: Words, workspace: string, env: Words = {}, cancelAt?: RegExp): Promise<StepResult> =>
    runStep({
      script: join(root, 'dist/action/index.js'),
      workspace,
      with: { token: github.token, engine: 'wasm', workers: '1', ...inputs },
      env: { ...artifacts.env, GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: 'issue_comment', ...env },
      ...(cancelAt ? { cancelAt } : {}),
    })
  return {
    github,
    artifacts,
    checkout,
    head: () => head,
    onBase: (text, name = 'tuning.yml') => void github.state.contents.set(`${name}@${baseCommit}`, text),
    commit: (spec, files = {}) => {
      const all = Object.entries({ 'tuning.yml': spec, ...files })
      for (const [name, text] of all) writeFileSync(join(checkout, name), text)
      git(checkout, 'init', '--quiet')
      commitAll(checkout)
      head = git(checkout, 'rev-parse', 'HEAD')
      github.state.commits.add(head)
      for (const [name, text] of all) github.state.contents.set(`${name}@${head}`, text)
      github.state.pulls.set(7, { heads: [head], base: baseCommit, state: 'open', headRepository: 1, timeline: [] })
    },
    decide: async (body, run = '77', inputs = {}) => {
      const event = eventFile({
        action: 'created',
        issue: { number: 7, pull_request: {} },
        comment: { id: 11, body, created_at: '2026-11-01T12:00:00Z', user: { login: 'octocat', id: 5 } },
      })
      const env = { GITHUB_EVENT_PATH: event, GITHUB_RUN_ID: run }
      const { exitCode, stderr, log, outputs } = await step({ mode: 'comment', ...inputs }, emptyFolder(), env)
      if (exitCode !== 0 || stderr !== '') throw new Error(`the comment was not decided on: ${stderr}${log}`)
      return outputs['request'] ?? ''
    },
    run: (request, inputs = {}, env = {}, cancelAt = undefined) => step({ request, ...inputs }, checkout, env, cancelAt),
    publish: (request, ended = 'success', inputs = {}, env = {}) =>
      step({ mode: 'publish', request, 'run-result': ended, ...inputs }, emptyFolder(), env),
    step,
    comments: () => github.state.comments.map((c) => c.body),
    close: async () => {
      await github.close()
      await artifacts.close()
    },
  }
}
