import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './support/architecture.ts'
import { startArtifactService } from './support/artifact-service.ts'
import { node24 } from './support/runner.ts'
import { needs } from './support/tools.ts'

/** A small network instead of the five stages: the workflow is what is tested here. */
const spec = `version: 1
name: digits
task: classification
data: { source: digits.csv.gz, target: -1, header: false, inputs: { shape: [64], scale: 0.0625 } }
model: { layers: [{ dense: { units: classes } }] }
levers: { optimization: { learningRate: 0.01 }, scheduling: { epochs: 2, warmupSteps: 0 } }
stages: [verify: { seeds: 2 }]
gates: [threshold: { metric: accuracy, min: 0.05 }]
`

/** A clone as a runner would check it out: what the job uses, committed. */
function repository(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'act-')), 'repository')
  for (const name of ['action.yml', 'dist', '.github', 'examples/digits']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  writeFileSync(join(folder, 'examples/digits/tuning.yml'), spec)
  const git = (...args: string[]): void => {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.org']
    const done = spawnSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`git ${args[0]}: ${done.stderr}`)
  }
  git('init', '--quiet', '--initial-branch=main')
  git('remote', 'add', 'origin', 'https://github.com/octo/nets.git')
  git('add', '--all')
  git('commit', '--quiet', '--message=all')
  return folder
}

interface Ended { readonly status: number | null; readonly log: string }

/** Runs one job of a workflow as a runner on this machine would, without Docker and without a network. */
function act(program: string, cwd: string, job: string, variables: Readonly<Record<string, string>>): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  mkdirSync(join(home, '.config/act'), { recursive: true })
  writeFileSync(join(home, '.config/act/actrc'), '')
  const set = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const env = { HOME: home, PATH: `${dirname(node24)}${delimiter}${process.env['PATH'] ?? ''}` }
  const args = ['push', '--job', job, '--platform', 'ubuntu-latest=-self-hosted', ...set]
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => { log += text })
  }
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (status) => resolve({ status, log })))
}

describe('our workflow', () => {
  it('runs the action of its own checkout, whose outputs later steps read', async (context) => {
    const program = needs(context, 'act')
    const service = await startArtifactService()
    try {
      const { status, log } = await act(program, repository(), 'tune', service.env)
      expect(log).toContain('Job succeeded')
      expect(status).toBe(0)
      expect(log).toMatch(/\|\s+pass\s*$/m)
      expect(log).toMatch(/\|\s+\{"optimization":\{.*"learningRate":0\.01/)
      expect(log).toMatch(/\|\s+https:\/\/github\.com\/octo\/nets\/actions\/runs\/\d+\/artifacts\/\d+\s*$/m)
      expect(service.artifacts().map((a) => a.name)).toEqual(['tunegate-digits', 'tunegate-digits.html'])
    } finally {
      await service.close()
    }
  })
})
