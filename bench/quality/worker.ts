// Measures one data set in a process of its own; its order and its results go by messages. See main.ts.
import { mean } from '../../src/stats/describe.ts'
import type { Levers } from '../../src/records/levers.ts'
import { finalOf } from './final.ts'
import { gridsOf, isGrid, searchGrid } from './grid.ts'
import { oracleOf } from './oracle.ts'
import { nativeEngine, openProblem, startLevers, type Problem } from './problem.ts'
import type { Start } from './starts.ts'
import type { Cell, SetReference } from './results.ts'
import { isSearch, ranked, search, type SearchName } from './search.ts'
import { driveStudy, movedText } from './study.ts'

export interface Order {
  readonly set: string
  readonly cache: string
  /** An interpreter with Optuna; not needed without a search. */
  readonly python: string
  readonly starts: readonly Start[]
  readonly roots: readonly number[]
  readonly arms: readonly string[]
  /** Steps of a search by root seed; those of the tunegate arm from `init` where this has none. */
  readonly budgets: Readonly<Record<string, number>>
  /** Whether to look for the oracle, from the trials of the searches among the arms. */
  readonly oracle: boolean
}

export type Message =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'done'; readonly measured: Measured }

export interface Measured {
  readonly set: string
  readonly data: string
  readonly objective: string
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number }
  readonly cells: readonly Cell[]
  readonly budgets: SetReference['budgets']
  readonly oracle: SetReference['oracle'] | null
  readonly fresh: Problem['fresh']
}

const send = (message: Message): void => void process.send?.(message)

async function measure(order: Order): Promise<Measured> {
  const problem = await openProblem(order.set, order.cache, await nativeEngine())
  const cells: Cell[] = []
  const add = (cell: Omit<Cell, 'set' | 'final'>): void => {
    const final = finalOf(problem, cell.levers)
    cells.push({ set: order.set, ...cell, final })
    const failed = final.failed > 0 ? `, ${final.failed} of the retrained runs failed` : ''
    const score = `${problem.objective} on test ${mean(final.test).toPrecision(4)}${failed}`
    const text = `${cell.arm} ${cell.start} ${cell.root}: ${cell.steps} steps, ${score}; ${cell.moved}`
    send({ type: 'progress', text })
  }
  const has = (arm: string): boolean => order.arms.includes(arm)
  for (const start of order.starts) {
    const levers = startLevers(problem, start)
    if (has('declared')) add({ arm: 'declared', start, root: 0, steps: 0, levers, moved: 'nothing' })
  }
  const budgets: Record<string, number> = { ...order.budgets }
  if (has('tunegate'))
    for (const root of order.roots)
      for (const start of order.starts) {
        const from = startLevers(problem, start)
        const { levers, steps, stages } = await driveStudy(problem, root, from)
        if (start === 'init') budgets[root] ??= steps
        const accounts = stages.map(({ levers: _, ...account }) => account)
        add({ arm: 'tunegate', start, root, steps, levers, moved: movedText(from, levers), stages: accounts })
      }
  // A grid is no search with equal steps, so its trials are no candidates for the oracle.
  const grids = has('grid') ? gridsOf(problem) : []
  for (const grid of grids)
    for (const root of order.roots) {
      const { best, steps } = searchGrid(problem, grid, root)
      const levers = best?.levers ?? problem.plan.baseline
      add({ arm: grid.name, start: 'init', root, steps, levers, moved: movedText(problem.plan.baseline, levers) })
    }
  const pool: { readonly levers: Levers; readonly score: number }[] = []
  for (const name of order.arms.filter(isSearch)) pool.push(...(await searchAll(problem, name, order, budgets, add)))
  const trained = cells.filter(({ start, arm }) => start === 'init' && !isGrid(arm)).map(({ levers }) => levers)
  const best = pool.toSorted((a, b) => a.score - b.score).map(({ levers }) => levers)
  const found = order.oracle ? oracleOf(problem, [...trained, ...best]) : null
  const spent = cells.reduce((sum, { steps }) => sum + steps, found?.steps ?? 0)
  return {
    set: order.set,
    data: problem.plan.workload.data.fingerprint,
    objective: problem.objective,
    rows: problem.plan.workload.data.rows,
    cells,
    budgets,
    oracle: found && { levers: found.levers, final: finalOf(problem, found.levers), steps: spent },
    fresh: problem.fresh,
  }
}

async function searchAll(
  problem: Problem,
  name: SearchName,
  { roots, python, set }: Order,
  budgets: Readonly<Record<string, number>>,
  add: (cell: Omit<Cell, 'set' | 'final'>) => void,
): Promise<{ readonly levers: Levers; readonly score: number }[]> {
  const pool: { levers: Levers; score: number }[] = []
  for (const root of roots) {
    const budget = budgets[root]
    if (budget === undefined) throw new Error(`${set}: no steps for a search under root seed ${root}`)
    const { levers, steps, trials } = await search(problem, name, { seed: root, budget, python })
    add({ arm: name, start: 'init', root, steps, levers, moved: movedText(problem.plan.baseline, levers) })
    pool.push(...ranked(trials).map((t) => ({ levers: t.levers, score: t.score })))
  }
  return pool
}

process.once('message', (order: Order) => {
  measure(order).then(
    (measured) => process.send?.({ type: 'done', measured } satisfies Message, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
