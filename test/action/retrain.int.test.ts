import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { runStep, type StepResult } from '../support/runner.ts'

const spec = `version: 1
name: wine
task: classification
data: { source: wine.csv, target: class, inputs: auto }
model: { layers: [{ dense: { units: classes } }] }
levers: { optimization: { learningRate: 0.02 }, batching: { batchSize: 16 }, scheduling: { epochs: 10, warmupSteps: 0 } }
stages: [verify: { seeds: 5 }]
gates:
  - regression: { metric: accuracy, margin: 0.2 }
  - training-time: { maxRatio: 20 }
  - model-size: { maxRatio: 1.5 }
`
const otherSplit = spec.replace('inputs: auto', 'inputs: auto, split: { validation: 0.3 }')

let checkout: string
let base: string

/** A default branch with a spec and the lock of its study. */
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'retrain-'))
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(checkout, 'wine.csv'))
  writeFileSync(join(checkout, 'tuning.yml'), spec)
  writeFileSync(join(checkout, '.gitignore'), 'out/\n.tunegate/\n')
  // It ends with 3: a lock that is yet to be committed has no times, and here there is none.
  execFileSync(process.execPath, [join(root, 'dist/cli/index.js'), 'run', 'tuning.yml', '--engine', 'wasm', '--out', 'out'], { cwd: checkout, stdio: 'ignore' })
  copyFileSync(join(checkout, 'out/tuning.lock.json'), join(checkout, 'tuning.lock.json'))
  git(checkout, 'init', '--quiet')
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--message=base')
  base = git(checkout, 'rev-parse', 'HEAD')
})

async function pull(
  text: string, inputs: Readonly<Record<string, string>>, data?: (rows: string) => string,
): Promise<StepResult & { readonly gates: readonly string[] }> {
  git(checkout, 'switch', '--quiet', '--detach', base)
  const file = join(checkout, 'wine.csv')
  if (data) writeFileSync(file, data(readFileSync(file, 'utf8')))
  writeFileSync(join(checkout, 'tuning.yml'), text)
  git(checkout, 'commit', '--quiet', '--all', '--allow-empty', '--message=change')
  const path = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json')
  writeFileSync(path, JSON.stringify({ pull_request: { number: 7, base: { sha: base, ref: 'main' }, head: { sha: git(checkout, 'rev-parse', 'HEAD') } } }))
  const result = await runStep({
    script: join(root, 'dist/action/index.js'), workspace: checkout, with: { engine: 'wasm', workers: '1', artifact: 'false', ...inputs },
    env: { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path },
  })
  const gates = [...(result.summary ?? '').matchAll(/^\| \S+ (pass|fail|inconclusive) \| ([a-z-]+)/gm)].map((m) => `${m[2]} ${m[1]}`)
  return { ...result, gates }
}

describe('a pull request that changes the split', () => {
  it('keeps the split of its base, and so the lock to compare with', async () => {
    const { gates, log } = await pull(otherSplit, {})
    expect(gates).toEqual(['regression pass', 'training-time inconclusive', 'model-size pass'])
    expect(log).toContain('it was judged with')
  })

  it('has nothing to compare with in the lock of its base where it changes the data, which is named, before the training too, and red', async () => {
    const withoutLast = (rows: string): string => rows.trimEnd().replace(/\n[^\n]*$/, '\n')
    const { exitCode, gates, summary, commands } = await pull(otherSplit, {}, withoutLast)
    expect(exitCode).toBe(1)
    expect(gates).toEqual(['regression inconclusive', 'training-time inconclusive', 'model-size inconclusive'])
    expect(summary).toContain('was made from other data or another split')
    const warning = commands.find((c) => c.name === 'warning' && c.properties['title'] === 'gate/not-comparable')
    expect(warning?.properties).toMatchObject({ file: 'tuning.yml', line: '9' })
  })

  it('is compared with what its base commit has, trained beside it on the new split; green where it is as good', async () => {
    const { exitCode, gates, summary } = await pull(otherSplit, { baseline: 'retrain' })
    expect(gates).toEqual(['regression pass', 'training-time pass', 'model-size pass'])
    expect(summary).toMatch(/against model and levers of tuning\\?\.yml of the base commit, retrained on the same seeds|the very weights of model and levers of tuning/)
    expect(summary).toContain(`git show ${base}:tuning.yml > base-tuning.yml && tunegate run tuning.yml --stages verify --base-spec base-tuning.yml`)
    expect(exitCode).toBe(0)
  })

  it('is red where it is worse than what its base commit has, retrained', async () => {
    const { exitCode, gates } = await pull(otherSplit.replace('learningRate: 0.02', 'learningRate: 0.00001'), { baseline: 'retrain' })
    expect(gates).toEqual(['regression fail', 'training-time pass', 'model-size pass'])
    expect(exitCode).toBe(1)
  })

  it('is red where its model grows beyond what the gate of its base allows, and it is said beforehand for a lock', async () => {
    const wide = spec.replace('layers: [', 'layers: [{ dense: { units: 32, activation: relu } }, ')
    const { gates, commands } = await pull(wide, {})
    expect(gates).toContain('model-size fail')
    expect(commands.find((c) => c.properties['title'] === 'gate/fails-already')?.value).toContain('fails, whatever is trained')
    expect((await pull(wide, { baseline: 'retrain' })).gates).toContain('model-size fail')
  })
})

describe('two baselines', () => {
  it('are refused', async () => {
    const { exitCode, log } = await pull(spec, { baseline: 'lock', 'base-spec': 'tuning.yml' })
    expect(exitCode).toBe(1)
    expect(log).toContain('two baselines are named')
  })
})
