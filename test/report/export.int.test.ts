import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { exportDefinitions, exportNamed } from '../../src/report/exports/index.ts'
import { lockNameOf } from '../../src/report/lock-name.ts'
import { leverNames, leverValue } from '../../src/records/levers.ts'
import { buildReport } from '../../src/report/build.ts'
import { writeReport } from '../../src/study/write-report.ts'
import { exportStudy } from '../../src/study/export-study.ts'
import { hostile } from '../support/hostile.ts'
import { fakeStudy } from '../support/study.ts'
import { needs } from '../support/tools.ts'
import { Journal } from '../../src/run/journal.ts'
import { root } from '../support/architecture.ts'

const scratch = mkdtempSync(join(tmpdir(), 'tunegate export '))
const study = fakeStudy({ hostile, diverging: [1] })
const report = buildReport(study.input)
const run = join(scratch, 'run')
const winner = study.results.find((r) => r.id === report.verification?.seeds[0]?.candidate.run)
const nameOf = (result: typeof winner): string =>
  `${result?.request.stage}: ${result?.request.label}, seed ${result?.request.seed}`

beforeAll(async () => {
  await writeReport(report, run, study.runs())
  const header = { journal: 1, workload: 'w', spec: 's', data: 'd', engine: 'e' } as const
  const journal = await Journal.open(join(run, 'journal.jsonl'), header)
  for (const result of study.results) await journal.append(result)
  await journal.close()
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** What the tool itself reads from an export of the study. */
async function seenBy(context: TestContext, target: string, script: string): Promise<Seen> {
  const python = needs(context, 'python-readers')
  const folder = join(scratch, target)
  await exportStudy(run, exportNamed(target), folder)
  const { status, stdout, stderr } = spawnSync(python, [join(root, 'test/report/readers', script), folder], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  expect(status, stderr.slice(-3000)).toBe(0)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Seen
}

/** What a reader prints; each test says what it expects of it. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of five other tools, compared value by value below
type Seen = any

/** Single precision: TensorBoard keeps scalars so. */
const close = (found: readonly (readonly number[])[], wanted: readonly number[]): void => {
  expect(found.map(([step]) => step)).toEqual(wanted.map((_, i) => i + 1))
  for (const [i, value] of wanted.entries()) expect(found[i]?.[1]).toBeCloseTo(value, 4)
}

const chosen = Object.fromEntries(leverNames.map((name) => [name, leverValue(report.levers.chosen, name)]))

describe('what the tools themselves read', () => {
  test('TensorBoard: curves as scalars, levers as hyperparameters, verdict and lineage as text', async (context) => {
    const seen = await seenBy(context, 'tensorboard', 'read_tensorboard.py')
    expect(Object.keys(seen)).toHaveLength(study.results.length + 1)
    const folder = Object.keys(seen).find((name) => name.endsWith(winner?.id.slice(0, 12) ?? '?')) ?? ''
    close(seen[folder].scalars['train/loss'], winner?.steps.loss ?? [])
    expect(seen[folder].hparams).toMatchObject({
      learningRate: winner?.request.levers.optimization.learningRate,
      seed: winner?.request.seed,
    })
    expect(seen.study.texts['verdict/text_summary']).toContain(report.verdict.sentence)
    expect(seen.study.texts['lineage/text_summary']).toContain(report.lineage[0]?.lever)
  })

  test('MLflow: params, metric histories, nested runs, tags and artifacts; also after its own migration', async (context) => {
    const seen = await seenBy(context, 'mlflow', 'read_mlflow.py')
    for (const store of [seen.files, seen.migrated]) {
      expect(store.experiment).toBe(report.study.name)
      expect(Object.keys(store.runs)).toHaveLength(study.results.length + 1)
      const whole = store.runs[report.study.name]
      expect(whole.params).toEqual(Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, String(value)])))
      expect(whole.tags['tunegate.verdict']).toBe(report.verdict.status)
      expect(whole.artifacts).toEqual(
        expect.arrayContaining(['lineage.jsonl', 'report.html', 'report.json', lockNameOf(report.study.specFile)]),
      )
      const one = store.runs[nameOf(winner)]
      expect(one.tags['mlflow.parentRunId']).toBe(whole.id)
      expect(one.loss.map(([, value]: [number, number]) => value)).toEqual(winner?.steps.loss)
      expect(Object.values(store.runs).filter((r) => (r as Seen).status === 'FAILED')).toHaveLength(
        study.results.filter((r) => r.status !== 'complete').length,
      )
    }
  })

  test('Weights & Biases: config, history, summary, exit codes, and the study with its verdict', async (context) => {
    const seen = await seenBy(context, 'wandb', 'read_wandb.py')
    expect(Object.keys(seen)).toHaveLength(study.results.length + 1)
    const one = seen[nameOf(winner)]
    expect(one).toMatchObject({ project: report.study.name, job: 'verify', exit: 0 })
    expect(one.config.learningRate).toBe(winner?.request.levers.optimization.learningRate)
    expect(one.history.slice(0, winner?.steps.loss.length).map((row: Seen) => row['train/loss'])).toEqual(winner?.steps.loss)
    expect(seen[report.study.name].notes).toContain(report.verdict.sentence)
    expect(seen[report.study.name].summary.lineage).toEqual(report.lineage)
    const failed = study.results.find((r) => r.status === 'diverged')
    expect(seen[nameOf(failed)].exit).toBe(1)
  })

  test('Vega-Lite: every chart is valid and can be drawn', async (context) => {
    const seen = await seenBy(context, 'vega-lite', 'read_vega_lite.py')
    const drawn = readdirSync(join(run, 'curves'))
      .filter((name) => name.endsWith('.svg'))
      .map((name) => name.replace('.svg', '.vl.json'))
    expect(Object.keys(seen).sort()).toEqual(drawn.sort())
    for (const size of Object.values(seen)) expect(size).toBeGreaterThan(1000)
  })

  test('DVC: levers as params, means as metrics, curves as plots', async (context) => {
    const seen = await seenBy(context, 'dvc', 'read_dvc.py')
    const { data } = Object.values(seen.metrics)[0] as Seen
    expect(data['metrics.json'].data.verdict).toBe(report.verdict.status)
    const nll = report.verification?.metrics.find((m) => m.metric === 'nll' && m.split === 'validation')
    expect(data['metrics.json'].data.winner.validation.nll).toBeCloseTo(nll?.candidate.mean ?? NaN, 6)
    expect(seen.params).toEqual(report.levers.chosen)
    expect(Object.keys(seen.plots.data)).toEqual(expect.arrayContaining(['train/loss', 'validation/nll']))
  })
})

describe('an export', () => {
  test.each(exportDefinitions)('to $name refuses a folder that is not empty', async (tool) => {
    await expect(exportStudy(run, tool, run)).rejects.toMatchObject({ diagnostics: [{ code: 'export/not-empty' }] })
  })

  test('says which runs the journal lacks', async () => {
    const bare = join(scratch, 'bare')
    await writeReport(report, bare, study.runs())
    const exported = exportStudy(bare, exportNamed('wandb'), join(scratch, 'bare-out'))
    await expect(exported).rejects.toMatchObject({ diagnostics: [{ code: 'report/runs-missing' }] })
  })
})
