// `npm run bench:engines -- [--engine DIR] [--python FILE] [--rounds N] [--only TEXT] [--engines TEXT,TEXT]
// [--skip-processes] [--profile] [--table FILE]`: steps a second of one process with one thread on every engine, and PyTorch
// and Keras beside them: the same model, initial weights, data, batches, optimizer and clipping. They take turns; figures
// are medians. Before any ratio counts, all must come to the same loss. Then two workers at once, and a worker's start.
// `--profile`: instead, what the ops of a native step cost one by one. `--table` puts the figures into a file.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Arena, buildProgram, compete, ordered } from './compete.ts'
import { kernelFolder, nativeFolder } from './native-folder.ts'
import { pythonOf, versionsOf } from './peers.ts'
import { processesTable } from './processes.ts'
import type { OpCost } from './profile-ops.ts'
import { machineLine, markdownOf, type Table, writePart } from './results.ts'
import { type Contest, contests } from './workloads.ts'

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

/** Ops of a profile that are listed one by one. */
const listed = 14

/** Where the time of a native step goes. */
function profiled(contest: Contest, at: number, arena: Arena): Table {
  const costs = ordered(arena, 'profile', at) as OpCost[]
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
  const folder = await nativeFolder(given.engine)
  const python = given.profile ? '' : pythonOf(given.python, scratch)
  const arena = { scratch, python, folder, kernels: await kernelFolder() }
  await buildProgram(arena)
  const turns = { rounds: Number(given.rounds), engines: given.engines.split(',') }
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
    if (!given.profile) tell(compete(at, arena, turns))
    else if (folder !== null) tell(profiled(contest, at, arena))
  })
  if (!given['skip-processes'] && !given.profile) tell(await processesTable(folder))
}

try {
  await main()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
