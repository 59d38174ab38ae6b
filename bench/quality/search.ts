// Searches over the same levers, with a budget of training steps, by the same trainer.
import { modelWorkload } from '../../test/support/models.ts'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { withLevers, stepsOfRun, type Levers } from '../../src/records/levers.ts'
import { initialStages } from '../../src/stages/index.ts'
import { benchSeeds } from './final.ts'
import { fullRun, stepsOf, validationScore, type Problem } from './problem.ts'

/**
 * The searches that tunegate is compared with. A run is trained up to each of the rungs (evaluations) first, since most of
 * a Hyperband's trials end there and a run cannot be stopped from outside. That only saves time: a run that stops early is
 * the beginning of the full run, and is counted once.
 */
export const searches = {
  random: { sampler: 'random', pruner: 'none', rungs: [] },
  'tpe+median': { sampler: 'tpe', pruner: 'median', rungs: [] },
  'tpe+hyperband': { sampler: 'tpe', pruner: 'hyperband', rungs: [2, 6] },
  smac: { sampler: 'smac', pruner: 'none', rungs: [] },
} as const
export type SearchName = keyof typeof searches
export const isSearch = (name: string): name is SearchName => Object.hasOwn(searches, name)

export interface Trial {
  readonly levers: Levers
  /** On validation; null if the run was pruned or did not complete. */
  readonly score: number | null
  readonly steps: number
}

export interface SearchAccount {
  /** The levers of the trial with the best validation score; the declared ones if none completed. */
  readonly levers: Levers
  readonly steps: number
  readonly trials: readonly Trial[]
}

/** A trial as a search names it. */
interface Params {
  readonly learningRate: number
  readonly batchSize: number
  readonly weightDecay: number
  readonly dropout: number
  readonly labelSmoothing?: number
  readonly augmentation: number
  readonly schedule: string
  /** Share of a run's steps. */
  readonly warmup: number
  /** `none`, or a number. */
  readonly clipNorm: string
  readonly optimizer: string
}

/** The stage under whose name the runs of a search go; it is no part of a run's id. */
const stage = initialStages[0]?.name ?? ''

/**
 * Searches until the next trial would exceed `budget` training steps. Every trial trains under one seed, as most scripts do
 * it. A pruned trial costs the steps up to where it was pruned.
 */
export async function search(
  problem: Problem,
  name: SearchName,
  { seed, budget, python }: { readonly seed: number; readonly budget: number; readonly python: string },
): Promise<SearchAccount> {
  const server = new SearchServer(python)
  const { plan, objective } = problem
  const [trialSeed = 0] = benchSeeds(`trial ${seed}`, 1)
  // About how many trials there will be, which a search may plan by.
  const expected = Math.ceil(budget / stepsOfRun(plan.baseline, plan.workload.data.rows.train))
  await server.say({ op: 'new', ...searches[name], seed, trials: expected, ...spaceOf(problem) })
  const trials: Trial[] = []
  let steps = 0
  const tried = async (levers: Levers): Promise<{ score: number | null; cost: number }> => {
    const worst = 2 * Math.max(problem.constant, ...trials.flatMap((t) => t.score ?? []))
    for (const job of jobsOf(problem, name)) {
      const run = problem.train({ stage, label: 'search', levers, seed: trialSeed, job }, 'scores')
      let best = Infinity
      const curve = run.evaluations.map(({ validation }) => (best = Math.min(best, validation[objective] ?? worst)))
      const isLast = job === fullRun || run.status !== 'complete'
      const score = isLast ? validationScore(problem, run) : null
      const { pruned } = await server.say<{ pruned: number | null }>({ op: 'tell', curve, isLast, score, worst })
      if (pruned !== null) return { score: null, cost: run.evaluations[pruned - 1]?.step ?? 0 }
      if (isLast) return { score, cost: stepsOf(run) }
    }
    throw new Error('a trial has no last run')
  }
  try {
    for (;;) {
      const levers = leversOf(problem, await server.say<Params>({ op: 'ask' }))
      const { score, cost } = await tried(levers)
      if (steps + cost > budget) break
      steps += cost
      trials.push({ levers, score, steps: cost })
    }
  } finally {
    server.end()
  }
  return { levers: ranked(trials)[0]?.levers ?? plan.baseline, steps, trials }
}

/** Trials that completed, the best first. Every objective of the benchmark is a loss. */
export const ranked = (trials: readonly Trial[]): (Trial & { readonly score: number })[] =>
  trials.flatMap((t) => (t.score === null ? [] : [{ ...t, score: t.score }])).sort((a, b) => a.score - b.score)

/** The beginnings of a full run, and the run. */
function jobsOf({ plan }: Problem, name: SearchName): readonly (typeof fullRun)[] {
  const evaluations = evaluationsOf(plan)
  return [...searches[name].rungs.map((rung) => ({ ...fullRun, stopAfter: rung / evaluations })), fullRun]
}

/** Evaluations of a full run. */
const evaluationsOf = ({ workload, baseline }: Problem['plan']): number =>
  Math.ceil(baseline.scheduling.epochs / modelWorkload(workload).evaluateEvery)

function spaceOf({ plan }: Problem): object {
  const { augmentation, data, task } = modelWorkload(plan.workload)
  return {
    batches: [16, 32, 64, 128, 256, 512].filter((size) => size <= data.rows.train / 2),
    augmentations: Object.values(augmentation).some((amount) => amount > 0) ? [0, 0.5, 1] : [0],
    classification: task === 'classification',
    evaluations: evaluationsOf(plan),
  }
}

function leversOf({ plan }: Problem, params: Params): Levers {
  const rounded = (value: number): number => Number(value.toPrecision(4))
  const { batchSize, clipNorm, warmup, ...same } = params
  const batched = withLevers(plan.baseline, { batchSize, accumulate: 1 })
  return withLevers(batched, {
    ...same,
    learningRate: rounded(params.learningRate),
    weightDecay: rounded(params.weightDecay),
    dropout: rounded(params.dropout),
    labelSmoothing: rounded(params.labelSmoothing ?? 0),
    warmupSteps: Math.round(warmup * stepsOfRun(batched, plan.workload.data.rows.train)),
    clipNorm: clipNorm === 'none' ? null : Number(clipNorm),
  })
}

class SearchServer {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>
  private readonly lines: AsyncIterator<string>
  private readonly reader: Interface

  constructor(python: string) {
    this.child = spawn(python, [join(import.meta.dirname, 'search_server.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.reader = createInterface({ input: this.child.stdout })
    this.lines = this.reader[Symbol.asyncIterator]()
  }

  async say<T>(message: object): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(message)}\n`)
    const { value, done } = await this.lines.next()
    if (done) throw new Error('the search ended early; its reason is above')
    return JSON.parse(value) as T
  }

  end(): void {
    this.child.stdin.end()
    this.reader.close()
  }
}
