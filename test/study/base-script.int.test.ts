import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engineHere } from '../../src/study/engine.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { root } from '../support/architecture.ts'
import { scriptSpec } from '../support/specs.ts'
import { bundleScript } from '../support/worker-bundle.ts'

// The script of another checkout as the baseline: `--base-spec ../base/tuning.yml`.
const scratch = mkdtempSync(join(tmpdir(), 'tunegate-base-script-'))
const workerScript = join(scratch, 'worker/index.mjs')
beforeAll(() => bundleScript('src/worker.ts', workerScript))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const spec = scriptSpec
const model = `version: 1
name: model
task: classification
data: { source: wine.csv, target: class, inputs: auto }
model: { layers: [{ dense: { units: classes } }] }
`
const script = readFileSync(join(root, 'test/support/trainers/fake.mjs'), 'utf8')
const worse = script.replace('=> [0, x.reduce', '=> [0, -x.reduce')

function checkout(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(scratch, 'checkout-'))
  for (const [path, text] of Object.entries({ 'tuning.yml': spec, 'train.mjs': script, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const compare = (head: string, base: string, env: Readonly<Record<string, string>> = {}) =>
  runStudy({
    specPath: join(head, 'tuning.yml'),
    workspace: head,
    outDir: join(head, 'out'),
    workers: 1,
    engine: engineHere('auto', dirname(workerScript)),
    workerScript,
    listener: () => {},
    startedAt: null,
    clock: () => performance.now(),
    env: { PATH: process.env['PATH'], ...env },
    baseline: { kind: 'spec', spec: { path: join(base, 'tuning.yml') } },
  })

describe('a script that is compared with the script of another checkout', () => {
  it('passes with equal seeds if only code moved', async () => {
    const moved = script.replace(
      "report({ type: 'end', status: 'complete' })",
      "const last = { type: 'end', status: 'complete' }\nreport(last)",
    )
    expect(moved).not.toBe(script)
    const { verdict } = await compare(checkout({ 'train.mjs': moved }), checkout({}))
    expect(verdict.status).toBe('pass')
    expect(verdict.gates[0]?.sentence).toMatch(/exactly the weights of model and levers of .*tuning\.yml/)
  })

  it('fails if it is worse, and passes if it is better, although both have the same levers', async () => {
    const [good, bad] = [checkout({}), checkout({ 'train.mjs': worse })]
    expect(worse).not.toBe(script)
    const fails = await compare(bad, good)
    expect([fails.verdict.status, fails.verdict.gates[0]?.status]).toEqual(['fail', 'fail'])
    expect((await compare(good, bad)).verdict.status).toBe('pass')
  })

  it('trains the base with its own levers and its own names of them', async () => {
    const renamed = checkout({
      'tuning.yml': spec
        .replace('weightDecay: wd }', 'weightDecay: decay }')
        .replace('stages:', 'levers: { optimization: { learningRate: 1.0e-9 } }\nstages:'),
      'train.mjs': script.replaceAll(/\bwd\b/g, 'decay'),
    })
    const { verdict } = await compare(checkout({}), renamed)
    expect(verdict.gates[0]?.estimate?.value).toBeLessThan(-0.03)
  })

  it('judges nothing if the base crashes', async () => {
    const crashes = script.replace('const next = random(seed)', 'throw new Error("no next")')
    expect(crashes).not.toBe(script)
    const { verdict } = await compare(checkout({}), checkout({ 'train.mjs': crashes }))
    expect(verdict.status).toBe('inconclusive')
  })

  it.each([
    ['pins other packages', { 'requirements.txt': 'torch==2.0\n' }, /pins other packages than this study/],
    [
      'is measured on other data',
      { 'train.mjs': script.replace(/classes: 2\b/, 'classes: 3') },
      /is measured on other data/,
    ],
    ['declares a model', { 'tuning.yml': model }, /declares a model, and this study does not/],
    ['is missing', { 'tuning.yml': spec.replace('train.mjs', 'gone.mjs') }, /does not describe itself/],
  ])('is refused before any training if the base %s', async (_, files, message) => {
    const base = checkout(files)
    copyFileSync(join(root, 'examples/wine/wine.csv'), join(base, 'wine.csv'))
    await expect(compare(checkout({}), base)).rejects.toThrow(message)
  })
})

describe('a script that reports a metric of its own', () => {
  const own = spec
    .replace('stages:', 'objective: score\nstages:')
    .replace(
      '  deterministic: off',
      '  metrics: { score: val_acc, cost: val_loss }\n  env: [SELF_REPORTED]\n  deterministic: off',
    )
    .replace(
      '{ metric: accuracy, margin: 0.03, split: test }',
      '{ metric: score, margin: 0.03 }\n  - regression: { metric: cost, margin: 0.05 }',
    )
  const SELF_REPORTED = '1'
  const reversed = script.replace('=> probability(x))', '=> 1 - probability(x))')

  it('is gated by it in its direction', async () => {
    expect(reversed).not.toBe(script)
    const [good, bad] = [checkout({ 'tuning.yml': own }), checkout({ 'tuning.yml': own, 'train.mjs': reversed })]
    const { verdict, report } = await compare(bad, good, { SELF_REPORTED })
    expect(verdict.gates.map(({ status }) => status)).toEqual(['fail', 'fail'])
    expect(report.data.notes).toContain('Here, cost is val_loss; lower is better.')
    const { verdict: other } = await compare(good, bad, { SELF_REPORTED })
    expect(other.gates.map(({ status }) => status)).toEqual(['pass', 'pass'])
  })

  it('is not asked for it if it reports predictions', async () => {
    const folder = checkout({ 'tuning.yml': own })
    await expect(compare(folder, folder)).rejects.toThrow(/the script reports predictions, which do not say this metric/)
  })
})
