import { batchSource } from './batches.ts'
import { outputWidth, type OnStep, type RequestFor, type RunBody, type RunContext } from './context.ts'
import { createLearner } from './learner.ts'
import { weightsHash } from './loop.ts'
import { divergence, stepLogger } from './step-log.ts'

/** Losses in a row that must all be beyond reason before the test stops; as many as the analysis takes its median over. */
const stopWindow = 5
const stopFactor = 4

/**
 * The learning-rate range test (Smith, 2017): the rate rises exponentially from `from` to `to` while a fresh model trains, with
 * weight decay, dropout, augmentation and clipping as the levers say and no schedule. It logs raw training losses; finding the
 * edge is the stage's work. It stops early only far beyond any edge: when the last five losses are all above four times the
 * first, or, with status `diverged`, at a value that is not finite.
 */
export function rangeTestRun(context: RunContext, { levers, seed, job }: RequestFor<'range-test'>, onStep?: OnStep): RunBody {
  const { workload, data } = context
  const batches = batchSource(data, { task: workload.task, width: outputWidth(workload), levers, augmentation: workload.augmentation }, seed)
  const log = stepLogger()
  const learner = createLearner(context, levers, seed)
  try {
    for (let step = 0; step < job.steps && !isFarBeyond(log.steps.loss); step++) {
      const rate = sweepRate(step, job)
      const report = learner.step(batches(step), step, rate)
      const failure = divergence(report)
      if (failure) return { status: 'diverged', atStep: step, reason: failure, steps: log.steps, evaluations: [] }
      log.push(rate, report, levers.scheduling.clipNorm)
      onStep?.(step + 1, job.steps)
    }
    return { status: 'complete', best: null, probe: null, weights: weightsHash(learner.checkpoint()), steps: log.steps, evaluations: [] }
  } finally {
    learner.dispose()
  }
}

/** Equal factors from step to step; `from` at the first and `to` at the last. */
export function sweepRate(step: number, { from, to, steps }: { readonly from: number; readonly to: number; readonly steps: number }): number {
  return steps > 1 ? from * (to / from) ** (step / (steps - 1)) : from
}

function isFarBeyond(losses: readonly number[]): boolean {
  const [first] = losses
  return first !== undefined && losses.length > stopWindow && losses.slice(-stopWindow).every((loss) => loss > stopFactor * first)
}
