// A real study as a process of its own, to be killed: the product's stages on a spec, with journal, pool and executor wired
// as the program does it. `node worker-digits-study.ts CONFIG`, where CONFIG is a `DigitsStudy` as JSON.
import { modelWorkload, preparedModel } from './models.ts'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { execute } from '../../src/run/execute.ts'
import { runIds } from '../../src/run/id.ts'
import { Journal } from '../../src/run/journal.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import { stages } from '../../src/stages/index.ts'
import { prepare } from '../../src/study/prepare.ts'

export interface DigitsStudy {
  readonly spec: string
  readonly journal: string
  /** Where the outcome goes. */
  readonly out: string
  /** Takes a line with the id of every run that is started. */
  readonly started: string
  readonly script: string
  readonly wasmFolder: string
  /** Folder of the native engine; wasm where it is left out. */
  readonly nativeFolder?: string
}

async function study({ spec, journal: path, out, started, script, wasmFolder, nativeFolder }: DigitsStudy): Promise<void> {
  const { plan, dataset } = preparedModel(await prepare({ specPath: spec, workspace: dirname(spec) }))
  const { inputs, inputShape, targets, targetScale, splits, folds } = dataset
  const pool = await WorkerPool.start({
    script,
    workers: 2,
    notice: (text) => {
      throw new Error(text)
    },
    init: {
      type: 'init',
      ...(nativeFolder === undefined
        ? { engine: 'wasm', folder: wasmFolder }
        : { engine: 'tensorflow', folder: nativeFolder }),
      workload: modelWorkload(plan.workload),
      data: { inputs, inputShape, targets, targetScale, splits, folds },
    },
  })
  const idOf = runIds(plan.workload, pool.engine)
  const journal = await Journal.open(path, {
    journal: 1,
    workload: plan.fingerprint,
    spec: plan.specFingerprint,
    data: dataset.fingerprint,
    engine: pool.engine,
  })
  const { decisions, levers } = await execute(plan, {
    stages,
    runner: pool,
    journal,
    clock: () => performance.now(),
    listener: (event) => {
      if (event.type === 'run-started') appendFileSync(started, `${idOf(event.request)}\n`)
    },
  })
  pool.close()
  await journal.close()
  // What is measured in seconds is left out: it is in summaries and findings, and differs from one study to the next.
  const decided = decisions.map(({ stage, conclusion, levers: after, runs }) => ({ stage, conclusion, levers: after, runs }))
  writeFileSync(out, JSON.stringify({ decided, levers }))
}

await study(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as DigitsStudy)
