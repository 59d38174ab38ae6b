import { isTrainer } from '../../src/records/plan.ts'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pilotSize, runPilot, type PilotRun, type Size } from '../../src/study/pilot.ts'
import type { Result } from '../../src/base/result.ts'
import { compiled, dataFacts } from '../compile/support.ts'
import { root } from '../support/architecture.ts'
import { wineSpec } from '../support/specs.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

let bundle: WorkerBundle
const folder = mkdtempSync(join(tmpdir(), 'pilot-'))
beforeAll(async () => {
  bundle = await bundleWorker()
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(folder, 'wine.csv'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  return bundle.remove()
})

const lineSpec = `version: 1
name: line
task: regression
data: { source: line.csv, target: y }
model: { layers: [{ dense: { units: 1 } }] }
levers: { optimization: { learningRate: 0.05 }, batching: { batchSize: 8 }, scheduling: { epochs: 40, warmupSteps: 0, clipNorm: null } }
stages: [verify]
`
const pilotOf = (specText: string): Promise<Result<PilotRun, string>> =>
  runPilot({ specPath: join(folder, 'tuning.yml'), specText, workspace: folder, workerScript: bundle.script })

describe('a pilot', () => {
  it('measures what seeds and rows vary by, and gives equal numbers again', async () => {
    const found = await pilotOf(wineSpec({ hidden: 8 }))
    if (!found.ok) throw new Error(found.error)
    const { pilot, testRows } = found.value
    expect([pilot.epochs, pilot.of, testRows]).toEqual([3, 3, 35])
    expect(pilot.measured.map(({ metric, seeds }) => [metric, seeds.length])).toEqual([
      ['accuracy', 5],
      ['nll', 5],
    ])
    const [accuracy, nll] = pilot.measured
    expect(new Set(nll?.seeds).size).toBe(5)
    // Of a share p of right rows, the SD over n rows is √(p (1 − p) n / (n − 1)), here averaged over the seeds.
    const sds = accuracy?.seeds.map((p) => Math.sqrt((p * (1 - p) * 36) / 35)) ?? []
    expect(accuracy?.rowSd).toBeCloseTo(sds.reduce((a, b) => a + b) / 5, 12)
    const again = await pilotOf(wineSpec({ hidden: 8 }))
    expect(again.ok && again.value.pilot).toEqual(pilot)
  })

  it('measures values by r2 and in units of the target', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `${i % 17},${2 * (i % 17) + (i % 5)}`)
    writeFileSync(join(folder, 'line.csv'), `x,y\n${rows.join('\n')}\n`)
    const found = await pilotOf(lineSpec)
    if (!found.ok) throw new Error(found.error)
    const [r2, mae] = found.value.pilot.measured
    expect([r2?.metric, mae?.metric]).toEqual(['r2', 'mae'])
    for (const value of r2?.seeds ?? []) expect(value).toBeGreaterThan(0.9)
    for (const value of mae?.seeds ?? []) expect(Math.abs(value - 1.3)).toBeLessThan(0.8)
  })

  it('is as long as ten seconds allow, by the size of model and data and not by a clock', () => {
    const size = (hidden: number, epochs: number, rows: number): Size | null => {
      const facts = dataFacts({ rows: [rows, rows / 3, rows / 3], inputShape: [13], classes: ['a', 'b', 'c'] })
      const { workload, baseline } = compiled(wineSpec({ hidden, epochs }), facts).plan
      if (isTrainer(workload)) throw new Error('a model was compiled')
      return pilotSize(workload, baseline)
    }
    // 16 rows a step, 2.5 ms each; fourteen seconds for all seeds on one core.
    expect(size(8, 20, 800)).toEqual({ seeds: 5, epochs: 20 })
    expect(size(8, 20, 1000)).toEqual({ seeds: 4, epochs: 20 })
    expect(size(8, 20, 2400)).toEqual({ seeds: 3, epochs: 12 })
    expect(size(8, 20, 4800)).toBeNull()
    // 16 · 8192 multiplications more a row.
    expect(size(8192, 20, 900)).toEqual({ seeds: 3, epochs: 11 })
  })

  it('says why there is none', async () => {
    writeFileSync(join(folder, 'holes.csv'), `a,class\n1,x\n,y\n`)
    const broken = await pilotOf(wineSpec().replace('wine.csv', 'holes.csv'))
    expect(broken).toEqual({ ok: false, error: expect.stringContaining('value') })
    const wild = await pilotOf(lineSpec.replace('learningRate: 0.05', 'optimizer: sgd, learningRate: 9, momentum: 0'))
    expect(wild).toEqual({ ok: false, error: '5 of 5 trainings gave no predictions' })
  })
})
