import { deriveSeed } from '../../src/base/random.ts'
import { withLevers } from '../../src/records/levers.ts'
import type { RunJob } from '../../src/records/plan.ts'
import type { RangeTestFindings } from '../../src/records/decision.ts'
import type { RunRequest, RunResult } from '../../src/records/run.ts'
import { stages } from '../../src/stages/index.ts'
import { defaults as settings } from '../../src/stages/lr-range/settings.ts'
import type { StageContext } from '../../src/stages/stage.ts'
import { steepest } from '../../src/stats/range-suggestions.ts'
import type { Engine } from '../../src/train/engine.ts'
import type { World } from '../diagnosis/worlds.ts'
import { type Bank, type Kept, proofSeeds } from './bank.ts'
import { trained, workloadOf } from './workload.ts'

/** One model, data set and optimizer: every rate of the grid searched in full, and the range test several times. */
export interface Searched {
  readonly name: string
  /** Rates rising. */
  readonly grid: readonly Point[]
  readonly tests: readonly RangeTest[]
  /** Every rate that anything picked, trained in full under the seeds of the grid. */
  readonly picked: readonly Point[]
}

/** One rate, trained in full: the loss of each seed on the rows of each part, null where the run did not finish. */
export interface Point {
  readonly rate: number
  readonly validation: readonly (number | null)[]
  readonly test: readonly (number | null)[]
  readonly steps: number
}

/** What each way would pick off one test. */
export const ways = {
  'range test': (t: RangeTest) => [t.chosen],
  "fastai's valley": (t: RangeTest) => t.valley,
  'steepest, log rate': (t: RangeTest) => t.steepest,
  "Lightning's suggestion": (t: RangeTest) => t.steepestByRate,
} as const

/** One range test, seeds of its own, and what others would have read off its sweeps. */
export interface RangeTest {
  readonly key: string
  readonly chosen: number | null
  readonly steps: number
  /** Steps of its sweeps alone: what a suggestion off one of them costs. */
  readonly sweepSteps: number
  readonly valley: readonly (number | null)[]
  readonly steepest: readonly (number | null)[]
  /** By the rate instead of its logarithm. */
  readonly steepestByRate: readonly (number | null)[]
}

const perDecade = 3
const rates = Array.from({ length: 5 * perDecade + 1 }, (_, i) => 1e-4 * 10 ** (i / perDecade))
const optimizers = ['adamw', 'sgd'] as const

export interface SearchOptions {
  readonly worlds: readonly string[]
  readonly gridSeeds: number
  readonly repeats: number
  readonly tests: Kept<RangeTest>
  readonly progress: (message: string) => void
}

export function searchRates(engine: Engine, worlds: readonly World[], bank: Bank, options: SearchOptions): Searched[] {
  return options.worlds.flatMap((name) => {
    const found = worlds.find((w) => w.name === name)
    if (!found) throw new Error(`there is no world named ${name}`)
    return optimizers.map((optimizer) => {
      const start = performance.now()
      // The rate at which the worlds were tuned is nobody's to know; the stage starts from one that is far too low.
      const world = { ...found, levers: withLevers(found.levers, { optimizer, learningRate: 1e-5 }) }
      const label = `${name}, ${optimizer}`
      const at = (rate: number): Point => pointOf(engine, world, bank, label, rate, options.gridSeeds)
      const tests = testsOf(engine, world, label, options)
      const rated = Object.values(ways)
        .flatMap((way) => tests.flatMap(way))
        .flatMap((rate) => rate ?? [])
      const searched = { name: label, grid: rates.map(at), tests, picked: [...new Set(rated)].map(at) }
      options.progress(`${label}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
      return searched
    })
  })
}

/** A run in full, measured on the test rows too: they judge the rates, and nothing chose by them. */
const measured: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true }

function pointOf(engine: Engine, world: World, bank: Bank, label: string, rate: number, seeds: number): Point {
  const runs = proofSeeds(seeds, 'rates').map((seed) => {
    const levers = withLevers(world.levers, { learningRate: rate })
    const request: RunRequest = {
      stage: 'lr-range',
      label: `${label}, rate ${rate}`,
      levers,
      seed,
      job: measured,
    }
    return bank.run(`rates and test rows, ${label}, ${rate}, ${seed}, ${engine.label}`, () =>
      trained(engine, world, request),
    )
  })
  const of = (part: 'validation' | 'test') => runs.map((run) => run[part]?.nll ?? run[part]?.rmse ?? null)
  return { rate, validation: of('validation'), test: of('test'), steps: runs.reduce((sum, run) => sum + run.steps, 0) }
}

function testsOf(engine: Engine, world: World, label: string, { repeats, tests }: SearchOptions): RangeTest[] {
  return Array.from({ length: repeats }, (_, repeat) => {
    const key = `range test and its confirmations, ${label}, ${repeat}, ${engine.label}`
    return tests.get(key, () => ({ key, ...testOnce(engine, world, label, deriveSeed(2026, 'range test', repeat)) }))
  })
}

function testOnce(engine: Engine, world: World, label: string, seed: number): Omit<RangeTest, 'key'> {
  const runs: RunResult[] = []
  const found = play(contextOf(world, seed), (request) => {
    const run = trained(engine, world, { ...request, label })
    runs.push(run)
    return run
  })
  const sweeps = runs.filter((run) => run.request.job.kind === 'range-test')
  const byRate = sweeps.map(({ steps }) => steepest(steps.learningRate, steps.loss, 'rate'))
  return {
    chosen: found.chosen,
    steps: stepsOf(runs),
    sweepSteps: stepsOf(sweeps),
    valley: found.curves.map((c) => c.valley),
    steepest: found.curves.map((c) => c.steepest),
    steepestByRate: byRate.map((s) => (s.kind === 'suggestion' ? s.rate : null)),
  }
}

const stepsOf = (runs: readonly RunResult[]): number => runs.reduce((sum, run) => sum + run.steps.loss.length, 0)

function contextOf(world: World, seed: number): StageContext {
  const none = { needs: [], templates: [], estimate: { runs: 0, steps: 0 } }
  const job = { ...none, id: 'lr-range', fingerprint: 'proof', settings } as const
  const workload = workloadOf(world, world.data, world.layers)
  const levers = { baseline: world.levers, incumbent: world.levers }
  return { ...levers, job, workload, seed, previous: [], runsLeft: () => Infinity, settles: () => false, remedies: () => [] }
}

/** The stage itself, its requests answered by real training. */
function play(context: StageContext, train: (request: RunRequest) => RunResult): RangeTestFindings {
  const process = stages['lr-range'](context)
  let turn = process.next()
  while (!turn.done) turn = process.next(turn.value.map(train))
  const { findings } = turn.value
  if (!findings.rangeTest) throw new Error('the stage of the range test returned findings of another')
  return findings.rangeTest
}
