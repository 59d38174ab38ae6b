// `npm run bench:engines -- [--engine DIR] [--python FILE] [--rounds N] [--only TEXT] [--engines TEXT,TEXT]
// [--skip-processes] [--profile] [--table FILE]`: steps a second of one process with one thread on every engine, and PyTorch
// and Keras beside them: the same model, initial weights, data, batches, optimizer and clipping. They take turns; figures
// are medians. Before any ratio counts, all must come to the same loss. Then two workers at once, and a worker's start.
// `--profile`: instead, what the ops of a native step cost one by one. `--table` puts the figures into a file.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { engineFolder } from '../../src/cli/engine-folder.ts'
import { availabilityOf, engineState } from '../../src/engines/tensorflow/install/status.ts'
import { median } from '../../src/stats/describe.ts'
import { root } from '../../test/support/architecture.ts'
import { command, lastLine, pythonOf, versionsOf } from './peers.ts'
import { processesTable } from './processes.ts'
import type { OpCost } from './profile-ops.ts'
import { machineLine, markdownOf, type Table, writePart } from './results.ts'
import { contests, type Contest } from './workloads.ts'

interface Measured {
  readonly stepsPerSecond: number
  /** Steps a second of processor time, all threads together: the same whether or not the machine has other work. */
  readonly perCore: number
  readonly first: number
  readonly loss: number
}
/** A peer that lacks something of the model. */
interface Unable {
  readonly unable: string
}
type Runs = ReadonlyMap<string, (Measured | Unable)[]>

const { values: given } = parseArgs({
  options: {
    engine: { type: 'string' },
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    engines: { type: 'string', default: '' },
    table: { type: 'string' },
    'skip-processes': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
})
const scratch = mkdtempSync(join(tmpdir(), 'tunegate-bench-'))
const program = join(scratch, 'engines-node.mjs')
const wasmFolder = join(
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'dist',
)
const here = join(root, 'test/bench')

/** How far the mean of the last ten losses may be from PyTorch's. */
const tolerance = 0.02
const [base, ours] = ['PyTorch eager', 'tensorflow, compiled'] as const

type Measure = () => Measured | Unable

function enginesOf({ inputShape }: Contest, at: number, python: string, folder: string | null): Record<string, Measure> {
  const told =
    (file: string, ...args: string[]) =>
    () =>
      lastLine(command(file, args)) as Measured | Unable
  const node = (engine: string): Measure => told(process.execPath, program, orderOf(engine, at, folder))
  const peer = (script: string, ...options: string[]): Measure => told(python, join(here, script), scratch, ...options)
  return {
    [base]: peer('engines_torch.py'),
    ...(inputShape.length === 3 ? { 'PyTorch eager, channels last': peer('engines_torch.py', 'channels_last') } : {}),
    Keras: peer('engines_keras.py'),
    ...(folder === null ? {} : { [ours]: node('compiled'), 'tensorflow, op by op': node('eager') }),
    wasm: node('wasm'),
  }
}

const orderOf = (engine: string, contest: number, folder: string | null): string =>
  JSON.stringify({ engine, contest, folder: folder ?? '', wasmFolder, scratch })

function compete(contest: Contest, at: number, python: string, folder: string | null): Table {
  command(process.execPath, [program, orderOf('prepare', at, folder)])
  const names = given.engines.split(',')
  const wanted = Object.entries(enginesOf(contest, at, python, folder)).filter(
    ([name]) => name === base || names.some((n) => name.includes(n)),
  )
  const found: Runs = new Map(wanted.map(([name]) => [name, []]))
  for (let round = 0; round < Number(given.rounds); round++) {
    for (const [name, run] of wanted) found.get(name)?.push(run())
  }
  return tableOf(contest, found)
}

const done = (runs: readonly (Measured | Unable)[] = []): Measured[] =>
  runs.filter((run): run is Measured => !('unable' in run))

function tableOf({ name, goal }: Contest, found: Runs): Table {
  const peer = done(found.get(base))
  const rows = [...found].map(([engine, runs]) => rowOf(engine, runs, peer, engine === ours ? goal : null))
  const head = ['engine', 'steps a second', 'of each round', 'by the clock', `to ${base}`, 'loss, first and last', 'goal']
  return { title: `${name}: steps a second of processor time, median of ${given.rounds}`, head, rows }
}

function rowOf(
  engine: string,
  runs: readonly (Measured | Unable)[],
  peer: readonly Measured[],
  goal: number | null,
): string[] {
  const all = done(runs)
  const [lack] = runs.filter((run): run is Unable => 'unable' in run)
  if (lack) return [engine, `not measured: ${lack.unable}`, '', '', '', '', '']
  const [speeds, clock] = [all.map((m) => m.perCore), all.map((m) => m.stepsPerSecond)]
  const ratio = median(speeds) / median(peer.map((m) => m.perCore))
  const [loss, wanted] = [all[0]?.loss ?? NaN, peer[0]?.loss ?? NaN]
  const same = Math.abs(loss - wanted) <= tolerance * Math.max(0.1, wanted)
  return [
    engine,
    median(speeds).toFixed(1),
    speeds.map((s) => s.toFixed(0)).join(' '),
    median(clock).toFixed(1),
    same ? `${ratio.toFixed(2)}×` : 'none: another loss',
    `${(all[0]?.first ?? NaN).toFixed(5)} → ${loss.toFixed(5)}`,
    goal === null ? '' : `${goal}×: ${same && ratio >= goal ? 'met' : 'missed'}`,
  ]
}

/** The engine that is named, else the one that is installed; without one its rows are left out. */
async function folderOf(): Promise<string | null> {
  if (given.engine) return given.engine
  const found = availabilityOf(await engineState(engineFolder()))
  if (found.ok) return found.value
  console.error(`without the native engine: ${found.error.why}`)
  return null
}

/** Ops of a profile that are listed one by one. */
const listed = 14

/** Where the time of a native step goes. */
function profiled(contest: Contest, at: number, folder: string): Table {
  const costs = lastLine(command(process.execPath, [program, orderOf('profile', at, folder)])) as OpCost[]
  const all = costs.reduce((sum, { micros }) => sum + micros, 0)
  const row = (op: string, shapes: string, calls: number, micros: number): string[] => [
    op,
    shapes,
    String(calls),
    micros.toFixed(0),
    `${((100 * micros) / all).toFixed(1)} %`,
  ]
  const rest = costs.slice(listed)
  const sum = (of: 'calls' | 'micros'): number => rest.reduce((total, cost) => total + cost[of], 0)
  return {
    title: `${contest.name}: a step op by op, ${all.toFixed(0)} µs`,
    head: ['op', 'inputs', 'calls', 'µs', 'share'],
    rows: [
      ...costs.slice(0, listed).map(({ op, shapes, calls, micros }) => row(op, shapes, calls, micros)),
      row(`${rest.length} other kinds`, '', sum('calls'), sum('micros')),
    ],
  }
}

async function main(): Promise<void> {
  await build({
    entryPoints: [join(here, 'engines-node.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  })
  const folder = await folderOf()
  const python = given.profile ? '' : pythonOf(given.python, scratch)
  const head = machineLine(given.profile ? {} : versionsOf(python))
  const tables: Table[] = []
  // After each, so that a benchmark that is stopped has written what it found.
  const tell = (table: Table): void => {
    tables.push(table)
    console.log(`\n${markdownOf(table)}`)
    if (given.table) writePart(given.table, given.profile ? 'Profile' : 'Engines', [head, ...tables.map(markdownOf)])
  }
  contests.forEach((contest, at) => {
    if (given.only && !contest.name.includes(given.only)) return
    if (!given.profile) tell(compete(contest, at, python, folder))
    else if (folder !== null) tell(profiled(contest, at, folder))
  })
  if (!given['skip-processes'] && !given.profile) tell(await processesTable(folder))
}

try {
  await main()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
