// `npm run bench:tuning -- [--python FILE] [--workers N] [--rounds N] [--engines NAME,NAME] [--table FILE]`: the whole
// digits example, from its command to its report, against a plain Optuna + PyTorch script that trains the same trials:
// read from the journal of the first study of this print. Both on as many processes; they take turns, and figures are
// medians.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadDataset } from '../../src/data/load.ts'
import type { Evaluation, RunResult } from '../../src/records/run.ts'
import { median } from '../../src/stats/describe.ts'
import { root } from '../../test/support/architecture.ts'
import { digitImages } from '../../test/support/digits.ts'
import { type Took, timed } from '../speed/processor.ts'
import { lastLine, pythonOf, versionsOf } from './peers.ts'
import { machineLine, markdownOf, type Table, writePart } from './results.ts'

interface Peer extends Took {
  readonly trials: number
  readonly accuracy: number
}

const { values: given } = parseArgs({
  options: {
    python: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '3' },
    engines: { type: 'string', default: 'cpu,tensorflow,wasm' },
    table: { type: 'string' },
  },
})
const scratch = mkdtempSync(join(tmpdir(), 'tunegate-tuning-'))
/** The peer's time over ours that is asked for. */
const goal = 3
/** How far the mean validation accuracy of the verified runs may be from the peer's. */
const tolerance = 0.02

const folderOf = (engine: string): string => join(scratch, engine)

/** The study by the bundled command, as a user runs it. A failing gate is a result as well. */
function study(engine: string): Took {
  const cli = [join(root, 'dist/cli/index.js'), 'run', join(root, 'examples/digits/tuning.yml'), '--fresh']
  return timed(process.execPath, [...cli, '--engine', engine, '--workers', given.workers, '--out', folderOf(engine)])
}

function runsOf(engine: string): RunResult[] {
  const lines = readFileSync(join(folderOf(engine), 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  // Other lines say how much time has passed.
  return lines.flatMap((line) => (JSON.parse(line) as { readonly run?: RunResult }).run ?? [])
}

/** Data and trials for the peer: as many runs, with the same levers, steps, rates and evaluations. */
async function prepare(runs: readonly RunResult[]): Promise<void> {
  const augmented = runs.some((run) => run.request.levers.regularization.augmentation > 0)
  if (augmented) throw new Error('the peer knows no augmentation')
  const data = await loadDataset(digitImages)
  const { train, validation, test } = data.splits
  const trials = runs.map(({ request: { levers, seed, job }, steps, evaluations }) => ({
    levers,
    seed,
    rates: steps.learningRate,
    evaluateAt: evaluations.map((e) => e.step),
    test: job.kind === 'train' && job.evaluateTest,
  }))
  const batches = [...new Set(runs.map((run) => run.request.levers.batching.batchSize))]
  writeFileSync(join(scratch, 'inputs.bin'), data.inputs)
  writeFileSync(join(scratch, 'targets.bin'), data.targets)
  const splits = { train: [...train], validation: [...validation], test: [...test] }
  writeFileSync(join(scratch, 'trials.json'), JSON.stringify({ runs: trials, batches, splits }))
}

function optuna(python: string): Peer {
  rmSync(join(scratch, 'optuna.journal'), { force: true })
  const took = timed(python, [join(root, 'bench/engines/tuning_optuna.py'), scratch, given.workers])
  return { ...took, ...(lastLine(took.text) as { readonly trials: number; readonly accuracy: number }) }
}

/** Best validation accuracy, mean over the verified runs. */
function accuracyOf(runs: readonly RunResult[]): number {
  const verified = runs.flatMap((run) => (run.status === 'complete' && run.best?.test ? [run.evaluations] : []))
  const accuracy = ({ validation }: Evaluation): number => ('accuracy' in validation ? validation.accuracy : NaN)
  const best = verified.map((evaluations) => Math.max(...evaluations.map(accuracy)))
  return best.reduce((a, b) => a + b, 0) / best.length
}

function tableOf(found: ReadonlyMap<string, readonly Took[]>, peers: readonly Peer[], steps: number): Table {
  const [peer] = peers as [Peer]
  const clock = (all: readonly Took[]): number => median(all.map((took) => took.seconds))
  const processor = (all: readonly Took[]): number => median(all.map((took) => took.processor))
  const row = (name: string, all: readonly Took[], runs: number, accuracy: number, judged: boolean): string[] => {
    const ratio = clock(peers) / clock(all)
    const same = Math.abs(accuracy - peer.accuracy) <= tolerance
    return [
      name,
      String(runs),
      accuracy.toFixed(4),
      `${clock(all).toFixed(1)} s`,
      `${processor(all).toFixed(1)} s`,
      same ? `${ratio.toFixed(2)}× (${(processor(peers) / processor(all)).toFixed(2)}×)` : 'none: another accuracy',
      judged ? `${goal}×: ${same && ratio >= goal ? 'met' : 'missed'}` : '',
    ]
  }
  const rows = [...found].map(([engine, all]) => {
    const runs = runsOf(engine)
    return row(`tunegate run, ${engine}`, all, runs.length, accuracyOf(runs), engine === 'cpu')
  })
  return {
    title: `The whole digits tuning, ${steps} steps, ${given.workers} processes, median of ${given.rounds}`,
    head: [
      'program',
      'runs',
      'validation accuracy, verified',
      'by the clock',
      'processors',
      'to Optuna (by processors)',
      'goal',
    ],
    rows: [row('Optuna + PyTorch', peers, peer.trials, peer.accuracy, false), ...rows],
  }
}

async function main(): Promise<void> {
  const python = pythonOf(given.python, scratch)
  const engines = given.engines.split(',')
  const found = new Map<string, Took[]>(engines.map((engine) => [engine, []]))
  const peers: Peer[] = []
  const [first = 'wasm'] = engines
  for (let round = 0; round < Number(given.rounds); round++) {
    for (const engine of engines) found.get(engine)?.push(study(engine))
    if (round === 0) await prepare(runsOf(first))
    peers.push(optuna(python))
  }
  const steps = runsOf(first).reduce((sum, run) => sum + run.steps.loss.length, 0)
  const text = markdownOf(tableOf(found, peers, steps))
  console.log(text)
  if (given.table) writePart(given.table, 'Tuning', [machineLine(versionsOf(python)), text])
}

try {
  await main()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
