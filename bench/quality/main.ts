// `npm run bench:quality -- [--tier quick|full] [--sets A,B] [--aside] [--starts A,B] [--roots 1,2] [--arms A,B]
// [--reference] [--steps FILE] [--cache DIR] [--python FILE] [--workers N] [--out FILE] [--null N]`: how good the levers are
// that a study ends with, against searches with as many training steps. README.md explains it.
import { fork } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { jsonLines, machineLine } from '../engines/results.ts'
import { nullTable } from './null.ts'
import { optionsOf, type Options } from './options.ts'
import { prepared } from './problem.ts'
import { ensureData, pythonWith } from './python.ts'
import type { Reference, SetReference } from './results.ts'
import { isSearch, searches } from './search.ts'
import { report, type Judged } from './tables.ts'
import type { Measured, Message, Order } from './worker.ts'

const referenceFile = join(import.meta.dirname, 'reference.json')

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

function write(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${jsonLines(value, 3)}\n`)
}

/** Trains one data set in a process of its own. */
function measured(order: Order, start: number): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'worker.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.on('message', (message: Message) => {
      if (message.type === 'done') return resolve(message.measured)
      const seconds = ((performance.now() - start) / 1000).toFixed(0)
      console.error(`${seconds.padStart(5)} s  ${order.set}: ${message.text}`)
    })
    child.on('exit', (code) => reject(new Error(`the process of ${order.set} ended with ${code}; its reason is above`)))
    child.send(order)
  })
}

/** Works on as many orders at a time as there are workers; the answers are in the order of the orders. */
async function inParallel(
  orders: readonly Order[],
  workers: number,
  onMeasured: (measured: Measured) => void,
): Promise<Measured[]> {
  const start = performance.now()
  const answers = new Map<Order, Measured>()
  const queue = orders.values()
  const lane = async (): Promise<void> => {
    for (const order of queue) {
      const answer = await measured(order, start)
      answers.set(order, answer)
      onMeasured(answer)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, workers) }, lane))
  return orders.flatMap((order) => answers.get(order) ?? [])
}

function orderOf(options: Options, name: string, python: string, known: SetReference | undefined): Order {
  const { cache, starts, roots, arms, tier } = options
  const fixed = options.steps === undefined ? undefined : (read(options.steps) as Readonly<Record<string, number>>)[name]
  const budgets = fixed === undefined ? (known?.budgets ?? {}) : Object.fromEntries(roots.map((root) => [root, fixed]))
  return { set: name, cache, python, starts, roots, arms, budgets, oracle: tier === 'full' }
}

/** The set with what the reference knows of it, if this day's measuring found no oracle itself. */
function judgedOf(options: Options, found: Measured, known: SetReference | undefined): Judged | undefined {
  const set = options.sets.find(({ name }) => name === found.set)
  if (!set) return undefined
  const { cells, objective, budgets } = found
  if (found.oracle) return { set, objective, oracle: found.oracle, cells, budgets }
  if (!known) return undefined
  if (known.data !== found.data) {
    console.error(`${set.name}: the reference was measured on other data; make it again with --reference --sets ${set.name}`)
    return undefined
  }
  const measuredHere = new Set(cells.map(({ arm }) => arm))
  const kept = known.cells.flatMap((cell) => {
    if (cell.arm === 'tunegate') return [{ ...cell, arm: 'before' }]
    return isSearch(cell.arm) && !measuredHere.has(cell.arm) ? [cell] : []
  })
  return { set, objective, oracle: known.oracle, cells: [...cells, ...kept], budgets: known.budgets }
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2))
  const names = options.sets.map(({ name }) => name)
  const python = pythonWith(options)
  ensureData(options.cache, names, python)
  if (options.nullStudies > 0) return simulate(options)
  const known = options.tier === 'full' ? {} : readReference()
  const orders = names.map((name) => orderOf(options, name, python(options.arms.some(isSearch)), known[name]))
  const start = performance.now()
  const found = await inParallel(orders, options.workers, (one) => options.reference && addToReference(one))
  const judged = found.flatMap((measuredSet) => judgedOf(options, measuredSet, known[measuredSet.set]) ?? [])
  const arms = ['declared', 'before', 'tunegate', ...Object.keys(searches)].filter((arm) =>
    judged.some(({ cells }) => cells.some((cell) => cell.arm === arm)),
  )
  const fresh = found.reduce((sum, { fresh: { steps } }) => sum + steps, 0)
  const minutes = ((performance.now() - start) / 60_000).toFixed(1)
  const took = `${minutes} minutes on ${options.workers} processes, ${fresh} steps trained anew`
  console.log([machineLine({}), took, report(judged, arms, options.starts)].join('\n\n'))
  for (const { set, cells } of found)
    if (!judged.some((j) => j.set.name === set))
      console.log(`\n${set}: ${cells.length} cells, without an oracle to compare with`)
  write(options.out, { machine: machineLine({}), took, tier: options.tier, sets: found })
}

/** Studies of worlds with nothing to find, by the plan of the first set with classes: the worlds only know their loss. */
async function simulate({ sets, cache, nullStudies }: Options): Promise<void> {
  const set = sets.find(({ task }) => task === 'classification')
  if (!set) throw new Error('--null needs a data set with classes')
  const { plan } = await prepared(set.name, cache)
  console.log(await nullTable(plan, nullStudies))
}

/** After each set, so that a kill loses one set at most. */
function addToReference({ set, data, objective, budgets, oracle, cells }: Measured): void {
  if (oracle === null) return
  const own: SetReference = { data, objective, budgets, oracle, cells: cells.map(({ stages: _, ...cell }) => cell) }
  write(referenceFile, { ...readReference(), [set]: own })
}

const readReference = (): Reference => (existsSync(referenceFile) ? (read(referenceFile) as Reference) : {})

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
