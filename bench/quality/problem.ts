// A data set with the plan that `init` and `compile` make of it, trained in this process.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { engineFolder } from '../../src/cli/engine-folder.ts'
import { initCommand } from '../../src/cli/commands/init.ts'
import type { Dataset } from '../../src/data/types.ts'
import { createTensorflowEngine } from '../../src/engines/tensorflow/engine.ts'
import { nativeEnvironment } from '../../src/engines/tensorflow/install/layout.ts'
import { engineState } from '../../src/engines/tensorflow/install/status.ts'
import { withLevers, type Levers } from '../../src/records/levers.ts'
import type { MetricName } from '../../src/records/metrics.ts'
import type { Plan, RunJob } from '../../src/records/plan.ts'
import type { RunRequest, RunResult } from '../../src/records/run.ts'
import { runIds } from '../../src/run/id.ts'
import { modelWorkload, preparedModel } from '../../test/support/models.ts'
import { prepare, type PreparedModel } from '../../src/study/prepare.ts'
import type { Engine } from '../../src/train/engine.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import { starts, type Start } from './starts.ts'
import { RunStore, type Kept } from './store.ts'

export interface Problem {
  readonly name: string
  readonly plan: Plan
  readonly engine: string
  readonly objective: MetricName
  /** The objective on the test rows of the best constant prediction, from the training rows. */
  readonly constant: number
  /** What was trained in this process, rather than found in the store. */
  readonly fresh: { runs: number; steps: number; seconds: number }
  train(request: RunRequest, kept: Kept): RunResult
}

export const fullRun: Extract<RunJob, { kind: 'train' }> = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false }

/** The native engine, with one thread, as the workers of a study have it. */
export async function nativeEngine(): Promise<Engine> {
  const found = await engineState(engineFolder())
  if (found.state !== 'installed') throw new Error('no native engine: run `tunegate engine install`')
  Object.assign(process.env, nativeEnvironment)
  return createTensorflowEngine({ folder: found.folder })
}

/**
 * Compiles a data set's spec: the one that `tunegate init` writes in the tree that runs, so that `init` is judged too, or an
 * edited one.
 */
export async function prepared(name: string, cache: string, edit?: (spec: string) => string): Promise<PreparedModel> {
  const data = join(cache, 'data', `${name}.csv`)
  if (!existsSync(data)) throw new Error(`no data of ${name}: ${data} is missing`)
  const specPath = join(cache, `${name}-${process.pid}.yml`)
  await initCommand([data], { output: specPath, target: 'target', force: true })
  if (edit) writeFileSync(specPath, edit(readFileSync(specPath, 'utf8')))
  try {
    return preparedModel(await prepare({ specPath, workspace: '/' }))
  } finally {
    rmSync(specPath, { force: true })
  }
}

export async function openProblem(
  name: string,
  cache: string,
  engine: Engine,
  edit?: (spec: string) => string,
): Promise<Problem> {
  const { plan, dataset } = await prepared(name, cache, edit)
  const trainer = createTrainer(engine, modelWorkload(plan.workload), dataset)
  const store = new RunStore(join(cache, 'runs', `${name}.jsonl`))
  const idOf = runIds(plan.workload, engine.label)
  const fresh = { runs: 0, steps: 0, seconds: 0 }
  return {
    name,
    plan,
    engine: engine.label,
    objective: plan.workload.objective,
    constant: constantScore(dataset),
    fresh,
    train(request, kept) {
      const id = idOf(request)
      const found = store.find(id, kept)
      if (found) return { ...found, request }
      const result = trainer.run(request, id)
      fresh.runs++
      fresh.steps += stepsOf(result)
      fresh.seconds += result.timing.seconds
      return store.add(unclocked(result), kept)
    },
  }
}

/**
 * Time and memory of a probe by a fixed model of a machine, since the batch stage would otherwise decide by how busy this
 * one is: a step takes as long as 50 examples, and each example takes 20 µs more.
 */
export function unclocked(result: RunResult): RunResult {
  if (result.status !== 'complete' || result.probe === null) return result
  const { batchSize, accumulate } = result.request.levers.batching
  const examples = batchSize * accumulate
  const examplesPerSecond = Number((examples / (20e-6 * (50 + examples))).toPrecision(6))
  return { ...result, probe: { ...result.probe, examplesPerSecond, peakMemoryMiB: 200 + Math.ceil(batchSize / 8) } }
}

/** Steps that a run took. A probe logs only those of its measurement, so its job says how many it took. */
export function stepsOf({ status, steps, evaluations, request: { job } }: RunResult): number {
  if (status === 'complete' && job.kind === 'probe') return job.steps
  // The store drops the log of a search's runs, and their last evaluation is at their last step.
  return steps.loss.length > 0 ? steps.loss.length : (evaluations.at(-1)?.step ?? 0)
}

/** The objective on validation at the best checkpoint; null if the run did not complete. */
export const validationScore = ({ objective }: Pick<Problem, 'objective'>, run: RunResult): number | null =>
  run.status === 'complete' ? (run.best?.validation[objective] ?? null) : null

export const startLevers = ({ plan }: Pick<Problem, 'plan'>, start: Start): Levers =>
  withLevers(plan.baseline, { learningRate: plan.baseline.optimization.learningRate * starts[start] })

/** The objective on the test rows of the best constant prediction: the shares of the classes, or the mean. */
export function constantScore({
  targets,
  targetScale,
  classes,
  splits: { train, test },
}: Pick<Dataset, 'targets' | 'targetScale' | 'classes' | 'splits'>): number {
  const of = (rows: Int32Array): number[] => [...rows].map((row) => targets[row] as number)
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
  const known = of(train)
  if (classes === null) {
    const center = mean(known)
    return mean(of(test).map((y) => (y - center) ** 2)) * (targetScale?.[0]?.sd ?? 1) ** 2
  }
  const share = (label: number): number => (known.filter((y) => y === label).length + 1) / (known.length + classes.length)
  const shares = classes.map((_, label) => share(label))
  return mean(of(test).map((y) => -Math.log(shares[y] as number)))
}
