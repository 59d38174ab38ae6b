import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { git } from './act.ts'
import { root } from './architecture.ts'
import { startArtifactService, type ArtifactService } from './artifact-service.ts'
import { startRestEmulator, type RestEmulator } from './rest-emulator.ts'
import { pullPayload, runStep, startedBy, type StepResult } from './runner.ts'

type Words = Readonly<Record<string, string>>

/** A repository with a base commit and a change on top of it, beside the services that a step of the action talks to. */
export class Proposal {
  readonly github: RestEmulator
  readonly artifacts: ArtifactService
  /** The folder of the repository. */
  readonly folder: string
  base = ''
  head = ''

  private constructor(github: RestEmulator, artifacts: ArtifactService) {
    this.github = github
    this.artifacts = artifacts
    this.folder = mkdtempSync(join(tmpdir(), 'proposal-'))
    git(this.folder, 'init', '--quiet', '--initial-branch=main')
    this.put({ '.gitignore': '.tunegate/\n' })
  }

  static async start(): Promise<Proposal> {
    return new Proposal(await startRestEmulator(), await startArtifactService())
  }

  async close(): Promise<void> {
    await this.github.close()
    await this.artifacts.close()
  }

  /** Writes files by their path. */
  put(files: Words): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true })
      writeFileSync(join(this.folder, path), text)
    }
  }

  /** Puts the data of the wine example into a folder. */
  data(folder = '.'): void {
    mkdirSync(join(this.folder, folder), { recursive: true })
    copyFileSync(join(root, 'examples/wine/wine.csv'), join(this.folder, folder, 'wine.csv'))
  }

  commit(): string {
    git(this.folder, 'add', '--all')
    git(this.folder, 'commit', '--quiet', '--allow-empty', '--message=all')
    return git(this.folder, 'rev-parse', 'HEAD')
  }

  /** Commits the base. GitHub's API knows it too, with the files that are given by their text. */
  onBase(files: Words): void {
    this.put(files)
    this.base = this.commit()
    this.github.state.commits.add(this.base)
    for (const [path, text] of Object.entries(files)) this.github.state.contents.set(`${path}@${this.base}`, text)
  }

  /** Commits the change and opens pull request 7. */
  propose(files: Words = {}): void {
    this.put(files)
    this.head = this.commit()
    this.github.state.pulls.set(7, { heads: [this.head], base: this.base, state: 'open', headRepository: 1, timeline: [] })
  }

  /** One step of a workflow; of the pull request unless the variables say otherwise. */
  step(
    inputs: Words = {},
    { event = 'pull_request', payload, env = {}, workspace = this.folder }: Trigger = {},
  ): Promise<StepResult> {
    return runStep({
      script: join(root, 'dist/action/index.js'),
      workspace,
      with: { token: this.github.token, engine: 'wasm', workers: '1', ...inputs },
      env: {
        ...this.artifacts.env,
        GITHUB_API_URL: this.github.url,
        ...startedBy(event, payload ?? pullPayload(this.base, this.head)),
        ...env,
      },
    })
  }
}

export interface Trigger {
  readonly event?: string
  readonly payload?: unknown
  readonly env?: Words
  readonly workspace?: string
}

/** Exit code and verdict: what a required check shows. */
export const ended = ({ exitCode, outputs }: StepResult): readonly unknown[] => [exitCode, outputs['verdict']]
