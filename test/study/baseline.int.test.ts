import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import type { RunEvent } from '../../src/run/events.ts'
import type { Baseline } from '../../src/study/baseline.ts'
import { gateStudy, planStudy } from '../../src/study/fan-out.ts'
import { judgeAgain } from '../../src/study/judge-again.ts'
import type { StudyOptions } from '../../src/study/options.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { withoutTimes } from '../../src/report/build.ts'
import { parseReport } from '../../src/report/json.ts'
import { digitsCheckout, fanOut, memoryExchange, studyOptions } from '../support/fan-out.ts'
import { digitsSpec } from '../support/specs.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

let bundle: WorkerBundle
beforeAll(async () => {
  bundle = await bundleWorker()
})
afterAll(() => bundle.remove())

const spec = digitsSpec({ name: 'small', epochs: 3, seeds: 3, gate: 'regression: { metric: accuracy, margin: 0.1 }' })
const wider = spec.replace('layers: [', 'layers: [{ dense: { units: 8, activation: relu } }, ')

const retrainedFrom =
  (name: string) =>
  (checkout: string): Partial<StudyOptions> => ({
    baseline: { kind: 'spec', spec: { path: join(checkout, name) } },
  })

/** The study of `head`, with other files of the checkout beside it. */
async function study(
  head: string,
  files: Readonly<Record<string, string>>,
  over: (checkout: string) => Partial<StudyOptions>,
) {
  const checkout = digitsCheckout(head)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(checkout, name), text)
  const events: RunEvent[] = []
  const options = { ...studyOptions(checkout, bundle, events), ...over(checkout) }
  const done = await runStudy(options)
  const trained = events.flatMap((e) => (e.type === 'run-finished' && !e.cached ? [e.result.id] : []))
  return { ...done, checkout, options, trained, gate: done.verdict.gates[0] }
}

type Done = Awaited<ReturnType<typeof study>>
/** Trained once for the tests that read it, or go on from what it left. */
const once = (train: () => Promise<Done>): (() => Promise<Done>) => {
  let done: Promise<Done> | undefined
  return () => (done ??= train())
}
const plain = once(() => study(spec, {}, () => ({})))
const retrained = once(() => study(wider, { 'base.yml': spec }, retrainedFrom('base.yml')))

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!(error instanceof InputError)) throw new Error(`not refused: ${String(error)}`)
  return error.diagnostics.map((d) => `${d.code}: ${d.message}: ${d.found}`).join('\n')
}

describe('a base spec', () => {
  it('is retrained on the same seeds, and the gates are held against it; judged again they still are', async () => {
    const { gate, report, files, trained, checkout } = await retrained()
    expect(gate?.sentence).toMatch(/against model and levers of .*base\.yml, retrained on the same seeds/)
    expect(report.base?.runs.map((r) => r.seed)).toEqual(report.verification?.seeds.map((s) => s.seed))
    expect(report.base?.runs.map((r) => r.weights)).not.toEqual(report.verification?.seeds.map((s) => s.candidate.weights))
    expect(report.study.command).toContain(`--base-spec ${join(checkout, 'base.yml')}`)
    expect(trained).toHaveLength(6)
    const again = await judgeAgain(join(files.folder, 'report.json'))
    expect(JSON.stringify(again.verdict)).toBe(JSON.stringify(report.verdict))
    expect((await judgeAgain(join(files.folder, 'report.json'), { kind: 'declared' })).against).toContain(
      'the declared levers',
    )
  })

  it('is trained once: the study that is run again finds its runs in the journal', async () => {
    const { options } = await retrained()
    const events: RunEvent[] = []
    await runStudy({ ...options, listener: (e) => events.push(e) })
    expect(events.filter((e) => e.type === 'run-finished' && !e.cached)).toEqual([])
  })

  it('passes at once where it is the study itself', async () => {
    const { gate } = await study(spec, { 'base.yml': spec }, retrainedFrom('base.yml'))
    expect(gate).toMatchObject({ status: 'pass', estimate: { value: 0, lower: 0, upper: 0 } })
  })

  it('of other data, split, seed or objective is measured as the study measures, and that is said', async () => {
    const other = `${spec.replace('scale: 0.0625 }', 'scale: 0.0625 }, split: { validation: 0.3, seed: 5 }')}seed: 99\nobjective: accuracy\n`
    const { gate, report } = await study(wider, { 'base.yml': other }, retrainedFrom('base.yml'))
    expect(report.base?.runs.map((r) => r.seed)).toEqual(report.verification?.seeds.map((s) => s.seed))
    expect(gate?.notes.join(' ')).toMatch(
      /another split; it was retrained on the data of this study.*chooses checkpoints by accuracy.*by nll/,
    )
  })

  it('takes the levers of a lock that was tuned from it, and the text of another commit', async () => {
    const tuned = await plain()
    const { levers } = tuned.lock
    const moved = { ...levers, optimization: { ...levers.optimization, learningRate: 0.02 } }
    const lineage = [
      {
        stage: 'lr-range',
        lever: 'learningRate',
        from: 0.01,
        to: 0.02,
        reason: 'tuned',
        evidence: { metric: null, gain: null, threshold: null, seeds: 1, runs: [] },
      },
    ] as const
    const of = (base: object) =>
      study(spec.replace('0.01', '0.02'), {}, () => ({
        baseline: { kind: 'spec', spec: { path: 'tuning.yml of the base commit', text: spec, ...base } },
      }))
    expect((await of({ tuned: { levers: moved, lineage } })).gate?.estimate?.value).toBe(0)
    const untuned = (await of({})).gate?.estimate?.value
    expect(untuned).toEqual(expect.any(Number))
    expect(untuned).not.toBe(0)
  })

  it('of another task is refused before a step is trained, and one that does not fit says where', async () => {
    const regressing = spec.replace('classification', 'regression').replace('accuracy', 'rmse').replace('classes', '1')
    const text = (base: string) =>
      study(wider, {}, () => ({ baseline: { kind: 'spec', spec: { path: 'base.yml', text: base } } }))
    expect(await refusal(text(regressing))).toBe(
      'baseline/incompatible: the metrics of base.yml are not comparable with those of this study: task regression',
    )
    expect(await refusal(text(spec.replace('layers: [', 'layers: [{ conv2d: { filters: 2, kernelSize: 3 } }, ')))).toContain(
      'spec/',
    )
  })

  it('is refused where a study is spread over jobs', async () => {
    const baseline: Baseline = { kind: 'spec', spec: { path: 'base.yml', text: spec } }
    const options = { ...studyOptions(digitsCheckout(spec), bundle), baseline }
    const fan = fanOut(memoryExchange())
    for (const job of [planStudy, gateStudy]) expect(await refusal(job(options, fan))).toContain('study/no-base-spec')
  })
})

describe('gates on what a model costs', () => {
  const costs = (text: string): string =>
    text.replace('gates: [', 'gates: [training-time: { maxRatio: 50 }, model-size: { maxRatio: 1.5 }, ')

  it('compare with a base spec that is retrained on this machine, and are judged again from the report', async () => {
    const { verdict, report, files } = await study(costs(wider), { 'base.yml': spec }, retrainedFrom('base.yml'))
    const [time, size] = verdict.gates
    expect(time).toMatchObject({ status: 'pass', estimate: { what: 'ratio of training times' } })
    expect(time?.sentence).toContain('unpaired, 3 against 3 seeds')
    // (64 + 1) · 10, and with 8 hidden units (64 + 1) · 8 + (8 + 1) · 10.
    expect(size).toMatchObject({ status: 'pass', estimate: { value: 610 / 650 } })
    expect(JSON.stringify((await judgeAgain(join(files.folder, 'report.json'))).verdict)).toBe(
      JSON.stringify(report.verdict),
    )
    expect(parseReport(readFileSync(join(files.folder, 'report.json'), 'utf8'), 'report.json').timing.base).toHaveLength(3)
  })

  it('say at once that a model is too large, before the base is trained', async () => {
    const events: string[] = []
    const listener: StudyOptions['listener'] = (e) => {
      events.push(e.type === 'notice' ? e.message : e.type)
    }
    const larger = costs(wider.replace('units: 8', 'units: 32'))
    const { verdict } = await study(larger, { 'base.yml': spec }, (c) => ({
      ...retrainedFrom('base.yml')(c),
      listener,
    }))
    expect(verdict.gates[1]?.status).toBe('fail')
    const said = events.findIndex((e) => e.startsWith('the model-size gate fails whatever is trained: The model has 2,410'))
    expect(said).toBeGreaterThanOrEqual(0)
    expect(said).toBeLessThan(events.indexOf('run-started'))
  })

  it('cannot be told from a lock in time, and can in size; both are said before the training', async () => {
    const { files } = await plain()
    const { verdict, prepared } = await study(
      costs(wider),
      { 'tuning.lock.json': readFileSync(files.lockPath, 'utf8') },
      () => ({}),
    )
    expect(verdict.gates.map((g) => g.status).slice(0, 2)).toEqual(['inconclusive', 'pass'])
    expect(prepared.warnings.map((w) => w.code)).toContain('gate/not-comparable')
  })

  it('let no clock into the lock, nor into what else of the report is to be equal', async () => {
    const of = () =>
      study(costs(wider).replace('seeds: 3', 'seeds: 4, looks: [3]'), {}, () => ({ baseline: { kind: 'declared' } }))
    const [one, other] = [await of(), await of()]
    expect(readFileSync(one.files.lockPath, 'utf8')).toBe(readFileSync(other.files.lockPath, 'utf8'))
    const rest = ({ report, checkout }: typeof one): string => JSON.stringify(withoutTimes(report)).replaceAll(checkout, '')
    expect(rest(one)).toBe(rest(other))
    expect(one.lock.parameters).toBe(610)
    expect(JSON.stringify(one.lock)).not.toMatch(/seconds|machine/)
  })
})

describe('a lock that is no baseline', () => {
  it.each([
    [
      'other data',
      (s: string) => s.replace('scale: 0.0625 }', 'scale: 0.0625 }, split: { validation: 0.3 }'),
      /made from other data or another split/,
    ],
    ['another metric', (s: string) => `${s}objective: accuracy\n`, /chose its checkpoints by accuracy, this run by nll/],
  ])('is named: %s', async (_, change, reason) => {
    const { files } = await study(change(spec), {}, () => ({}))
    const { gate } = await study(spec, { 'tuning.lock.json': readFileSync(files.lockPath, 'utf8') }, () => ({}))
    expect(gate).toMatchObject({ status: 'inconclusive', blocks: true, sentence: expect.stringMatching(reason) })
    expect(gate?.remedy).toContain('--baseline retrain')
  })

  it('is named where it is of another engine, or lacks the metric; and retrained where asked', async () => {
    const { files } = await plain()
    const text = readFileSync(files.lockPath, 'utf8')
    const withLock = (lock: string, over: Partial<StudyOptions> = {}) =>
      study(spec, { 'tuning.lock.json': lock }, () => over)
    const other = text.replace(/"engine": "wasm/, '"engine": "tensorflow')
    expect((await withLock(other)).gate?.sentence).toMatch(/made on the engine tensorflow/)
    expect((await withLock(text.replace(/\n *"accuracy": [^\n]*/g, ''))).gate?.sentence).toMatch(
      /holds no validation accuracy/,
    )
    expect((await withLock(other, { baseline: { kind: 'declared' } })).gate?.status).toBe('pass')
  })
})
