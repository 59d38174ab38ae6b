import { availableParallelism } from 'node:os'
import { InputError } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import { gatherRows, targetWidth } from '../base/rows.ts'
import { fallbackEngine } from '../engines/index.ts'
import type { Pilot } from '../gates/initial.ts'
import { product } from '../layers/definition.ts'
import { inferShapes } from '../layers/shapes.ts'
import type { RunRequest } from '../records/run.ts'
import { isTrainer, outputCount, type ModelWorkload, type Plan } from '../records/plan.ts'
import type { Levers } from '../records/levers.ts'
import { taskOf } from '../records/tasks.ts'
import { runIds } from '../run/id.ts'
import { confirmation } from '../stages/index.ts'
import { pilotSeeds } from '../stages/seeds.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { batchPlan } from '../train/batches.ts'
import { keptOutputs, keptRows } from '../train/predictions.ts'
import { rowScores } from '../train/row-scores.ts'
import { EngineBroke } from './engine.ts'
import { isScript, prepare, type PreparedModel } from './prepare.ts'
import { startPool } from './resources.ts'

/** As many as fit; fewer say too little about a spread. */
const seedCounts = [5, 4, 3]
const fewestSeeds = 3
/** Of all trainings together, on one core of a usual machine: about seven seconds on two. */
const mostSeconds = 14
/** Less of a training says too little about a whole one. */
const leastShare = 0.5
/** Longer than that, the machine is not a usual one, and the pilot is given up. */
const patienceMs = 60_000

export interface PilotSource {
  readonly specPath: string
  /** The spec's text: its levers are those of the pilot. */
  readonly specText: string
  readonly workspace: string
  readonly workerScript: string
}

export interface PilotRun {
  readonly pilot: Pilot
  readonly testRows: number
  readonly seconds: number
}

/**
 * Trains the declared levers under a few seeds on the embedded engine, and measures on validation rows how much seeds and
 * rows vary. Equal specs and data give equal numbers on every machine: how long it trains follows from the number of
 * multiplications, not from a clock. Test rows stay unread.
 *
 * @returns the reason as a clause if there is no pilot
 */
export async function runPilot({ workerScript, ...source }: PilotSource): Promise<Result<PilotRun, string>> {
  const start = performance.now()
  const signal = AbortSignal.timeout(patienceMs)
  try {
    const prepared = await prepare({ ...source, baseline: { kind: 'declared' } })
    const { workload } = prepared.plan
    if (isScript(prepared) || isTrainer(workload)) return err('a script has its own data')
    const size = pilotSize(workload, prepared.plan.baseline)
    if (size === null) return err('with this model and this many rows, it would take longer than ten seconds')
    const measured = await train(prepared, size, workerScript, signal)
    if (!measured.ok) return measured
    const { epochs } = size
    const of = prepared.plan.baseline.scheduling.epochs
    const seconds = (performance.now() - start) / 1000
    return ok({ pilot: { epochs, of, ...measured.value }, testRows: prepared.dataset.splits.test.length, seconds })
  } catch (error) {
    if (error instanceof InputError) return err(error.diagnostics[0]?.message ?? error.message)
    if (error instanceof EngineBroke) return err(error.message)
    if (signal.aborted) return err('it took longer than a minute')
    throw error
  }
}

async function train(
  prepared: PreparedModel,
  { seeds, epochs }: Size,
  workerScript: string,
  signal: AbortSignal,
): Promise<Result<Pick<Pilot, 'measured' | 'usual'>, string>> {
  const { plan } = prepared
  const options = { workerScript, workers: Math.min(seeds, availableParallelism()), listener: () => {}, signal }
  const engine = { engine: fallbackEngine().name, folder: null, why: '' }
  const pool = await startPool(options, Promise.resolve(prepared), engine)
  try {
    const idOf = runIds(plan.workload, pool.engine)
    const requests = pilotSeeds(plan.seed, seeds).map((seed) => requestOf(plan, seed, epochs))
    const runs = await Promise.all(requests.map((request) => pool.run(request, idOf(request), { signal })))
    const kept = runs.flatMap((run) => (run.status === 'complete' ? (run.best?.predictions?.validation ?? []) : []))
    if (kept.length < seeds) return err(`${seeds - kept.length} of ${seeds} trainings gave no predictions`)
    const metric = taskOf(plan.workload.task).usual
    const ends = runs.flatMap((run) => (run.status === 'complete' ? (run.best?.validation[metric] ?? []) : []))
    return ok({ measured: measuredOf(prepared, kept.map(keptOutputs)), usual: mean(ends) })
  } finally {
    pool.close()
  }
}

const requestOf = (plan: Plan, seed: number, epochs: number): RunRequest => ({
  stage: confirmation.name,
  label: 'pilot',
  levers: plan.baseline,
  seed,
  job: {
    kind: 'train',
    length: epochs / plan.baseline.scheduling.epochs,
    stopAfter: 1,
    evaluateTest: false,
    predictions: true,
  },
})

function measuredOf({ dataset, plan: { workload } }: PreparedModel, members: readonly Float32Array[]): Pilot['measured'] {
  const width = outputCount(workload.data)
  const rows = keptRows(dataset.splits.validation, width)
  const targets = gatherRows(dataset.targets, targetWidth(dataset), rows)
  const of = { task: workload.task, width, scale: dataset.targetScale }
  const scores = members.map((outputs) => rowScores(of, outputs, targets))
  return taskOf(workload.task).initial.flatMap((metric) => {
    const values = scores.flatMap((found) => found[metric] ?? [])
    if (values.length < members.length) return []
    return [{ metric, seeds: values.map(mean), rowSd: mean(values.map(sampleSd)) }]
  })
}

/** How much a pilot trains. */
export interface Size {
  readonly seeds: number
  readonly epochs: number
}

/** Multiplications per second and the seconds of a step, of the embedded engine on one core of a usual machine. */
const [rate, stepSeconds] = [1.8e9, 2.5e-3]

/** Whole trainings of as many seeds as fit, or else fewer epochs of the fewest; null if that is too little. */
export function pilotSize(workload: ModelWorkload, baseline: Levers): Size | null {
  const { train: trainingRows, validation } = workload.data.rows
  const { stepsPerEpoch } = batchPlan(trainingRows, baseline.batching)
  // Forward and twice that backward; each epoch ends with an evaluation of validation rows and as many training rows.
  const rows = 3 * trainingRows + 2 * validation
  const epochSeconds = stepsPerEpoch * stepSeconds + (rows * multiplications(workload)) / rate
  const { epochs: whole } = baseline.scheduling
  const fitting = (seeds: number): number => Math.floor(mostSeconds / (seeds * epochSeconds))
  const seeds = seedCounts.find((count) => fitting(count) >= whole) ?? fewestSeeds
  const epochs = Math.min(whole, fitting(seeds))
  return epochs < leastShare * whole ? null : { seeds, epochs }
}

/** Of one row on its way through the model: each weight is used at every position of its layer's output. */
function multiplications({ layers, data }: ModelWorkload): number {
  const shaped = inferShapes(layers, data.inputShape)
  if (!shaped.ok) throw new Error(`layer ${shaped.error.place.join('.')}: ${shaped.error.message}`)
  const weights = (parameters: readonly { readonly shape: readonly number[] }[]): number =>
    parameters.reduce((sum, { shape }) => sum + product(shape), 0)
  return shaped.value.reduce((sum, { parameters, output }) => sum + weights(parameters) * product(output.slice(0, -1)), 0)
}
