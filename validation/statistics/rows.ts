// Do verdicts hold on other rows too? Small data sets are drawn from large real ones, so that the truth is known.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { deriveSeed, shuffled, stream } from '../../src/base/random.ts'
import { foldsOf } from '../../src/data/folds.ts'
import { loadDataset } from '../../src/data/load.ts'
import { splitRows } from '../../src/data/splits.ts'
import type { Dataset } from '../../src/data/types.ts'
import { withLevers } from '../../src/records/levers.ts'
import type { Metrics, MetricName, RowValues } from '../../src/records/metrics.ts'
import type { RunJob, ModelWorkload } from '../../src/records/plan.ts'
import { mean } from '../../src/stats/describe.ts'
import type { Engine } from '../../src/train/engine.ts'
import { keptOutputs } from '../../src/train/predictions.ts'
import { rowScores } from '../../src/train/row-scores.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import { dense, type World } from '../diagnosis/worlds.ts'
import { someLevers } from '../../test/support/levers.ts'
import type { Kept } from './bank.ts'
import { workloadOf } from './workload.ts'

/** A large data set, of which each small one is a sample. */
export interface Population {
  readonly name: string
  readonly task: 'classification' | 'regression'
  /** Set aside: no rule was chosen while looking at it. */
  readonly aside: boolean
}

/** Those of `bench/quality` with more than 1,000 rows. */
export const populations: readonly Population[] = [
  { name: 'mnist1d', task: 'classification', aside: false },
  { name: 'hdma', task: 'classification', aside: false },
  { name: 'computers', task: 'regression', aside: false },
  { name: 'spam', task: 'classification', aside: false },
  { name: 'mnist', task: 'classification', aside: false },
  { name: 'movies', task: 'classification', aside: false },
  { name: 'titanic', task: 'classification', aside: true },
  { name: 'tweets', task: 'regression', aside: true },
  { name: 'medical', task: 'regression', aside: true },
]

/** What varies between the seeds of a verification: the seed alone, or also training and validation rows. */
export const designs = ['one split', 'folds'] as const
export type Design = (typeof designs)[number]
/** The model, and a worse one. */
export const variants = ['base', 'change'] as const
export type Variant = (typeof variants)[number]

/** A run: what it shows on its own test rows, and what is true of it on all others. */
export interface RowRun {
  readonly key: string
  readonly seed: number
  readonly test: Metrics
  readonly testRows: RowValues
  readonly truth: Metrics
}

/** The metrics that are means over rows, of which the truth is known without another estimate. */
export const metricsOf = (task: Population['task']): readonly MetricName[] =>
  task === 'classification' ? ['accuracy', 'nll'] : ['mae']

export interface Sampling {
  /** Data sets drawn from each population, rows of each, seeds of each verification. */
  readonly samples: number
  readonly rows: number
  readonly seeds: number
}

export async function loadPopulation({ name, task }: Population, folder: string): Promise<Dataset> {
  const source = join(folder, `${name}.csv`)
  if (!existsSync(source)) throw new Error(`${source} is missing; \`npm run bench:quality\` writes it`)
  return loadDataset({
    source,
    target: 'target',
    header: 'auto',
    task,
    inputs: { kind: 'auto' },
    standardize: true,
    split: { validation: 0, test: 0.5, stratify: false, groupBy: null, seed: 1 },
  })
}

const verification: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true }
const levers = withLevers(someLevers, { learningRate: 0.005, batchSize: 32, epochs: 12, warmupSteps: 10 })
const changed = withLevers(levers, { learningRate: 0.0015 })

/** The runs of one small data set, by design and variant. */
export function runsOn(
  engine: Engine,
  population: Population,
  data: Dataset,
  at: { readonly sample: number; readonly of: Sampling },
  kept: Kept<RowRun>,
): Record<Design, Record<Variant, RowRun[]>> {
  const { sample, of } = at
  const random = stream(deriveSeed(2026, 'rows', sample), population.name)
  const order = shuffled(
    Array.from(data.targets, (_, row) => row),
    random,
  )
  const own = Int32Array.from(order.slice(0, of.rows)).sort()
  const others = Int32Array.from(order.slice(of.rows)).sort()
  const classes = data.classes ? own.map((row) => data.targets[row] ?? 0) : null
  const split = { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: sample }
  const request = { rows: of.rows, split, classes, groups: null }
  const splits = splitRows(request)
  const rowsOf = (part: Int32Array): Int32Array => part.map((i) => own[i] ?? 0)
  const test = rowsOf(splits.test)
  const training = {
    ...data,
    splits: {
      train: rowsOf(splits.train),
      validation: rowsOf(splits.validation),
      test: Int32Array.from([...test, ...others]),
    },
    folds: foldsOf(request, splits).map(rowsOf),
    rowsVary: false,
  }
  const width = data.classes?.length ?? 1
  const world: World = {
    name: population.name,
    task: population.task,
    data: training,
    classes: data.classes,
    layers: [dense(24, 'relu'), dense(width)] satisfies ModelWorkload['layers'],
    levers,
    looked: population.aside ? 'earlier' : 'developed',
  }
  const trainer = createTrainer(engine, workloadOf(world, training, world.layers), training)
  const one = (design: Design, variant: Variant, i: number): RowRun => {
    const key = [population.name, of.rows, sample, design, variant, i].join(' ')
    return kept.get(key, () => {
      const seed = deriveSeed(2027, 'rows', sample, i)
      const fold = design === 'folds' ? i % (1 + training.folds.length) : 0
      const request = {
        stage: 'verify' as const,
        label: key,
        levers: variant === 'base' ? levers : changed,
        seed,
        ...(fold > 0 ? { fold } : {}),
        job: verification,
      }
      const run = trainer.run(request, key)
      const outputs = run.status === 'complete' ? run.best?.predictions?.test : undefined
      if (!outputs || outputs.rows !== training.splits.test.length) throw new Error(`${key}: ${run.status}`)
      const targets = training.splits.test.map((row) => row)
      const answers = Float32Array.from(targets, (row) => data.targets[row] ?? NaN)
      const scores = rowScores({ task: population.task, width, scale: data.targetScale }, keptOutputs(outputs), answers)
      return { key, seed, ...summary(population, scores, test.length) }
    })
  }
  try {
    const all = (design: Design, variant: Variant): RowRun[] =>
      Array.from({ length: of.seeds }, (_, i) => one(design, variant, i))
    return Object.fromEntries(
      designs.map((design) => [design, Object.fromEntries(variants.map((variant) => [variant, all(design, variant)]))]),
    ) as Record<Design, Record<Variant, RowRun[]>>
  } finally {
    trainer.dispose()
  }
}

const groups = 20

/** The first rows are the data set's own; the groups are dealt out as the product deals them. */
function summary(
  { task }: Population,
  scores: ReturnType<typeof rowScores>,
  own: number,
): Pick<RowRun, 'test' | 'testRows' | 'truth'> {
  const entries = metricsOf(task).map((name) => [name, Array.from(scores[name] ?? [])] as const)
  const of = (pick: (values: number[]) => unknown) => Object.fromEntries(entries.map(([name, all]) => [name, pick(all)]))
  return {
    test: of((all) => mean(all.slice(0, own))) as Metrics,
    truth: of((all) => mean(all.slice(own))) as Metrics,
    testRows: of((all) =>
      Array.from({ length: groups }, (_, g) => mean(all.slice(0, own).filter((_, i) => i % groups === g))),
    ) as RowValues,
  }
}
