import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engineHere } from '../../src/study/engine.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { root } from '../support/architecture.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

let workspace: string
let worker: WorkerBundle
beforeAll(async () => {
  workspace = mkdtempSync(join(tmpdir(), 'study '))
  cpSync(join(root, 'examples/wine/wine.csv'), join(workspace, 'wine.csv'))
  worker = await bundleWorker()
})
afterAll(() => {
  worker.remove()
  rmSync(workspace, { recursive: true, force: true })
})

/** Verification alone, of levers that a stage would never choose. */
const spec = `version: 1
name: sick
task: classification
preset: tabular-mlp
data: { source: wine.csv, target: class, inputs: auto }
model:
  layers:
    - dense: { units: 16, activation: relu }
    - dense: { units: classes }
levers:
  optimization: { optimizer: adamw, learningRate: 0.000001 }
  batching: { batchSize: 16 }
  scheduling: { schedule: cosine, epochs: 12, clipNorm: 0.001 }
stages:
  - verify: { seeds: 3 }
gates:
  - seed-variance: { metric: accuracy, maxStd: 0.9 }
`

describe('a study', () => {
  it('says what the curves of its verification show, once where winner and declared levers are the same runs', async () => {
    const specPath = join(workspace, 'tuning.yml')
    writeFileSync(specPath, spec)
    const { report, files } = await runStudy({
      specPath,
      workspace,
      workers: Math.min(2, availableParallelism()),
      workerScript: worker.script,
      engine: engineHere('wasm', workspace),
      listener: () => {},
      startedAt: null,
      clock: () => 0,
    })
    expect(report.diagnostics.map((f) => [f.rule, f.subject, f.seeds.seen, f.seeds.of])).toEqual(
      expect.arrayContaining([
        ['flat', 'winner', 3, 3],
        ['clipping', 'winner', 3, 3],
      ]),
    )
    expect(new Set(report.diagnostics.map((f) => f.subject))).toEqual(new Set(['winner']))
    expect(readFileSync(join(files.folder, 'report.html'), 'utf8')).toContain('What the curves show')
  })
})
