// `npm run bench:engines -- [--engine DIR] [--python FILE] [--rounds N] [--only TEXT]
// [--engines TEXT]`: steps a second of one process with one thread on every engine, and PyTorch beside them: the same model, initial weights, data, batches, optimizer and clipping.
// Engines take turns; figures are medians. Before any ratio counts, all must come to the same loss.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { root } from '../support/architecture.ts'
import { contests, type Contest } from './workloads.ts'

interface Measured {
  readonly stepsPerSecond: number
  /** Steps a second of processor time, all threads together: the same whether or not the machine has other work. */
  readonly perCore: number
  readonly first: number
  readonly loss: number
}

const { values: given } = parseArgs({
  options: { engine: { type: 'string' }, python: { type: 'string' }, rounds: { type: 'string', default: '5' },
    only: { type: 'string' }, engines: { type: 'string', default: '' },
  },
})
const scratch = mkdtempSync(join(tmpdir(), 'tunegate-bench-'))
const program = join(scratch, 'engines-node.mjs')
const wasmFolder = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')
const here = join(root, 'test/bench')

/** How far the mean of the last ten losses may be from PyTorch's. */
const tolerance = 0.02

function command(file: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } })
  if (status !== 0) throw new Error(`${file} ${args[0] ?? ''}: ${stderr.slice(-2000)}`)
  return stdout
}

const lastLine = (text: string): Measured => JSON.parse(text.trim().split('\n').at(-1) ?? '') as Measured

function node(engine: string, contest: number): Measured {
  const order = { engine, contest, folder: given.engine ?? '', wasmFolder, scratch }
  return lastLine(command(process.execPath, [program, JSON.stringify(order)]))
}

/** A scratch environment with PyTorch for the processor alone, where none is named. */
function python(): string {
  if (given.python) return given.python
  command('python3', ['-m', 'venv', join(scratch, 'venv')])
  const pip = join(scratch, 'venv/bin/pip')
  command(pip, ['install', '--quiet', 'torch==2.15.0', 'numpy==2.4.6', '--extra-index-url', 'https://download.pytorch.org/whl/cpu'])
  return join(scratch, 'venv/bin/python')
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2
}

function compete(contest: Contest, at: number, interpreter: string): void {
  node('prepare', at)
  const torch = (...options: string[]): Measured => lastLine(command(interpreter, [join(here, 'engines_torch.py'), scratch, ...options]))
  const engines: Record<string, () => Measured> = {
    'PyTorch eager': () => torch(),
    ...(contest.inputShape.length === 3 ? { 'PyTorch eager, channels last': () => torch('channels_last') } : {}),
    ...(given.engine ? { 'tensorflow, compiled': () => node('compiled', at), 'tensorflow, op by op': () => node('eager', at) } : {}),
    wasm: () => node('wasm', at),
  }
  const wanted = Object.entries(engines).filter(([name]) => name.includes(given.engines) || name === 'PyTorch eager')
  const found = new Map<string, Measured[]>(wanted.map(([name]) => [name, []]))
  for (let round = 0; round < Number(given.rounds); round++) {
    for (const [name, run] of wanted) found.get(name)?.push(run())
  }
  report(contest, found)
}

function report(contest: Contest, found: ReadonlyMap<string, readonly Measured[]>): void {
  const peer = found.get('PyTorch eager') ?? []
  const base = median(peer.map((m) => m.perCore))
  console.log(`\n${contest.name}: steps a second of processor time, median of ${given.rounds} [all], (by the clock)`)
  for (const [name, all] of found) {
    const speeds = all.map((m) => m.perCore)
    const ratio = median(speeds) / base
    const away = Math.abs((all[0]?.loss ?? NaN) - (peer[0]?.loss ?? NaN))
    const same = away <= tolerance * Math.max(0.1, peer[0]?.loss ?? NaN) ? '' : '  DIFFERENT LOSS'
    const goal = name === 'tensorflow, compiled' && contest.goal ? `  goal ${contest.goal}: ${ratio >= contest.goal ? 'met' : 'missed'}` : ''
    console.log(`  ${name.padEnd(30)} ${median(speeds).toFixed(1).padStart(8)}  ${ratio.toFixed(2)}×  loss ${all[0]?.first?.toFixed(5)} → ${
      all[0]?.loss.toFixed(5)}${same}${goal}  [${speeds.map((s) => s.toFixed(0)).join(' ')}]  (${
      median(all.map((m) => m.stepsPerSecond)).toFixed(0)})`)
  }
}

try {
  await build({
    entryPoints: [join(here, 'engines-node.ts')], outfile: program, bundle: true, platform: 'node', format: 'esm', logLevel: 'error',
    banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
  })
  const interpreter = python()
  contests.forEach((contest, at) => {
    if (!given.only || contest.name.includes(given.only)) compete(contest, at, interpreter)
  })
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
