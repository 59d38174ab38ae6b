import { join } from 'node:path'
import { openFile } from '../base/devices.ts'
import type { EngineDefinition } from '../engines/definition.ts'
import type { Plan } from '../records/plan.ts'
import type { RunRequest } from '../records/run.ts'
import type { Runner } from '../run/runner.ts'

/** Workers in parallel, and the native threads of each. */
export interface Split {
  readonly workers: number
  readonly threads: number
}

/** Workers that can be ended. */
export interface Pool extends Runner {
  close(): void
}

export interface Fitted<P extends Pool = Pool> extends Split {
  readonly pool: P
  /** What was measured, for the report; null if one thread per worker needed no measurement. */
  readonly why: string | null
}

export interface Fitting<P extends Pool = Pool> {
  readonly plan: Plan
  /** The existing pool, with one thread per process; closed if another pool replaces it. */
  readonly pool: P
  readonly start: (split: Split) => Promise<P>
  /** Seconds per step above which a measurement pays off. */
  readonly slowStep: number
  /** Threads of the study that continues. Bits depend on them, so an earlier decision stands. Null for a new study. */
  readonly before: number | null
}

/** More threads must be this much faster. Otherwise one thread per worker is better for bits and memory. */
const worth = 1.1

/**
 * Workers with one native thread each train the most runs per unit of time, unless a step is so large that processes wait
 * for memory. In that case, this measures the same cores as fewer workers with more threads and takes the fastest split.
 */
export async function fitThreads<P extends Pool>(fitting: Fitting<P>): Promise<Fitted<P>> {
  const { plan, pool, slowStep, before, start } = fitting
  const cores = pool.slots
  if (before !== null && before > 1 && before <= cores) {
    pool.close()
    const split = { workers: Math.floor(cores / before), threads: before }
    return { ...split, pool: await start(split), why: `${before} threads a worker, as when the study started` }
  }
  const single: Fitted<P> = { workers: cores, threads: 1, pool, why: null }
  if (before !== null || cores < 2 || (await secondsOf(pool, plan, 1)) <= slowStep) return single
  const step = (await secondsOf(pool, plan, 3)) / stepsInside(3)
  if (step <= slowStep) return single
  return await fastest(fitting, step)
}

async function fastest<P extends Pool>({ plan, pool, start }: Fitting<P>, step: number): Promise<Fitted<P>> {
  let current: { readonly split: Split; readonly pool: P } = { split: { workers: pool.slots, threads: 1 }, pool }
  const rates: { readonly split: Split; readonly rate: number }[] = [
    { split: current.split, rate: await rateOf(pool, plan) },
  ]
  for (let threads = 2; threads <= pool.slots; threads *= 2) {
    current.pool.close()
    const split = { workers: Math.floor(pool.slots / threads), threads }
    current = { split, pool: await start(split) }
    rates.push({ split, rate: await rateOf(current.pool, plan) })
  }
  const best = rates.reduce((a, b) => (b.rate > a.rate * worth ? b : a))
  if (best.split.threads !== current.split.threads) {
    current.pool.close()
    current = { split: best.split, pool: await start(best.split) }
  }
  const measured = rates.map(({ split, rate }) => `${split.workers} × ${split.threads}: ${rate.toPrecision(3)}`).join(', ')
  const why =
    `${best.split.threads} ${best.split.threads === 1 ? 'thread' : 'threads'} a worker, because a step takes ${step.toPrecision(2)} s; ` +
    `steps per second by workers × threads: ${measured}`
  return { ...best.split, pool: current.pool, why }
}

/** Steps per second of all workers together, once their graphs exist. */
async function rateOf(pool: Pool, plan: Plan): Promise<number> {
  const all = (steps: number): Promise<number[]> =>
    Promise.all(Array.from({ length: pool.slots }, () => secondsOf(pool, plan, steps)))
  await all(1)
  return (pool.slots * stepsInside(3)) / Math.max(...(await all(3)))
}

/** Compiling a run takes a recorded step and a step for comparison, besides the run's own. */
const stepsInside = (steps: number): number => steps + 2

/** A run of this many steps with the declared levers. It is not part of the study. */
async function secondsOf(pool: Pool, plan: Plan, steps: number): Promise<number> {
  const rate = plan.baseline.optimization.learningRate
  const request: RunRequest = {
    stage: 'threads',
    label: 'threads',
    levers: plan.baseline,
    seed: 0,
    job: { kind: 'range-test', from: rate, to: rate, steps },
  }
  const { timing } = await pool.run(request, 'threads')
  return timing.seconds
}

/** Threads per worker of the study whose journal is there; null if there is none, or if it used another engine. */
export async function threadsBefore(outDir: string, { name, threadsOf }: EngineDefinition): Promise<number | null> {
  const file = await openFile(join(outDir, 'journal.jsonl')).catch(() => null)
  if (file === null) return null
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    const label = /^\{"journal":1,.*?"engine":"([^"]*)"/.exec(buffer.toString('utf8', 0, bytesRead))?.[1]
    return label?.startsWith(`${name} `) ? (threadsOf?.(label) ?? null) : null
  } finally {
    await file.close()
  }
}
