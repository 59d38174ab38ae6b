import { dirname } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import type { EngineChoice } from '../engines/choose.ts'
import { isTrainer, type Plan } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import { workerBytesFor } from '../run/worker-count.ts'
import { confirmation } from '../stages/index.ts'
import { batchPlan } from '../train/batches.ts'
import { EngineBroke } from './engine.ts'
import { isScript, type Prepared } from './prepare.ts'
import { startPool } from './resources.ts'

/** What a study will take on this machine, from the speed of a short training. */
export interface StudyEstimate {
  /** Label of the engine that was measured. */
  readonly engine: string
  readonly workers: number
  /** Of all runs of the plan, with every worker busy. */
  readonly seconds: number
  /** Of one worker. */
  readonly memoryBytes: number
  /** Journal and curves. */
  readonly diskBytes: number
}

export interface EstimateOptions {
  readonly workerScript: string
  readonly workers: number
  readonly choice: EngineChoice
}

/** Longer than that, the probe is given up. */
const patienceMs = 30_000
/** What a probe may take once the engine has started. */
const probeSeconds = 1
/** Steps of the first look at the speed. */
const first = 5

/**
 * Trains the declared levers for about a second on every worker at once, and scales that to the steps of the plan. The
 * reason as a clause if nothing could be measured.
 */
export async function estimateStudy(prepared: Prepared, options: EstimateOptions): Promise<Result<StudyEstimate, string>> {
  const { plan } = prepared
  if (isScript(prepared) || isTrainer(plan.workload)) return err('a script is not started to plan it')
  const { workerScript, workers, choice } = options
  const signal = AbortSignal.timeout(patienceMs)
  const given = { workerScript, workers, listener: () => {}, signal }
  try {
    const pool = await startPool(given, Promise.resolve(prepared), {
      ...choice,
      folder: choice.folder ?? dirname(workerScript),
    })
    try {
      const on = (request: RunRequest): Promise<readonly RunResult[]> =>
        Promise.all(Array.from({ length: pool.slots }, () => pool.run(request, 'estimate', { signal })))
      // The first run compiles; the second is timed.
      await on(steps(plan, 1))
      const looked = slowest(await on(steps(plan, first)))
      const { stepsPerEpoch } = batchPlan(plan.workload.data.rows.train, plan.baseline.batching)
      const short = Math.max(first, Math.round(probeSeconds / looked.secondsPerStep))
      // An epoch includes what evaluations take. Where it is too long, its steps alone are measured.
      const whole = stepsPerEpoch <= short
      if (whole) await on(epochs(plan, 1))
      const timed = slowest(await on(whole ? epochs(plan, Math.floor(short / stepsPerEpoch)) : steps(plan, short)))
      const all = plan.jobs.reduce((sum, job) => sum + job.estimate.steps, 0)
      const { inputs, targets } = prepared.dataset
      return ok({
        engine: pool.engine,
        workers: pool.slots,
        seconds: (all * timed.secondsPerStep) / pool.slots,
        memoryBytes: workerBytesFor(inputs.byteLength + targets.byteLength),
        diskBytes: 2 * all * timed.bytesPerStep,
      })
    } finally {
      pool.close()
    }
  } catch (error) {
    if (signal.aborted) return err('the engine did not answer in half a minute')
    if (error instanceof EngineBroke) return err(error.message)
    throw error
  }
}

const requestOf = (plan: Plan, job: RunRequest['job']): RunRequest => ({
  stage: confirmation.name,
  label: 'estimate',
  levers: plan.baseline,
  seed: 0,
  job,
})

function steps(plan: Plan, count: number): RunRequest {
  const { learningRate } = plan.baseline.optimization
  return requestOf(plan, { kind: 'range-test', from: learningRate, to: learningRate, steps: count })
}

function epochs(plan: Plan, count: number): RunRequest {
  const whole = plan.baseline.scheduling.epochs
  return requestOf(plan, { kind: 'train', length: Math.min(count, whole) / whole, stopAfter: 1, evaluateTest: false })
}

/** Of runs at the same time, the slowest; a worker with less to do waits for nobody. */
function slowest(runs: readonly RunResult[]): { readonly secondsPerStep: number; readonly bytesPerStep: number } {
  const [worst] = runs
    .map((run) => ({
      secondsPerStep: run.timing.seconds / Math.max(1, run.steps.loss.length),
      bytesPerStep: JSON.stringify(run).length / Math.max(1, run.steps.loss.length),
    }))
    .sort((a, b) => b.secondsPerStep - a.secondsPerStep)
  return worst ?? { secondsPerStep: 0, bytesPerStep: 0 }
}
