import { join } from 'node:path'
import { openFile } from '../base/devices.ts'
import type { EngineDefinition } from '../engines/definition.ts'
import type { Plan } from '../records/plan.ts'
import type { RunRequest } from '../records/run.ts'
import type { Runner } from '../run/runner.ts'

/** Workers side by side, and the native threads of each. */
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
  /** What was measured, for the report; null where one thread a worker was no question. */
  readonly why: string | null
}

export interface Fitting<P extends Pool = Pool> {
  readonly plan: Plan
  /** Processes of the pool that is there, of one thread each; closed where another takes its place. */
  readonly pool: P
  readonly start: (split: Split) => Promise<P>
  /** A step that takes longer, in seconds, is worth the question. */
  readonly slowStep: number
  /** Threads of the study that is continued: what was decided once stays, since bits depend on it. Null for a new one. */
  readonly before: number | null
}

/** More threads must be faster by so much: one a worker is the better one for bits and memory being equal. */
const worth = 1.1

/**
 * Workers of one native thread each train the most runs in a time, unless a step is so large that processes wait for memory:
 * then the same cores as fewer workers of more threads are measured, and the fastest split is taken.
 */
export async function fitThreads<P extends Pool>(fitting: Fitting<P>): Promise<Fitted<P>> {
  const { plan, pool, slowStep, before, start } = fitting
  const cores = pool.slots
  if (before !== null && before > 1 && before <= cores) {
    pool.close()
    const split = { workers: Math.floor(cores / before), threads: before }
    return { ...split, pool: await start(split), why: `${before} threads a worker, as the study was begun` }
  }
  const single: Fitted<P> = { workers: cores, threads: 1, pool, why: null }
  if (before !== null || cores < 2 || await secondsOf(pool, plan, 1) <= slowStep) return single
  const step = await secondsOf(pool, plan, 3) / stepsInside(3)
  if (step <= slowStep) return single
  return await fastest(fitting, step)
}

async function fastest<P extends Pool>({ plan, pool, start }: Fitting<P>, step: number): Promise<Fitted<P>> {
  let current: { readonly split: Split; readonly pool: P } = { split: { workers: pool.slots, threads: 1 }, pool }
  const rates: { readonly split: Split; readonly rate: number }[] = [{ split: current.split, rate: await rateOf(pool, plan) }]
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
  const why = `${best.split.threads} ${best.split.threads === 1 ? 'thread' : 'threads'} a worker, since a step takes ${step.toPrecision(2)} s; ` +
    `steps a second by workers × threads: ${measured}`
  return { ...best.split, pool: current.pool, why }
}

/** Steps a second of all workers together, once their graphs are there. */
async function rateOf(pool: Pool, plan: Plan): Promise<number> {
  const all = (steps: number): Promise<number[]> => Promise.all(Array.from({ length: pool.slots }, () => secondsOf(pool, plan, steps)))
  await all(1)
  return (pool.slots * stepsInside(3)) / Math.max(...await all(3))
}

/** Compiling a run takes a recorded step and one that is compared with it, beside the run's own. */
const stepsInside = (steps: number): number => steps + 2

/** Of a run of so many steps with the declared levers. It is no part of the study. */
async function secondsOf(pool: Pool, plan: Plan, steps: number): Promise<number> {
  const rate = plan.baseline.optimization.learningRate
  const request: RunRequest = {
    stage: 'lr-range', label: 'threads', levers: plan.baseline, seed: 0, job: { kind: 'range-test', from: rate, to: rate, steps },
  }
  const { timing } = await pool.run(request, 'threads')
  return timing.seconds
}

/** Threads a worker of the study whose journal lies there; null where there is none, or one of another engine. */
export async function threadsBefore(outDir: string, { name, threadsOf }: EngineDefinition): Promise<number | null> {
  const file = await openFile(join(outDir, 'journal.jsonl')).catch(() => null)
  if (file === null) return null
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    const label = /^\{"journal":1,.*?"engine":"([^"]*)"/.exec(buffer.toString('utf8', 0, bytesRead))?.[1]
    return label?.startsWith(`${name} `) ? threadsOf?.(label) ?? null : null
  } finally {
    await file.close()
  }
}
