import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { predictionText } from '../../src/cli/commands/predict.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import type { Report } from '../../src/report/model.ts'
import { engineHere } from '../../src/study/engine.ts'
import { predictFile } from '../../src/study/predict.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { problemsOf } from '../data/support.ts'
import { studyOptions } from '../support/fan-out.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

// Handwritten digits with three labels that do not exclude each other: even, above 4, and with a loop.
const folder = mkdtempSync(join(tmpdir(), 'several labels-'))
let bundle: WorkerBundle
let report: Report

const spec = `version: 1
name: labels
task: multi-label
data:
  source: digits.csv
  target: [even, large, loop]
  inputs: { shape: [64], scale: 0.0625 }
  split: { validation: 0.2, test: 0.3 }
model: { layers: [{ dense: { units: 32, activation: relu } }, { dense: { units: classes } }] }
augmentation: { noise: 0, mixup: 0 }
levers:
  optimization: { learningRate: 0.01 }
  scheduling: { epochs: 8, warmupSteps: 0 }
stages: [verify: { seeds: 3 }]
gates:
  - threshold: { metric: subsetAccuracy, split: test, min: 0.7 }
  - threshold: { metric: worstRecall, split: test, min: 0.75 }
  - threshold: { metric: recall, split: test, target: loop, min: 0.8 }
  - threshold: { metric: auroc, split: test, target: large, min: 0.9 }
  - calibration: { margin: 0.05, split: test }
`

const digits = gunzipSync(readFileSync('examples/digits/digits.csv.gz')).toString().trim().split('\n')
const truth = digits.map((line) => {
  const digit = Number(line.slice(line.lastIndexOf(',') + 1))
  return [digit % 2 === 0, digit > 4, [0, 6, 8, 9].includes(digit)].map(Number)
})
const names = ['even', 'large', 'loop']

/** The table, with one cell replaced. */
function table(replaced?: (row: number, k: number) => string | undefined): string {
  // Each label has a spelling of its own.
  const words = [
    ['0', '1'],
    ['no', 'yes'],
    ['False', 'True'],
  ]
  const header = [...Array.from({ length: 64 }, (_, i) => `p${i}`), ...names].join(',')
  const lines = digits.map((line, row) => {
    const labels = truth[row]?.map((yes, k) => replaced?.(row, k) ?? words[k]?.[yes] ?? '')
    return [line.slice(0, line.lastIndexOf(',')), ...(labels ?? [])].join(',')
  })
  return `${header}\n${lines.join('\n')}\n`
}

const failing = async (specText: string): Promise<string> =>
  JSON.stringify(await problemsOf(runStudy({ ...studyOptions(folder, bundle), specText })))

beforeAll(async () => {
  bundle = await bundleWorker()
  writeFileSync(join(folder, 'digits.csv'), table())
  writeFileSync(join(folder, 'tuning.yml'), spec)
  report = (await runStudy({ ...studyOptions(folder, bundle), saveModel: ['onnx'] })).report
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  return bundle.remove()
})

describe('a study whose labels are in one column', () => {
  /** Handwritten digits with the same labels as above, listed in a cell. */
  const listed = `${digits
    .map((line, row) => {
      const own = names.filter((_, k) => truth[row]?.[k] === 1)
      return [line.slice(0, line.lastIndexOf(',')), own.join('|')].join(',')
    })
    .join('\n')}\n`

  it('is judged, saved and predicted as one with a column for each', async () => {
    const header = `${[...Array.from({ length: 64 }, (_, i) => `p${i}`), 'kinds'].join(',')}\n`
    writeFileSync(join(folder, 'listed.csv'), header + listed)
    const own = spec
      .replace('digits.csv', 'listed.csv')
      .replace('target: [even, large, loop]', 'target: { labels: kinds, separator: "|" }')
      .replace('name: labels', 'name: listed')
    const options = {
      ...studyOptions(folder, bundle),
      outDir: join(folder, 'listed'),
      specText: own,
      saveModel: ['onnx'] as const,
    }
    const { report: found } = await runStudy(options)
    expect(found.data.targets).toEqual(names)
    expect(JSON.stringify(found.verdict.gates)).toBe(JSON.stringify(report.verdict.gates))
    expect(found.data.notes.join()).toMatch(/\d+ rows of 1,797 have no label/)
    const models = join(folder, 'listed/models')
    const predicted = await predictFile({
      model: join(models, readdirSync(models)[0] ?? ''),
      data: join(folder, 'listed.csv'),
      engine: await engineHere('wasm', folder).choose(Promise.resolve()),
      workerScript: bundle.script,
    })
    expect(predictionText(predicted, 'csv').split('\n')[0]).toBe('even,large,loop,P(even),P(large),P(loop)')
  })
})

test('balanced weights find more of a rare label, on both sides of the same rows', async () => {
  const rare = table((row, k) => (k === 2 ? String(Number(truth[row]?.[2] === 1 && row % 4 === 0)) : undefined))
  writeFileSync(join(folder, 'rare.csv'), rare)
  const gate = spec
    .replace('digits.csv', 'rare.csv')
    .replace(/gates:[^]*/, 'gates: [threshold: { metric: recall, split: test, target: loop, min: 0.1 }]\n')
  const recall = async (name: string, text: string): Promise<number> => {
    const options = {
      ...studyOptions(folder, bundle),
      outDir: join(folder, name),
      specText: text.replace('name: labels', `name: ${name}`),
    }
    const { report: found } = await runStudy(options)
    return found.verification?.byClass?.classes.find((one) => one.name === 'loop')?.recall?.mean ?? NaN
  }
  const plain = await recall('unweighted', gate)
  const balanced = await recall('balanced', gate.replace('  split:', '  classWeights: balanced\n  split:'))
  expect(balanced).toBeGreaterThan(plain + 0.1)
})

describe('a study of several labels', () => {
  it('learns all of them, and is judged on all and on each by name', () => {
    expect(report.verdict.gates.map(({ status }) => status)).toEqual(new Array(5).fill('pass'))
    const { subsetAccuracy = 0, hammingLoss = 1, f1 = 0 } = report.verification?.seeds[0]?.candidate.test ?? {}
    expect(subsetAccuracy).toBeGreaterThan(0.75)
    expect(1 - hammingLoss).toBeGreaterThan(subsetAccuracy)
    expect(f1).toBeGreaterThan(0.85)
    expect(report.data.targets).toEqual(names)
    expect(parseReport(reportText(report), 'report.json').study.task).toBe('multi-label')
  })

  it('keeps the shares of the labels in every part of the split', () => {
    const { rows, classes } = report.verification?.byClass ?? { rows: 0, classes: [] }
    expect(rows).toBe(report.data.rows.test)
    for (const [k, { name, rows: own, f1 }] of classes.entries()) {
      const share = truth.reduce((sum, labels) => sum + (labels[k] ?? 0), 0) / truth.length
      expect(name).toBe(names[k])
      expect(own / rows).toBeCloseTo(share, 2)
      expect(f1?.mean).toBeGreaterThan(0.8)
    }
  })

  it('shows the labels in the report', () => {
    const html = readFileSync(join(folder, 'out/report.html'), 'utf8')
    expect(html).toContain('Label by label')
    expect(html).toContain('3 labels, each yes or no')
    expect(html).not.toContain('Confusion matrix')
    expect(report.verification?.worst?.rows[0]?.wrong).toBe(3)
  })

  it('saves a model that gives each label a probability of its own', async () => {
    const models = join(folder, 'out/models')
    const [model = ''] = readdirSync(models)
    const found = await predictFile({
      model: join(models, model),
      data: join(folder, 'digits.csv'),
      engine: await engineHere('wasm', folder).choose(Promise.resolve()),
      workerScript: bundle.script,
    })
    const right = truth.flat().filter((yes, i) => Number((found.values[i] ?? NaN) > 0.5) === yes).length
    expect(right / found.values.length).toBeGreaterThan(0.9)
    const [header, first = ''] = predictionText(found, 'csv').split('\n')
    expect(header).toBe('even,large,loop,P(even),P(large),P(loop)')
    expect(first.split(',').slice(0, 3).map(Number)).toEqual(truth[0])
    const line = JSON.parse(predictionText(found, 'jsonl').split('\n')[0] ?? '{}')
    expect(Object.keys(line.probabilities)).toEqual(names)
    expect(Object.values(line.prediction)).toEqual(truth[0])
  })

  it.each([
    [
      'a third value',
      (row: number, k: number) => (row === 6 && k === 1 ? 'maybe' : undefined),
      /not-a-label.*large.*first in row 7.*maybe/,
    ],
    ['a gap', (row: number, k: number) => (row === 6 && k === 1 ? '' : undefined), /missing value in column \\"large/],
    ['a label that is never yes', (_: number, k: number) => (k === 2 ? 'no' : undefined), /"loop\\" is no in every row/],
    [
      'a label of one row',
      (row: number, k: number) => (k === 2 ? String(Number(row === 5)) : undefined),
      /"loop\\" is yes in too few/,
    ],
  ] as const)('is refused with %s, in words', async (_, replaced, words) => {
    writeFileSync(join(folder, 'broken.csv'), table(replaced))
    expect(await failing(spec.replace('digits.csv', 'broken.csv'))).toMatch(words)
  })

  it('is refused if no training row has a label, as without a stratified split', async () => {
    const late = table((row, k) => (k === 2 ? String(Number(row >= 1790)) : undefined))
    const numbered = late
      .trim()
      .split('\n')
      .map((line, i) => `${i === 0 ? 't' : i},${line}`)
    writeFileSync(join(folder, 'broken.csv'), `${numbered.join('\n')}\n`)
    const timed = spec.replace('digits.csv', 'broken.csv').replace('test: 0.3 }', 'test: 0.3, time: t }')
    expect(await failing(timed)).toMatch(/"loop\\" is no in every training row/)
  })

  it.each([
    ['[even, large, loop]', 'even', 'several labels need a column each'],
    ['task: multi-label', 'task: classification', 'whose classes exclude each other'],
    ['target: loop', 'target: lop', 'did you mean \\"loop\\"'],
    ['target: loop', 'class: loop', 'labels have no classes'],
    ['recall, split: test, target: loop', 'recall, split: test', 'add target: NAME'],
    ['auroc, split: test, target: large', 'subsetAccuracy, split: test, target: large', 'no value for one label'],
    ['metric: subsetAccuracy', 'metric: accuracy', 'subsetAccuracy is the share of rows'],
    ['units: classes', 'units: 2', 'one logit for each label'],
    ['learningRate: 0.01 }', 'learningRate: 0.01 }\n  regularization: { labelSmoothing: 0.1 }', '0 for multi-label'],
  ])('is refused with %s as %s', async (from, to, words) => {
    expect(await failing(spec.replace(from, to))).toContain(words)
  })
})
