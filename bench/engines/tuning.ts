// `npm run bench:tuning -- [--example digits|wine|text] [--peers PyTorch,JAX] [--python FILE] [--workers N] [--rounds N]
// [--engines NAME,NAME] [--table FILE]`: a whole tuning, from its command to its report, against plain Optuna scripts that
// train the same trials: read from the journal of the first study of this print. All on as many processes; they take turns,
// and figures are medians. The peers build their models from the layers of the spec. Without `--peers`, there are all that
// can train the example: of digits, PyTorch alone. Goals are judged by processor time.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { median } from '../../src/stats/describe.ts'
import { root } from '../../test/support/architecture.ts'
import { type Took, timed } from '../speed/processor.ts'
import { lastLine, pythonOf, versionsOf } from './peers.ts'
import { machineLine, markdownOf, type Table, writePart } from './results.ts'
import { examples, isPeer, type PeerName, peers } from './tuning-examples.ts'
import { accuracyOf, runsIn, stepsOf, writeTrials } from './tuning-trials.ts'

/** All measurements of one program. */
interface Timed {
  readonly name: string
  readonly took: readonly Took[]
  readonly runs: number
  readonly accuracy: number
  /** Whether it is held to the goals. */
  readonly judged: boolean
}

interface Peer extends Took {
  readonly trials: number
  readonly accuracy: number
}

const { values: given } = parseArgs({
  options: {
    example: { type: 'string', default: 'digits' },
    peers: { type: 'string' },
    python: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '3' },
    engines: { type: 'string', default: 'cpu,tensorflow,wasm' },
    table: { type: 'string' },
  },
})
const example = examples[given.example]
if (!example) throw new Error(`--example is one of ${Object.keys(examples).join(', ')}`)
const { tolerance } = example
const asked = (given.peers?.split(',') ?? example.peers).map((name): PeerName => {
  if (isPeer(name) && example.peers.includes(name)) return name
  throw new Error(`the peers of ${given.example} are ${example.peers.join(', ')}`)
})
const scratch = mkdtempSync(join(tmpdir(), 'tunegate-tuning-'))

const folderOf = (engine: string): string => join(scratch, engine)

/** The study by the bundled command, as a user runs it. A failing gate is a result as well. */
function study(spec: string, engine: string): Took {
  const cli = [join(root, 'dist/cli/index.js'), 'run', spec, '--fresh']
  return timed(process.execPath, [...cli, '--engine', engine, '--workers', given.workers, '--out', folderOf(engine)])
}

function optuna(python: string, name: PeerName): Peer {
  rmSync(join(scratch, 'optuna.journal'), { force: true })
  const script = join(root, 'bench/engines/tuning_optuna.py')
  const took = timed(python, [script, scratch, given.workers, peers[name].module])
  return { ...took, ...(lastLine(took.text) as { readonly trials: number; readonly accuracy: number }) }
}

const clockOf = ({ took }: Timed): number => median(took.map(({ seconds }) => seconds))
const processorOf = ({ took }: Timed): number => median(took.map(({ processor }) => processor))

/** A peer's time over that of a program, by processors and by the clock, and what it says of the goal. */
function comparison(program: Timed, peer: Timed, goal: number | null): string[] {
  const ratio = processorOf(peer) / processorOf(program)
  const same = Math.abs(program.accuracy - peer.accuracy) <= tolerance
  const ratios = `${ratio.toFixed(2)}× (${(clockOf(peer) / clockOf(program)).toFixed(2)}×)`
  const verdict = goal === null ? '' : `${goal}×: ${same && ratio >= goal ? 'met' : 'missed'}`
  return [same ? ratios : 'none: another accuracy', verdict]
}

function tableOf(own: readonly Timed[], others: ReadonlyMap<PeerName, Timed>, steps: number): Table {
  const row = (program: Timed): string[] => [
    program.name,
    String(program.runs),
    program.accuracy.toFixed(4),
    `${clockOf(program).toFixed(1)} s`,
    `${processorOf(program).toFixed(1)} s`,
    ...[...others].flatMap(([name, peer]) => comparison(program, peer, program.judged ? peers[name].goal : null)),
  ]
  const compared = [...others.keys()].flatMap((name) => [`to ${name}, by processors (by the clock)`, `goal to ${name}`])
  return {
    title: `The whole ${given.example} tuning, ${steps} steps, ${given.workers} processes, median of ${given.rounds}`,
    head: ['program', 'runs', 'validation accuracy, verified', 'by the clock', 'processors', ...compared],
    rows: [...others.values(), ...own].map(row),
  }
}

async function main(spec: string): Promise<void> {
  const python = pythonOf(given.python, scratch)
  const engines = given.engines.split(',')
  const found = new Map<string, Took[]>(engines.map((engine) => [engine, []]))
  const trained = new Map<PeerName, Peer[]>(asked.map((name) => [name, []]))
  const first = folderOf(engines[0] ?? '')
  for (let round = 0; round < Number(given.rounds); round++) {
    for (const engine of engines) found.get(engine)?.push(study(spec, engine))
    if (round === 0) await writeTrials(spec, runsIn(first), scratch)
    for (const name of asked) trained.get(name)?.push(optuna(python, name))
  }
  const own = [...found].map(([engine, took]): Timed => {
    const runs = runsIn(folderOf(engine))
    return { name: `tunegate run, ${engine}`, took, runs: runs.length, accuracy: accuracyOf(runs), judged: engine === 'cpu' }
  })
  const others = [...trained].map(([name, took]): [PeerName, Timed] => {
    const { trials: runs = NaN, accuracy = NaN } = took[0] ?? {}
    return [name, { name: `Optuna + ${name}`, took, runs, accuracy, judged: false }]
  })
  const text = markdownOf(tableOf(own, new Map(others), stepsOf(runsIn(first))))
  console.log(text)
  const part = given.example === 'digits' ? 'Tuning' : `Tuning of ${given.example}`
  if (given.table) writePart(given.table, part, [machineLine(versionsOf(python)), text])
}

try {
  await main(example.spec(scratch))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
