import { unzipSync } from 'fflate'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { engineFolder } from '../src/cli/engine-folder.ts'
import { act, commitAll, git, onDefaultBranch, runNode } from './support/act.ts'
import { root } from './support/architecture.ts'
import { startArtifactService, type ArtifactService } from './support/artifact-service.ts'
import { smallSpec, twoStages } from './support/cli.ts'
import { digitsSpec } from './support/specs.ts'
import { nativeFolder } from './support/tf-native.ts'
import { needs } from './support/tools.ts'

/** A small network instead of the five stages: the workflow is what is tested here. */
const spec = digitsSpec({ epochs: 2, seeds: 2 })

/** All five stages. */
const small = smallSpec.replace('examples/digits/', '')

/** A clone as a runner would check it out: what the job uses, committed. */
function repository(text = spec): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'act-')), 'repository')
  for (const name of ['action.yml', 'dist', '.github', 'examples/digits']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  writeFileSync(join(folder, 'examples/digits/tuning.yml'), text)
  // Of the example's own study, which this is not.
  rmSync(join(folder, 'examples/digits/tuning.lock.json'))
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'remote', 'add', 'origin', 'https://github.com/octo/nets.git')
  return commitAll(folder)
}

/** The native engine where this machine has it; a folder that cannot be made where not, so that nothing is downloaded. */
const engines = nativeFolder === null ? '/proc/no-engine' : engineFolder()

/** Jobs that act says have failed, with what they said last. */
const failures = (log: string): string[] => log.split('\n').filter((line) => /Job failed|::error|❗/.test(line))

/** The lock in the report that the gate uploads. */
function lockIn(service: ArtifactService): string {
  const report = service.artifacts().find((a) => a.name === 'tunegate-small')
  return Buffer.from(unzipSync(report?.content ?? new Uint8Array())['tuning.lock.json'] ?? []).toString()
}

describe('our workflow', () => {
  it('runs the action of its own checkout, whose outputs later steps read', async (context) => {
    const program = needs(context, 'act')
    const service = await startArtifactService()
    try {
      const variables = { ...service.env, TUNEGATE_ENGINE_DIR: engines }
      const { status, log } = await act(program, repository(), ['push', '--job', 'tune', ...onDefaultBranch()], variables)
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

/** The lock of the same study in one process. */
function lockAlone(folder: string): string {
  expect(runNode(folder, 'dist/cli/index.js', 'run', 'examples/digits/tuning.yml', '--engine', 'wasm').status).toBe(0)
  return readFileSync(join(folder, '.tunegate/small/tuning.lock.json'), 'utf8')
}

describe('the reusable workflow', () => {
  it('comes to the lock of the study in one process, and hands its verdict on', async (context) => {
    const program = needs(context, 'act')
    const service = await startArtifactService()
    try {
      const folder = repository(small)
      const path = join(folder, '.github/workflows/tune.yml')
      const text = readFileSync(path, 'utf8')
      expect(text).toContain('uses: tunegate/tunegate@')
      writeFileSync(path, text.replaceAll(/uses: tunegate\/tunegate@\S+/g, 'uses: ./'))
      const shown = readFileSync(join(root, 'examples/workflows/tune-all.yml'), 'utf8')
      expect(shown).toContain('uses: tunegate/tunegate/.github/workflows/tune.yml@')
      const here = shown
        .replace(/uses: \S+/, 'uses: ./.github/workflows/tune.yml')
        .replace('spec: tuning.yml', 'spec: examples/digits/tuning.yml\n      engine: wasm')
      writeFileSync(join(folder, '.github/workflows/caller.yml'), `${here.replace("'8'", "'2'")}${after}`)
      commitAll(folder)
      const { status, log } = await act(
        program,
        folder,
        ['workflow_dispatch', '--workflows', '.github/workflows/caller.yml', ...onDefaultBranch()],
        { ...service.env, TUNEGATE_ENGINE_DIR: engines },
      )
      if (process.env['ACT_LOG']) writeFileSync(process.env['ACT_LOG'], log)
      expect(failures(log)).toEqual([])
      expect(status).toBe(0)
      expect(log).toMatch(/\|\s+verdict=pass\s*$/m)
      expect(lockIn(service)).toBe(lockAlone(folder))
    } finally {
      await service.close()
    }
  })
})

/** A job that reads what the reusable workflow gives out. */
const after = `  after:
    needs: tune
    runs-on: ubuntu-latest
    steps:
      - run: echo "verdict=\${{ needs.tune.outputs.verdict }}"
`

describe('a compiled workflow', () => {
  it('fans out over jobs and comes to the lock of the study in one process', async (context) => {
    const program = needs(context, 'act')
    const service = await startArtifactService()
    try {
      // The jobs of every stage are written alike: a first and a last one are enough to hand on, and to be handed on to.
      const folder = repository(twoStages(small))
      expect(
        runNode(
          folder,
          'dist/cli/index.js',
          'compile',
          'examples/digits/tuning.yml',
          '--target',
          'workflow',
          '--uses',
          './',
          '--shards',
          '3',
          '--engine',
          'wasm',
          '--output',
          '.github/workflows/fan-out.yml',
        ).status,
      ).toBe(0)
      commitAll(folder)
      const { status, log } = await act(
        program,
        folder,
        ['workflow_dispatch', '--workflows', '.github/workflows/fan-out.yml', ...onDefaultBranch()],
        { ...service.env, TUNEGATE_ENGINE_DIR: engines },
      )
      if (process.env['ACT_LOG']) writeFileSync(process.env['ACT_LOG'], log)
      expect(failures(log)).toEqual([])
      expect(status).toBe(0)
      expect(lockIn(service)).toBe(lockAlone(folder))
      const names = service.artifacts().map((a) => a.name.replace(/^tunegate-[0-9a-f]{12}-/, ''))
      expect(names).toEqual(expect.arrayContaining(['after-plan-1.gz', 'verify-3of3-1.gz', 'after-verify-1.gz']))
    } finally {
      await service.close()
    }
  })
})
