// `npm run bench:speed -- [--only PART,PART] [--python FILE] [--engine DIR] [--rounds N]`: the goals for speed, each as a
// ratio within one run of this command, by processor time, measured in turns. Parts:
//
//   commands  validate and plan on digits, against a Node that does nothing
//   start     a worker from its start to its first native step, against loading the TensorFlow library alone
//   study     the whole digits study, against the bare native time of its steps
//   workers   two workers at once, against one
//   runs      a study of 10,000 runs: linear, memory flat, the report small
//   steps     steps of five models, against PyTorch eager and JAX (takes minutes; needs Python and its packages)
//
// It measures the bundles in dist/: build first. It only prints: no figure makes it fail.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadDataset } from '../../src/data/load.ts'
import { digitImages } from '../../test/support/digits.ts'
import { bundleWorker } from '../../test/support/worker-bundle.ts'
import { buildProgram, compete } from '../engines/compete.ts'
import { kernelFolder, nativeFolder } from '../engines/native-folder.ts'
import { pythonOf, versionsOf } from '../engines/peers.ts'
import { machineLine, markdownOf } from '../engines/results.ts'
import { contests } from '../engines/workloads.ts'
import { row, title } from '../orchestration/print.ts'
import { stepsPerSecond } from '../orchestration/training.ts'
import { commands } from './commands.ts'
import { manyRuns } from './many-runs.ts'
import { processorFlags } from './processor.ts'
import { start } from './start.ts'
import { study } from './study.ts'

const { values: given } = parseArgs({
  options: {
    only: { type: 'string' },
    python: { type: 'string' },
    engine: { type: 'string' },
    rounds: { type: 'string', default: '5' },
  },
})
// What V8 compiled is kept for the tests' sake; users have no such cache.
delete process.env['NODE_COMPILE_CACHE']
const rounds = Number(given.rounds)
const scratch = mkdtempSync(join(tmpdir(), 'tunegate-speed-'))
const folder = await nativeFolder(given.engine)

/** Two workers on two cores against one, by the clock: processor time would not show that they wait for each other. */
async function workers(native: string): Promise<void> {
  title('Two workers at once against one, steps a second by the clock')
  const worker = await bundleWorker()
  try {
    const data = await loadDataset(digitImages)
    for (const { name, ratio } of await stepsPerSecond(worker, data, { engine: 'tensorflow', folder: native })) {
      row(name, `${ratio.toFixed(2)}×`, { goal: '≥ 1.9×', met: ratio >= 1.9 })
    }
  } finally {
    worker.remove()
  }
}

async function steps(native: string): Promise<void> {
  const python = pythonOf(given.python, scratch)
  const arena = { scratch, python, folder: native, kernels: await kernelFolder() }
  await buildProgram(arena)
  console.log(`\n${machineLine(versionsOf(python))}`)
  const turns = { rounds, engines: ['PyTorch', 'JAX', 'compiled', 'cpu'] }
  for (const at of contests.keys()) console.log(`\n${markdownOf(compete(at, arena, turns))}`)
}

/** Those that need the native engine get its folder. */
const parts: Readonly<Record<string, (native: string) => Promise<void>>> = {
  commands: () => commands(rounds),
  start: (native) => start(native, rounds),
  study: (native) => study(native, scratch, rounds),
  workers,
  runs: () => manyRuns(scratch),
  steps,
}
const withoutNative = ['commands', 'runs']

try {
  console.log(`${machineLine({})}\n${processorFlags()}`)
  const wanted = given.only?.split(',') ?? Object.keys(parts)
  for (const name of wanted) {
    const part = parts[name]
    if (!part) throw new Error(`no part ${name}; there are ${Object.keys(parts).join(', ')}`)
    if (folder === null && !withoutNative.includes(name)) console.log(`\n${name}: not measured without the native engine`)
    else await part(folder ?? '')
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
