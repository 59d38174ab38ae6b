import { unzipSync } from 'fflate'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { root } from './support/architecture.ts'
import { startArtifactService } from './support/artifact-service.ts'
import type { ArtifactService } from './support/artifact-service.ts'
import { runStep } from './support/runner.ts'
import type { StepResult } from './support/runner.ts'
import { cpuFolder, missingCpu } from './support/tf-cpu.ts'
import { missingNative, nativeFolder } from './support/tf-native.ts'

// The committed bundle alone, as a runner has it: no node_modules beside it, and a blank in its path.
const action = join(mkdtempSync(join(tmpdir(), 'an action ')), 'dist')
const script = join(action, 'action', 'index.js')
let service: ArtifactService
let workspace: string

beforeAll(async () => {
  cpSync(join(root, 'dist'), action, { recursive: true })
  service = await startArtifactService()
})
afterAll(() => service.close())
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'check out '))
  mkdirSync(join(workspace, 'nets'))
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(workspace, 'nets/wine.csv'))
})

/** A study of a few seconds: a small network that is verified and not tuned. */
const spec = (least: number): string => `version: 1
name: wine
task: classification
preset: tabular-mlp
data: { source: wine.csv, target: class, inputs: auto, split: { validation: 0.25, test: 0.25, stratify: true } }
model: { layers: [{ dense: { units: 8, activation: relu } }, { dense: { units: classes } }] }
levers: { optimization: { learningRate: 0.01 }, batching: { batchSize: 16 }, scheduling: { epochs: 5, warmupSteps: 0 } }
stages: [verify: { seeds: 3 }]
gates: [threshold: { metric: accuracy, split: test, min: ${least} }]
`

function tune(text: string, inputs: Readonly<Record<string, string>> = {}, cancelAt?: RegExp): Promise<StepResult> {
  writeFileSync(join(workspace, 'nets/tuning.yml'), text)
  const step = { script, workspace, with: { spec: 'nets/tuning.yml', workers: '2', ...inputs }, env: service.env }
  return runStep(cancelAt ? { ...step, cancelAt } : step)
}

const notes = ({ commands }: StepResult): string[] =>
  commands
    .filter((c) => ['error', 'warning', 'notice'].includes(c.name))
    .map(
      ({ name, value, properties: p }) => `${p['file'] ? `${p['file']}:${p['line']}: ` : ''}${name} ${p['title']}: ${value}`,
    )

describe('the action', () => {
  it('tunes, and shows verdict, report and levers where GitHub does', async () => {
    const step = await tune(spec(0.05))
    expect(step.stderr).toBe('')
    expect(step.exitCode).toBe(0)
    expect(notes(step)[0]).toMatch(/^nets\/tuning\.yml:1: notice Verdict: pass: /)
    expect(step.outputs).toMatchObject({
      verdict: 'pass',
      lock: '.tunegate/wine/tuning.lock.json',
      'report-dir': '.tunegate/wine',
      'report-url': expect.stringMatching(/^https:\/\/github\.com\/octo\/nets\/actions\/runs\/77\/artifacts\/\d+$/),
    })
    const levers: unknown = JSON.parse(step.outputs['levers'] ?? '')
    expect(levers).toMatchObject({ optimization: { learningRate: 0.01 }, batching: { batchSize: 16 } })
    expect(step.summary).toMatch(/^#.*\n[\s\S]*pass/i)
    expect(step.summary).toContain('[Open the report]')
    const groups = step.commands.filter((c) => c.name === 'group').map((c) => c.value)
    expect(groups).toEqual(['Stage 1 of 1: verify'])
    expect(step.commands.filter((c) => c.name === 'endgroup')).toHaveLength(groups.length)
  })

  it('uploads what it wrote, the page on its own', async () => {
    const [folder, page] = service.artifacts()
    expect([folder?.name, page?.name]).toEqual(['tunegate-wine', 'tunegate-wine.html'])
    expect(page?.content.toString().slice(0, 15).toLowerCase()).toBe('<!doctype html>')
    const names = Object.keys(unzipSync(folder?.content ?? new Uint8Array()))
    const wanted = ['report.json', 'summary.md', 'report.html', 'tuning.lock.json', 'lineage.jsonl']
    expect(wanted.filter((name) => !names.includes(name))).toEqual([])
    expect(names.filter((n) => /^curves\/.*\.(csv|svg)$/.test(n)).length).toBeGreaterThan(3)
  })

  it('says nothing of the folders of the runner in what it publishes', async () => {
    await tune(spec(0.05))
    const folder = join(workspace, '.tunegate/wine')
    for (const name of ['report.json', 'summary.md', 'tuning.lock.json']) {
      const text = readFileSync(join(folder, name), 'utf8')
      expect(text).not.toContain(workspace)
      expect(text).not.toContain(action)
    }
  })

  it('fails the step where a gate fails, and says at which spec', async () => {
    const step = await tune(spec(0.999))
    expect(step.exitCode).toBe(1)
    expect(step.outputs['verdict']).toBe('fail')
    expect(notes(step)).toEqual([
      expect.stringMatching(/^nets\/tuning\.yml:1: error Verdict: fail: /),
      expect.stringMatching(/^nets\/tuning\.yml:9: error Gate: fail: /),
    ])
  })

  it('fails the step where nothing can be decided, unless the workflow says otherwise', async () => {
    // Three seeds give an interval for their SD that reaches over a factor of twelve; this cap is inside of it.
    const one = spec(0.05).replace('gates: [', 'gates: [seed-variance: { metric: nll, maxStd: 0.1 }, ')
    const strict = await tune(one)
    expect([strict.outputs['verdict'], strict.exitCode]).toEqual(['inconclusive', 1])
    const mild = await tune(one, { 'fail-on': 'fail' })
    expect([mild.outputs['verdict'], mild.exitCode]).toEqual(['inconclusive', 0])
    expect(notes(mild).some((n) => n.includes(' error '))).toBe(false)
  })

  it('writes where the workflow says', async () => {
    const step = await tune(spec(0.05), { out: 'build/report', artifact: 'false' })
    expect(step.outputs).toMatchObject({ 'report-dir': 'build/report', lock: 'build/report/tuning.lock.json' })
    expect(existsSync(join(workspace, 'build/report/report.json'))).toBe(true)
  })
})

describe('the engine', () => {
  // A folder that cannot be made: an install fails at once, without a network.
  const none = { TUNEGATE_ENGINE_DIR: '/proc/no-engine' }
  const noCompiler = { CXX: '/nowhere/c++' }
  const withEngine = (engine: string, env: Readonly<Record<string, string>>, text = spec(0.05)): Promise<StepResult> => {
    writeFileSync(join(workspace, 'nets/tuning.yml'), text)
    const inputs = { spec: 'nets/tuning.yml', workers: '2', artifact: 'false', engine }
    return runStep({ script, workspace, with: inputs, env: { ...service.env, ...env } })
  }
  const engineOf = (): string => {
    const report = readFileSync(join(workspace, '.tunegate/wine/report.json'), 'utf8')
    return (JSON.parse(report) as { study: { engine: string } }).study.engine
  }

  it('is the cpu engine, which is compiled for this step alone', async ({ skip }) => {
    if (cpuFolder === null) return skip(missingCpu)
    const step = await withEngine('auto', none)
    expect([step.exitCode, step.stderr]).toEqual([0, ''])
    expect(step.log).toContain('The cpu engine was compiled.')
    expect(step.log).not.toMatch(/tensorflow|no-engine/)
    expect(engineOf()).toBe('cpu 2')
  })

  it('is the native one where the runner has it and the cpu engine does not compile', async ({ skip }) => {
    if (nativeFolder === null) return skip(missingNative)
    const cxx = join(mkdtempSync(join(tmpdir(), 'cxx-')), 'c++')
    const refuses = 'case "$*" in *=native*) echo "error: no such processor" >&2; exit 1;; esac'
    writeFileSync(cxx, `#!/bin/sh\n${refuses}\nexec c++ "$@"\n`, { mode: 0o755 })
    const step = await withEngine('auto', { CXX: cxx, TUNEGATE_ENGINE_DIR: dirname(nativeFolder) })
    expect([step.exitCode, step.stderr]).toEqual([0, ''])
    expect(step.log).toMatch(/training on tensorflow: .* could not compile .*no such processor/)
    expect(step.log).toContain('The tensorflow engine is on this runner.')
    expect(engineOf()).toMatch(/^tensorflow /)
  })

  it.skipIf(process.platform !== 'linux')('is wasm where no other can be had, and the reasons are said', async () => {
    const step = await withEngine('auto', { ...noCompiler, ...none })
    expect(step.exitCode).toBe(0)
    expect(step.log).toMatch(/training on wasm: no C\+\+ compiler .*\/proc\/no-engine/)
    expect(step.summary).toMatch(/engine `wasm [^`]*` \(.*no-engine/)
  })

  it('is that of the lock that gates compare with, and no other is looked for', async () => {
    const compares = spec(0.05).replace('gates: [', 'gates: [regression: { metric: accuracy, margin: 0.2 }, ')
    const made = await tune(compares, { engine: 'wasm', 'fail-on': 'never', artifact: 'false' })
    const lock = join(workspace, 'nets/tuning.lock.json')
    copyFileSync(join(workspace, made.outputs['lock'] ?? ''), lock)
    try {
      const step = await withEngine('auto', none, compares)
      expect(step.log).toMatch(/training on wasm: tuning\.lock\.json was made on it, and gates do not compare engines/)
      expect(step.log).not.toMatch(/tensorflow|no-engine|compil/)
      expect(engineOf()).toMatch(/^wasm /)
    } finally {
      rmSync(lock)
    }
  })

  it.skipIf(process.platform !== 'linux')('is not replaced where it was asked for by name', async () => {
    const step = await withEngine('tensorflow', none)
    expect(step.exitCode).toBe(1)
    expect(notes(step)).toEqual([expect.stringContaining('/proc/no-engine')])
  })
})

describe('a cancelled job', () => {
  it('stops with a journal that the next one goes on from', async () => {
    const text = spec(0.05).replace('epochs: 5', 'epochs: 100').replace('seeds: 3', 'seeds: 6')
    const first = await tune(text, { workers: '1' }, /verify 1\//)
    expect([first.exitCode, first.outputs]).toEqual([1, { resumed: 'false' }])
    expect(first.log).toContain('Stopped.')
    expect(notes(first)).toEqual([])
    const second = await tune(text, { workers: '1' })
    expect(second.exitCode).toBe(0)
    expect(second.log).toMatch(/continuing after \d+ finished run/)
  })
})

describe('what a person gets wrong', () => {
  it('is shown at its lines, all of it, and nothing is trained', async () => {
    const step = await tune(spec(0.05).replace('learningRate', 'learningRat').replace('tabular-mlp', 'tabular-mpl'))
    expect(step.exitCode).toBe(1)
    expect(notes(step)).toEqual([
      expect.stringMatching(/^nets\/tuning\.yml:4: error spec\/.*tabular-mlp/s),
      expect.stringMatching(/^nets\/tuning\.yml:7: error spec\/.*learningRate/s),
    ])
    expect(step.summary).toContain('No verdict: the input is not valid')
    expect(step.outputs).toEqual({})
    expect(step.log + step.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
  })

  it.each([
    [{ spec: 'nets/none.yml' }, 'nets/none.yml'],
    [{ spec: '/etc/passwd' }, 'inside the workspace'],
    [{ engine: 'cuda' }, 'auto, cpu, tensorflow, wasm'],
    [{ stages: 'batch' }, 'verify'],
    [{ baseline: 'none.lock.json' }, 'none.lock.json'],
  ])('may be the inputs of the step: %j', async (inputs, reason) => {
    const step = await tune(spec(0.05), inputs)
    expect(step.exitCode).toBe(1)
    expect(notes(step)).toHaveLength(1)
    expect(notes(step)[0]).toContain(reason)
    expect(step.log + step.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
  })

  it('cannot command the runner, whatever the study is called', async () => {
    const step = await tune(spec(0.05).replace('name: wine', 'name: "::error::gotcha ##[error]gotcha"'))
    expect(step.commands.filter((c) => c.value.startsWith('gotcha'))).toEqual([])
    expect(step.log).not.toContain('##[error]')
  })
})
