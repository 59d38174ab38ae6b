import { runBatches } from './batches.ts'
import type { RequestFor, RunBody, RunContext } from './context.ts'
import type { OnStep } from './engine.ts'
import { createLearner } from './learner.ts'
import { weightsHash } from './loop.ts'
import { divergence, stepLogger, type StepReport } from './step-log.ts'

/**
 * Number of consecutive losses that must all be extreme before the test stops; the analysis takes its median over as many.
 */
const stopWindow = 5
const stopFactor = 4

/**
 * The learning-rate range test (Smith, 2017): the rate rises exponentially from `from` to `to` while a fresh model trains,
 * with the levers' weight decay, dropout, augmentation and clipping, and no schedule. It logs raw training losses; the stage
 * finds the edge. It stops early only far beyond any edge: when the last five losses are all above four times the first, or,
 * with status `diverged`, at a non-finite value.
 */
export function rangeTestRun(context: RunContext, request: RequestFor<'range-test'>, onStep?: OnStep): RunBody {
  const { levers, seed, job } = request
  const batches = runBatches(context, levers, seed)
  const log = stepLogger()
  const learner = createLearner(context, levers, seed)
  try {
    let taken = 0
    let failure: string | null = null
    const goOn = (report: StepReport): boolean => {
      failure = divergence(report)
      if (failure) return false
      log.push(sweepRate(taken++, job), report, levers.scheduling.clipNorm)
      onStep?.(taken, job.steps, report.loss)
      return !isFarBeyond(log.steps.loss)
    }
    while (taken < job.steps && !failure && !isFarBeyond(log.steps.loss)) {
      const rates = Array.from({ length: Math.min(learner.chunk, job.steps - taken) }, (_, i) => sweepRate(taken + i, job))
      learner.advance(batches, taken, rates, goOn)
    }
    if (failure) return { status: 'diverged', atStep: taken, reason: failure, steps: log.steps, evaluations: [] }
    const weights = weightsHash(learner.checkpoint())
    return { status: 'complete', best: null, probe: null, weights, steps: log.steps, evaluations: [] }
  } finally {
    learner.dispose()
  }
}

/** Equal factors from step to step; `from` at the first and `to` at the last. */
export function sweepRate(step: number, { from, to, steps }: RequestFor<'range-test'>['job']): number {
  return steps > 1 ? from * (to / from) ** (step / (steps - 1)) : from
}

function isFarBeyond(losses: readonly number[]): boolean {
  const [first] = losses
  if (first === undefined || losses.length <= stopWindow) return false
  return losses.slice(-stopWindow).every((loss) => loss > stopFactor * first)
}
