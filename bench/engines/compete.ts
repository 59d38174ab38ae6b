// Engines and peers that train the same contest, in turns: who takes how many steps a second, and to the same loss?
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { median } from '../../src/stats/describe.ts'
import { root } from '../../test/support/architecture.ts'
import { command, lastLine } from './peers.ts'
import type { Table } from './results.ts'
import { type Contest, contests } from './workloads.ts'

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

/** What all contests of one benchmark share. */
export interface Arena {
  /** Folder of the files that engines and peers read. */
  readonly scratch: string
  /** The interpreter that has the peers; empty where none is asked. */
  readonly python: string
  /** Folder of the native engine, if there is one. */
  readonly folder: string | null
  /** Folder of the compiled kernels of the engine `cpu`, if there are any. */
  readonly kernels: string | null
}

/** Who trains a contest, and how often. `engines`: parts of names; the first peer always trains. */
export interface Turns {
  readonly rounds: number
  readonly engines: readonly string[]
}

const wasmFolder = join(
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'dist',
)
const here = join(root, 'bench/engines')
const programOf = ({ scratch }: Arena): string => join(scratch, 'engines-node.mjs')

/** Bundles the program that measures one engine. */
export async function buildProgram(arena: Arena): Promise<void> {
  await build({
    entryPoints: [join(here, 'engines-node.ts')],
    outfile: programOf(arena),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  })
}

/** What the program answers to an order for one contest, as JSON. */
export function ordered(arena: Arena, engine: string, at: number): unknown {
  const { folder, kernels, scratch } = arena
  const order = JSON.stringify({
    ...{ engine, contest: at, wasmFolder, scratch },
    folder: (engine === 'cpu' ? kernels : folder) ?? '',
  })
  return lastLine(command(process.execPath, [programOf(arena), order]))
}

/** How far the mean of the last ten losses may be from PyTorch's. */
const tolerance = 0.02
const [base, ours, compiled] = ['PyTorch eager', 'cpu', 'tensorflow, compiled'] as const
/** Engines of this project; everyone else is a peer. */
const own: readonly string[] = [ours, compiled, 'tensorflow, op by op', 'wasm']

type Measure = () => Measured | Unable

function enginesOf({ inputShape }: Contest, at: number, arena: Arena): Record<string, Measure> {
  const node =
    (engine: string): Measure =>
    () =>
      ordered(arena, engine, at) as Measured | Unable
  const peer =
    (script: string, ...options: string[]): Measure =>
    () =>
      lastLine(command(arena.python, [join(here, script), arena.scratch, ...options])) as Measured | Unable
  return {
    [base]: peer('engines_torch.py'),
    ...(inputShape.length === 3 ? { 'PyTorch eager, channels last': peer('engines_torch.py', 'channels_last') } : {}),
    'JAX, jit and scan': peer('engines_jax.py'),
    Keras: peer('engines_keras.py'),
    ...(arena.folder === null ? {} : { [compiled]: node('compiled'), 'tensorflow, op by op': node('eager') }),
    wasm: node('wasm'),
    ...(arena.kernels === null ? {} : { [ours]: node('cpu') }),
  }
}

/** Every engine in turn, `rounds` times, as a table. */
export function compete(at: number, arena: Arena, { rounds, engines }: Turns): Table {
  const contest = contests[at]
  if (!contest) throw new Error(`there is no contest ${at}`)
  ordered(arena, 'prepare', at)
  const wanted = Object.entries(enginesOf(contest, at, arena)).filter(
    ([name]) => name === base || engines.some((n) => name.includes(n)),
  )
  const found: Runs = new Map(wanted.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of wanted) found.get(name)?.push(run())
  }
  return tableOf(contest, found, rounds)
}

const done = (runs: readonly (Measured | Unable)[] = []): Measured[] =>
  runs.filter((run): run is Measured => !('unable' in run))
const speedOf = (runs: readonly Measured[]): number => median(runs.map((m) => m.perCore))

function tableOf({ name, goals }: Contest, found: Runs, rounds: number): Table {
  const first = done(found.get(base))
  const wanted = first[0]?.loss ?? NaN
  const sameLoss = (runs: readonly Measured[]): boolean =>
    Math.abs((runs[0]?.loss ?? NaN) - wanted) <= tolerance * Math.max(0.1, wanted)
  const peers = [...found].map(([engine, runs]) => (own.includes(engine) ? [] : done(runs)))
  const fastest = Math.max(...peers.filter((runs) => runs.length > 0 && sameLoss(runs)).map(speedOf))
  const rows = [...found].map(([engine, runs]) => {
    const all = done(runs)
    const [lack] = runs.filter((run): run is Unable => 'unable' in run)
    if (lack) return [engine, `not measured: ${lack.unable}`, '', '', '', '', '', '']
    const ratios = { eager: speedOf(all) / speedOf(first), fastest: speedOf(all) / fastest }
    const same = sameLoss(all)
    return [
      engine,
      speedOf(all).toFixed(1),
      all.map((m) => m.perCore.toFixed(0)).join(' '),
      median(all.map((m) => m.stepsPerSecond)).toFixed(1),
      ...[ratios.eager, ratios.fastest].map((ratio) => (same ? `${ratio.toFixed(2)}×` : 'none: another loss')),
      `${(all[0]?.first ?? NaN).toFixed(5)} → ${(all[0]?.loss ?? NaN).toFixed(5)}`,
      engine === ours ? judged(goals, ratios, same) : '',
    ]
  })
  const ratioHeads = [`to ${base}`, 'to the fastest peer']
  const head = ['engine', 'steps a second', 'of each round', 'by the clock', ...ratioHeads, 'loss, first and last', 'goal']
  return { title: `${name}: steps a second of processor time, median of ${rounds}`, head, rows }
}

/** Each goal, and whether it is met; a ratio between different losses meets none. */
const judged = (goals: Contest['goals'], ratios: Readonly<Record<keyof Contest['goals'], number>>, same: boolean): string =>
  (['fastest', 'eager'] as const)
    .flatMap((peer) => {
      const goal = goals[peer]
      return goal === null ? [] : [`${peer} ${goal}×: ${same && ratios[peer] >= goal ? 'met' : 'missed'}`]
    })
    .join(', ')
