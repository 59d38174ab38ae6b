import { subsetsIn } from '../../src/compile/subsets.ts'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { parseLock } from '../../src/report/lock.ts'
import type { Report } from '../../src/report/model.ts'
import { impossible } from '../../src/study/measured.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { problemsOf } from '../data/support.ts'
import { studyOptions } from '../support/fan-out.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

// Two sites can be told apart by x, and at the third one the label is a coin.
const folder = mkdtempSync(join(tmpdir(), 'segments-'))
let bundle: WorkerBundle
let report: Report

const spec = `version: 1
name: sites
task: classification
data:
  source: sites.csv
  target: sick
  inputs: { numeric: [x, z] }
  split: { validation: 0.2, test: 0.5 }
model: { layers: [{ dense: { units: classes } }] }
levers: { optimization: { learningRate: 0.05 }, batching: { batchSize: 16 }, scheduling: { epochs: 40, warmupSteps: 0 } }
stages: [verify: { seeds: 3 }]
gates:
  - threshold: { metric: accuracy, split: test, min: 0.8, segments: [site] }
  - threshold: { metric: recall, class: yes sir, split: test, min: 0.3 }
  - regression: { metric: nll, split: test, margin: 0.2, segments: [site] }
  - collapse: { metric: recall, class: yes sir, split: test, level: 0.1, maxShare: 0.7 }
  - regression: { metric: auroc, split: test, margin: 0.2 }
`

function table(): string {
  const random = stream(5, 'sites')
  const rows = Array.from({ length: 600 }, (_, i) => {
    const [x, z] = [random.normal(), random.normal()]
    const site = i < 5 ? 'ship' : (['north', 'south', 'coin'] as const)[i % 3]
    const sick = site === 'coin' ? random.uniform() < 0.5 : x > 0
    return `${x.toFixed(4)},${z.toFixed(4)},${i % 50 === 0 && i > 5 ? '' : site},${sick ? 'yes sir' : 'no'}`
  })
  return `x,z,site,sick\n${rows.join('\n')}\n`
}

beforeAll(async () => {
  bundle = await bundleWorker()
  writeFileSync(join(folder, 'sites.csv'), table())
  writeFileSync(join(folder, 'tuning.yml'), spec)
  report = (await runStudy(studyOptions(folder, bundle))).report
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  return bundle.remove()
})

describe('a study with gates on segments and on a class', () => {
  it('fails for the one bad segment, and names those that are too small', () => {
    const [gate] = report.verdict.gates
    expect(gate?.status).toBe('fail')
    expect(gate?.sentence).toContain('1 of 3 segments fail: site "coin"')
    expect(gate?.sentence).toMatch(/Not judged: site "ship" \(\d test rows?\), site "\(no value\)" \(\d test rows?\)/)
    expect(gate?.segments?.map(({ level, status }) => [level, status])).toEqual([
      ['coin', 'fail'],
      ['north', 'pass'],
      ['south', 'pass'],
      ['ship', 'not-judged'],
      ['(no value)', 'not-judged'],
    ])
  })

  it('counts every test row in one segment, and the column is no input', () => {
    const rows = report.verdict.gates[0]?.segments?.reduce((sum, one) => sum + one.rows, 0)
    expect(rows).toBe(report.data.rows.test)
    expect(report.data.inputShape).toEqual([2])
  })

  it('judges the class by its name', () => {
    const gate = report.verdict.gates[1]
    expect(gate?.status).toBe('pass')
    const recall = report.verification?.byClass?.classes.find(({ name }) => name === 'yes sir')?.recall.mean
    expect(gate?.estimate?.value).toBeCloseTo(recall ?? NaN, 4)
  })

  it('keeps what it measured in report and lock, in their schemas, and the numbers fit together', () => {
    const read = parseReport(reportText(report), 'report.json')
    expect(read.verdict.gates.map(({ segments }) => segments)).toEqual(report.verdict.gates.map(({ segments }) => segments))
    const lock = parseLock(readFileSync(join(folder, 'out/tuning.lock.json'), 'utf8'), 'tuning.lock.json')
    const subsets = subsetsIn(report.verdict.gates.map(({ rule }) => rule))
    const of = { task: 'classification', rows: report.data.rows, script: false, subsets } as const
    for (const seed of lock.seeds) {
      expect(seed.subsets?.length).toBe(6)
      expect(impossible(seed, of)).toBeUndefined()
      const [first, ...rest] = seed.subsets ?? []
      if (!first) throw new Error('no subset')
      expect(impossible({ ...seed, subsets: rest }, of)).toMatch(/rows together/)
      const better = { ...first, test: { ...first.test, nll: 0.01 } }
      expect(impossible({ ...seed, subsets: [better, ...rest] }, of)).toMatch(/that its segments do not have together/)
    }
  })

  it('shows every segment in the report', () => {
    for (const file of ['summary.md', 'report.html']) {
      const text = readFileSync(join(folder, 'out', file), 'utf8')
      expect(text, file).toContain('site = coin')
      expect(text, file).toContain('not judged')
    }
  })

  it('has the same verdict against its own lock, segment by segment', async () => {
    const lockPath = join(folder, 'first.lock.json')
    writeFileSync(lockPath, readFileSync(join(folder, 'out/tuning.lock.json')))
    const again = await runStudy({ ...studyOptions(folder, bundle), baseline: { kind: 'file', path: lockPath } })
    const gate = again.report.verdict.gates[2]
    expect(gate?.status).toBe('inconclusive')
    // An nll needs 100 rows.
    expect(gate?.segments?.slice(0, 3).map(({ status }) => status)).toEqual(['pass', 'pass', 'not-judged'])
  })

  it('is measured on a base that is retrained from a spec without its gates', async () => {
    const path = 'base.yml'
    const text = spec.slice(0, spec.indexOf('gates:'))
    const again = await runStudy({ ...studyOptions(folder, bundle), baseline: { kind: 'spec', spec: { path, text } } })
    const gates = again.report.verdict.gates
    expect(gates[2]?.segments?.slice(0, 3).map(({ status }) => status)).toEqual(['pass', 'pass', 'not-judged'])
    expect(gates[4]?.status).toBe('pass')
  })

  it('says which classes there are if a gate names another, and which columns', async () => {
    const failing = async (specText: string): Promise<string> =>
      JSON.stringify(await problemsOf(runStudy({ ...studyOptions(folder, bundle), specText })))
    expect(await failing(spec.replace('class: yes sir', 'class: sick'))).toContain('no, yes sir')
    expect(await failing(spec.replaceAll('[site]', '[city]'))).toContain('segments of a gate names a column')
    expect(await failing(spec.replaceAll('[site]', '[x]'))).toContain('would be a segment, and it has too many')
  })
})
