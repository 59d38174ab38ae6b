import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { parseReport } from '../../src/report/json.ts'
import { parseLock } from '../../src/report/lock.ts'
import { namedBaseline } from '../../src/study/baseline.ts'
import { gateResults, type JudgedResults } from '../../src/study/gate-results.ts'
import { judgeAgain } from '../../src/study/judge-again.ts'
import { renderAgain } from '../../src/study/render-again.ts'
import { root } from '../support/architecture.ts'

const gates = `gates:
  - seed-variance: { metric: accuracy, maxStd: 0.02 }
  - regression: { metric: accuracy, margin: 0.01, paired: true }
`
const spec = `version: 1
name: runs
task: classification
results: { validation: { accuracy: val_acc } }
${gates}`

const table = (values: readonly (readonly [seed: number, value: number])[]): string =>
  values.map(([seed, value]) => `${JSON.stringify({ seed, val_acc: value })}\n`).join('')

const five = (mean: number): string =>
  table([-0.002, -0.001, 0, 0.001, 0.002].map((more, i) => [i + 1, Number((mean + more).toFixed(4))]))

/** A folder with a spec and results. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gate-results-'))
  for (const [path, text] of Object.entries({ 'tuning.yml': spec, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const gate = (folder: string, baseline?: string, results = 'new.jsonl', specName = 'tuning.yml'): Promise<JudgedResults> =>
  gateResults({
    specPath: join(folder, specName),
    workspace: folder,
    results: [join(folder, results)],
    baseline: namedBaseline(baseline === undefined || baseline === 'lock' ? baseline : join(folder, baseline)),
    baselineWords: baseline,
    startedAt: null,
    clock: () => 0,
  })

async function refusal(work: Promise<unknown>): Promise<string[]> {
  const error: unknown = await work.catch((one: unknown) => one)
  if (!(error instanceof InputError)) throw new Error(`no refusal: ${String(error)}`)
  return error.diagnostics.map(({ code }) => code)
}

/** As a report has it: drawing a chart marks the numbers that it was given. */
const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const statuses = ({ verdict }: JudgedResults): string[] => verdict.gates.map(({ status }) => status)

describe('results with a baseline', () => {
  it('pass, fail or stay open by the gates of the spec', async () => {
    const folder = folderWith({ 'base.jsonl': five(0.9), 'new.jsonl': five(0.902), 'bad.jsonl': five(0.86) })
    expect(statuses(await gate(folder, 'base.jsonl'))).toEqual(['pass', 'pass'])
    expect(statuses(await gate(folder, 'base.jsonl', 'bad.jsonl'))).toEqual(['pass', 'fail'])
  })

  it('are compared seed by seed if both sides have the same seeds, and otherwise unpaired, which the gate says', async () => {
    const folder = folderWith({
      'base.jsonl': five(0.9),
      'new.jsonl': table([0.9, 0.904, 0.902, 0.9005, 0.905].map((value, i) => [i + 1, value])),
      'other.jsonl': table([1, 2, 7, 8].map((seed, i) => [seed, 0.9 + i / 1000])),
    })
    const paired = await gate(folder, 'base.jsonl')
    expect(paired.verdict.gates[1]?.sentence).toContain('paired')
    expect(paired.report.verification?.metrics[0]?.pairs).toBe(5)
    const unpaired = await gate(folder, 'base.jsonl', 'other.jsonl')
    expect(unpaired.verdict.gates[1]?.notes).toContain(
      'The two sides do not share the same seeds, so the comparison is unpaired.',
    )
    expect(unpaired.report.data.notes.at(-1)).toBe('The candidate has the seeds 1, 2, 7, 8, and the baseline 1, 2, 3, 4, 5.')
    expect(unpaired.report.verification?.metrics[0]?.pairs).toBe(2)
  })

  it('fail where a seed is not finite on the side of the change alone, and say which', async () => {
    const broken = five(0.9).replace('0.901', 'NaN')
    const folder = folderWith({ 'base.jsonl': five(0.9), 'new.jsonl': broken })
    const { verdict, report } = await gate(folder, 'base.jsonl')
    expect(verdict.status).toBe('fail')
    expect(report.data.notes.at(-1)).toMatch(
      /^Seed 4 of .*new.jsonl counts as diverged: validation accuracy \(val_acc\) is NaN\.$/,
    )
  })

  it('leave a lock that judges the next results, from beside the spec or from a folder', async () => {
    const folder = folderWith({ 'new.jsonl': five(0.9), 'next.jsonl': five(0.86) })
    const first = await gate(folder)
    expect(statuses(first)).toEqual(['pass', 'inconclusive'])
    expect(first.verdict.gates[1]?.remedy).toContain('Pass results or a lock of the base with --baseline')
    const lock = readFileSync(first.files.lockPath, 'utf8')
    expect(parseLock(lock, 'lock').seeds.map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5])
    expect(parseLock(lock, 'lock').trainer).toEqual({ measured: 'self-reported', deterministic: null, source: 'results' })
    writeFileSync(join(folder, 'tuning.lock.json'), lock)
    expect(statuses(await gate(folder, undefined, 'next.jsonl'))).toEqual(['pass', 'fail'])
    mkdirSync(join(folder, 'artifact'))
    writeFileSync(join(folder, 'artifact/tuning.lock.json'), lock)
    expect(statuses(await gate(folder, 'artifact', 'next.jsonl'))).toEqual(['pass', 'fail'])
  })

  it('are not compared with a lock of a study or of other names', async () => {
    const folder = folderWith({ 'new.jsonl': five(0.9) })
    cpSync(join(root, 'examples/wine/tuning.lock.json'), join(folder, 'tuning.lock.json'))
    const { verdict } = await gate(folder)
    expect(verdict.gates[1]?.sentence).toContain('was made from other data')
    expect(verdict.gates[1]?.sentence).toContain('was made on the engine')
  })

  it('cannot be retrained', async () => {
    const folder = folderWith({ 'new.jsonl': five(0.9) })
    const retrain = gateResults({
      specPath: join(folder, 'tuning.yml'),
      workspace: folder,
      results: [join(folder, 'new.jsonl')],
      baseline: namedBaseline('retrain'),
      startedAt: null,
      clock: () => 0,
    })
    expect(await refusal(retrain)).toEqual(['results/retrain'])
  })
})

describe('the files of judged results', () => {
  it('are those of a study: a report that is valid, is rendered again, and is judged again', async () => {
    const folder = folderWith({ 'base.jsonl': five(0.9), 'new.jsonl': five(0.902) })
    const { files, verdict } = await gate(folder, 'base.jsonl')
    const report = parseReport(readFileSync(join(files.folder, 'report.json'), 'utf8'), 'report.json')
    expect(report.stages.map(({ stage }) => stage)).toEqual(['verify'])
    expect(report.checklist.map(({ id, state }) => [id, state])).toEqual([
      ['baseline', 'done'],
      ['confirmed', 'done'],
      ['spread', 'done'],
      ['metrics', 'not-done'],
      ['gates', 'done'],
    ])
    expect(report.study.command).toMatch(/^tunegate gate .*tuning.yml --results .*new.jsonl --baseline base.jsonl$/)
    const again = await renderAgain(files.folder)
    expect(again.files.markdown).toBe(readFileSync(join(files.folder, 'summary.md'), 'utf8'))
    expect((await judgeAgain(join(files.folder, 'report.json'))).verdict).toEqual(written(verdict))
  })

  it('do not speak of levers, winners or training', async () => {
    const folder = folderWith({ 'base.jsonl': five(0.9), 'new.jsonl': five(0.902) })
    const { markdown } = (await gate(folder, 'base.jsonl')).files
    expect(markdown).toContain('self-reported by the results')
    expect(markdown).toContain('guard against mistakes, not malice')
    expect(markdown).not.toMatch(/\blevers?\b|winner|training script|declared levers|unseen/i)
  })

  it('are judged again without a baseline as they were', async () => {
    const folder = folderWith({ 'new.jsonl': five(0.9) })
    const { files, verdict } = await gate(folder)
    expect((await judgeAgain(join(files.folder, 'report.json'))).verdict).toEqual(written(verdict))
  })
})

describe('results with predictions', () => {
  const example = join(root, 'examples/results')
  const copied = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'gate-predictions-'))
    cpSync(example, folder, { recursive: true })
    return folder
  }

  it('are computed from them, and agree with scikit-learn', async () => {
    const folder = copied()
    const { report } = await gate(folder, 'base.jsonl', 'change.jsonl', 'predictions.yml')
    const own = readFileSync(join(example, 'change.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const seeds = report.verification?.seeds ?? []
    expect(seeds.length).toBe(5)
    for (const [i, { candidate }] of seeds.entries()) {
      expect(candidate.test?.accuracy).toBeCloseTo(own[i].test_acc, 5)
      expect(candidate.test?.nll).toBeCloseTo(own[i].test_loss, 4)
      expect(candidate.validation?.nll).toBeCloseTo(own[i].validation_loss, 4)
    }
    expect(report.study.trainer?.measured).toBe('from predictions')
    expect(report.verification?.calibration?.rows).toBe(247)
  })

  it('do not believe the metrics that stand beside them', async () => {
    const folder = copied()
    const path = join(folder, 'change.jsonl')
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"test_acc": [\d.]+/g, '"test_acc": 1.0'))
    const { report } = await gate(folder, 'base.jsonl', 'change.jsonl', 'predictions.yml')
    expect(report.verification?.seeds.every(({ candidate }) => (candidate.test?.accuracy ?? 1) < 1)).toBe(true)
  })

  it('need the same labels on every seed, and the same on both sides', async () => {
    const folder = copied()
    const other = readFileSync(join(folder, 'test-labels.npy'))
    other[other.length - 4] = ((other.at(-4) ?? 0) + 1) % 10
    writeFileSync(join(folder, 'other-labels.npy'), other)
    const path = join(folder, 'change.jsonl')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('test-labels.npy', 'other-labels.npy'))
    expect(new Set(await refusal(gate(folder, 'base.jsonl', 'change.jsonl', 'predictions.yml')))).toEqual(
      new Set(['results/labels']),
    )
    writeFileSync(path, text.replaceAll('test-labels.npy', 'other-labels.npy'))
    const { verdict } = await gate(folder, 'base.jsonl', 'change.jsonl', 'predictions.yml')
    expect(verdict.gates[0]?.sentence).toContain('has other test labels')
  })

  it('do not lie outside the folder of the results', async () => {
    const folder = copied()
    const path = join(folder, 'change.jsonl')
    writeFileSync(path, readFileSync(path, 'utf8').replace('change/test-1.npy', '../../etc/passwd'))
    expect(await refusal(gate(folder, 'base.jsonl', 'change.jsonl', 'predictions.yml'))).toEqual(['results/predictions'])
  })
})

describe('a spec of results', () => {
  const judged = (text: string): Promise<string[]> =>
    refusal(gate(folderWith({ 'tuning.yml': text, 'new.jsonl': five(0.9) })))

  it.each([
    [
      'no section',
      spec.replace(/results: .*/, 'data: { source: a.csv, target: y }\nmodel: { layers: [{ dense: { units: classes } }] }'),
      ['spec/no-results'],
    ],
    [
      'nothing named',
      spec.replace('{ validation: { accuracy: val_acc } }', '{ value: last }'),
      ['spec/results-nothing', 'spec/results-metric', 'spec/results-metric'],
    ],
    ['a metric of another task', spec.replace('accuracy: val_acc', 'accuracy: val_acc, mse: val_mse'), ['spec/metric-task']],
    [
      'a gate on a metric that is not named',
      spec.replace('metric: accuracy, margin', 'metric: nll, margin'),
      ['spec/results-metric'],
    ],
    [
      'a gate on test rows without any',
      spec.replace('metric: accuracy, margin', 'metric: accuracy, split: test, margin'),
      ['spec/metric-not-computed'],
    ],
    ['a gate on time', spec.replace(gates, 'gates:\n  - training-time: { maxRatio: 1.5 }\n'), ['spec/results-gate']],
    ['stages', `${spec}stages: [verify]\n`, ['spec/conflict']],
    ['percent of nothing', spec.replace('} }', '}, percent: [acc] }'), ['spec/results-percent']],
  ])('is refused with %s', async (_, text, codes) => {
    expect(await judged(text)).toEqual(codes)
  })
})

describe('results with a metric that we do not know', () => {
  const own = `version: 1
name: translation
task: classification
results:
  validation: { score: val_bleu, cost: val_wer }
gates:
  - regression: { metric: score, margin: 1 }
  - threshold: { metric: cost, max: 30 }
`
  const seeds = (bleu: number, wer: number): string =>
    [-0.2, -0.1, 0, 0.1, 0.2]
      .map((more, i) => `${JSON.stringify({ seed: i + 1, val_bleu: bleu + more, val_wer: wer + more })}\n`)
      .join('')
  const judged = (bleu: number, wer: number): Promise<JudgedResults> =>
    gate(folderWith({ 'tuning.yml': own, 'base.jsonl': seeds(31, 25), 'new.jsonl': seeds(bleu, wer) }), 'base.jsonl')

  it('gate it as a score, of which more is better, or as a cost, and say what these are', async () => {
    const better = await judged(34, 22)
    expect(statuses(better)).toEqual(['pass', 'pass'])
    expect(better.report.study.objective).toBe('score')
    expect(better.report.data.notes).toEqual(
      expect.arrayContaining(['Here, score is val_bleu; higher is better.', 'Here, cost is val_wer; lower is better.']),
    )
    expect(statuses(await judged(28, 36))).toEqual(['fail', 'fail'])
  })

  it('leave a lock and a report that are valid', async () => {
    const { files, report } = await judged(31, 25)
    expect(parseLock(readFileSync(files.lockPath, 'utf8'), 'lock').seeds[0]?.validation).toEqual({ score: 30.8, cost: 24.8 })
    expect(parseReport(JSON.stringify(written(report)), 'report').study.objective).toBe('score')
  })

  it('take a metric that is computed on request elsewhere', async () => {
    const text = spec.replace('accuracy: val_acc', 'auroc: val_acc').replaceAll('metric: accuracy', 'metric: auroc')
    const folder = folderWith({ 'tuning.yml': text, 'base.jsonl': five(0.9), 'new.jsonl': five(0.9) })
    expect(statuses(await gate(folder, 'base.jsonl'))).toEqual(['pass', 'pass'])
  })
})
