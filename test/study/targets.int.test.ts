import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { predictionText } from '../../src/cli/commands/predict.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import type { Report } from '../../src/report/model.ts'
import { engineHere } from '../../src/study/engine.ts'
import { predictFile } from '../../src/study/predict.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { problemsOf } from '../data/support.ts'
import { studyOptions } from '../support/fan-out.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

// Two targets in very different units, both linear in the inputs, and a column that copies the second.
const folder = mkdtempSync(join(tmpdir(), 'targets-'))
let bundle: WorkerBundle
let report: Report

const spec = `version: 1
name: two
task: regression
data:
  source: two.csv
  target: [price, weight]
  inputs: { numeric: [x, z] }
  split: { validation: 0.2, test: 0.2 }
model: { layers: [{ dense: { units: 2 } }] }
levers:
  optimization: { learningRate: 0.05 }
  batching: { batchSize: 16 }
  regularization: { weightDecay: 0 }
  scheduling: { epochs: 30, warmupSteps: 0 }
stages: [verify: { seeds: 3 }]
gates:
  - threshold: { metric: r2, split: test, min: 0.9 }
  - threshold: { metric: rmse, split: test, max: 0.3 }
  - threshold: { metric: mae, split: test, target: weight, max: 0.1 }
  - regression: { metric: mse, split: test, target: price, margin: 1000 }
`

const random = stream(3, 'targets')
const rows = Array.from({ length: 300 }, () => {
  const [x, z] = [random.normal(), random.normal()]
  return { x, z, price: 50_000 + 9000 * x - 4000 * z + 500 * random.normal(), weight: 2 - 0.3 * z + 0.02 * random.normal() }
})

beforeAll(async () => {
  bundle = await bundleWorker()
  const lines = rows.map(({ x, z, price, weight }) => [x, z, price, weight, weight].join(','))
  writeFileSync(join(folder, 'two.csv'), `x,z,price,weight,copy\n${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'tuning.yml'), spec)
  report = (await runStudy({ ...studyOptions(folder, bundle), saveModel: ['onnx'] })).report
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  return bundle.remove()
})

describe('a regression with several targets', () => {
  it('learns all of them, whatever their units, and is judged on them together', () => {
    expect(report.verdict.status).toBe('pass')
    const { r2 = 0, mse = 0, rmse = 1, mae = 1 } = report.verification?.seeds[0]?.candidate.test ?? {}
    expect(r2).toBeGreaterThan(0.95)
    // In SDs of the targets: what r2 leaves, about.
    expect(mse).toBeCloseTo(1 - r2, 1)
    expect(rmse).toBeCloseTo(Math.sqrt(mse), 4)
    expect(mae).toBeLessThan(rmse)
    expect(parseReport(reportText(report), 'report.json').study.name).toBe('two')
  })

  it('is judged on one target by its name, in its own units', () => {
    const { subsets = [] } = report.verification?.seeds[0]?.candidate ?? {}
    expect(subsets.map(({ target, rows }) => [target, rows.test])).toEqual([
      ['weight', 60],
      ['price', 60],
    ])
    const [weight, price] = subsets
    expect(weight?.test?.mae).toBeLessThan(0.1)
    // The noise of prices has an SD of 500.
    expect(Math.sqrt(price?.test?.mse ?? 0)).toBeGreaterThan(400)
    expect(Math.sqrt(price?.test?.mse ?? 0)).toBeLessThan(2500)
    const gate = report.verdict.gates[2]
    expect(gate?.sentence).toContain('test mae of "weight"')
  })

  it('saves a model that predicts each in its own units', async () => {
    const models = join(folder, 'out/models')
    const [model = ''] = readdirSync(models)
    const found = await predictFile({
      model: join(models, model),
      data: join(folder, 'two.csv'),
      engine: await engineHere('wasm', folder).choose(Promise.resolve()),
      workerScript: bundle.script,
    })
    const off = (k: number, name: 'price' | 'weight'): number =>
      rows.reduce((sum, row, i) => sum + Math.abs(row[name] - (found.values[2 * i + k] ?? NaN)) / rows.length, 0)
    expect(found.values.length).toBe(2 * rows.length)
    expect(off(0, 'price')).toBeLessThan(2000)
    expect(off(1, 'weight')).toBeLessThan(0.1)
    expect(predictionText(found, 'csv').split('\n')[0]).toBe('price,weight')
    expect(Object.keys(JSON.parse(predictionText(found, 'jsonl').split('\n')[0] ?? '{}').prediction)).toEqual([
      'price',
      'weight',
    ])
    const manifest = JSON.parse(readFileSync(join(models, model, 'model.json'), 'utf8'))
    expect(manifest.output.targets.map((one: { target: string }) => one.target)).toEqual(['price', 'weight'])
  })

  it('is checked target by target, and says what does not fit', async () => {
    const failing = async (specText: string): Promise<string> =>
      JSON.stringify(await problemsOf(runStudy({ ...studyOptions(folder, bundle), specText })))
    const leak = spec.replace('[x, z]', '[x, z, copy]').replace('  split:', '  checks: { leakage: error }\n  split:')
    expect(await failing(leak)).toMatch(/copy.*\(target weight\)/)
    expect(await failing(spec.replace('units: 2', 'units: 1'))).toContain('one number for each target')
    expect(await failing(spec.replace('[price, weight]', '[price, 2]'))).toContain('listed as a target twice')
    expect(await failing(spec.replace('[x, z]', '[x, weight]'))).toContain('is the target and cannot also be an input')
    expect(await failing(spec.replace('task: regression', 'task: classification'))).toContain(
      'a classification has one target',
    )
  })
})
