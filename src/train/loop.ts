import { numberAt } from '../base/numbers.ts'
import { sha256 } from '../base/hash.ts'
import type { Levers } from '../records/levers.ts'
import { gain, type MetricName, type Metrics } from '../records/metrics.ts'
import type { CompleteRun, Evaluation } from '../records/run.ts'
import { averagingOver } from './averaging.ts'
import { batchPlan, outputWidth, runBatches } from './batches.ts'
import { calibrationOf } from './calibration.ts'
import type { RequestFor, RunBody, RunContext } from './context.ts'
import type { OnStep } from './engine.ts'
import { evaluate, evaluateEach, fixedSample, metricsOf, notFinite, predict, predictionsOf } from './evaluate.ts'
import { createLearner, type Learner } from './learner.ts'
import { layerHealth } from './layer-health.ts'
import { keptPredictions, keptWeights, mostKept } from './predictions.ts'
import { subsetMetrics } from './subset-metrics.ts'
import { hasRowEvidence, rowEvidence, testEvidence } from './row-evidence.ts'
import { learningRate, type ScheduleOptions } from './schedule.ts'
import { divergence, stepLogger } from './step-log.ts'
import type { ModelState } from './step.ts'
import type { Checkpoint } from './types.ts'

type Best = NonNullable<CompleteRun['best']>

/** A checkpoint with where it is in the run. */
interface Found {
  readonly at: Pick<Evaluation, 'step' | 'epoch' | 'validation'>
  readonly checkpoint: Checkpoint
}

/**
 * Trains one model; this is the only training loop. Every number in the result is a function of the request, the workload,
 * the data and the engine. Ends after `stopAfter` of its steps, when patience runs out, or at the first non-finite value.
 */
export function trainRun(context: RunContext, request: RequestFor<'train'>, onStep?: OnStep, keepWeights = false): RunBody {
  const { workload, data } = context
  const { levers, seed, job } = request
  const { stepsPerEpoch, schedule, stopAt } = runLength(data.splits.train.length, levers, job.length, job.stopAfter)
  const batches = runBatches(context, levers, seed)
  const sample = fixedSample(data.splits.train, data.splits.validation.length)
  const evaluations: Evaluation[] = []
  const log = stepLogger()
  const learner = createLearner(context, levers, seed, measuresMore(job) ? averagingOver(schedule.total) : null)
  const bests = bestSoFar(workload.objective)
  const bestAverage = bestSoFar(workload.objective)
  const patience = levers.scheduling.patience ?? Infinity
  let without = 0
  try {
    const every = stepsPerEpoch * workload.evaluateEvery
    for (let taken = 0; taken < stopAt; ) {
      const until = Math.min(taken + learner.chunk, every * (Math.floor(taken / every) + 1), stopAt)
      const rates = Array.from({ length: until - taken }, (_, i) => learningRate(taken + i, schedule))
      for (const [i, report] of learner.advance(batches, taken, rates).entries()) {
        const failure = divergence(report)
        if (failure) return { status: 'diverged', atStep: taken + i, reason: failure, steps: log.steps, evaluations }
        log.push(numberAt(rates, i), report, levers.scheduling.clipNorm)
        onStep?.(taken + i + 1, stopAt, report.loss)
      }
      taken = until
      if (taken % every !== 0 && taken !== stopAt) continue
      const [train, validation] = evaluateEach(context, learner.state, [sample, data.splits.validation]) as [
        Metrics,
        Metrics,
      ]
      const broken = notFinite(train) ?? notFinite(validation)
      if (broken) {
        return { status: 'diverged', atStep: taken, reason: `${broken} in an evaluation`, steps: log.steps, evaluations }
      }
      const at = { step: taken, epoch: taken / stepsPerEpoch }
      const average = averageOf(context, learner)
      evaluations.push({ ...at, train, validation, ...(average ? { averaged: { validation: average.validation } } : {}) })
      without = bests.improves({ ...at, validation }, () => learner.checkpoint()) ? 0 : without + 1
      if (average) bestAverage.improves({ ...at, validation: average.validation }, () => learner.checkpoint(average.state))
      if (without >= patience) break
    }
    const weights = weightsHash(learner.checkpoint())
    // Before the best checkpoint replaces the last one.
    const layers = measuresMore(job) ? { layers: layerHealth(context, learner, batches, log.steps.loss.length) } : {}
    const found = bests.found()
    if (!found) throw new Error('a run without an evaluation has no best checkpoint')
    const measured = measuredBest(context, learner, { best: found, average: bestAverage.found() }, job)
    const best = keepWeights ? { ...measured, weights: keptWeights(found.checkpoint) } : measured
    return { status: 'complete', best, probe: null, weights, ...layers, steps: log.steps, evaluations }
  } finally {
    learner.dispose()
  }
}

/** What the best checkpoint says about whole splits, and the best average, as far as the job or a stage needs it. */
function measuredBest(
  context: RunContext,
  learner: Learner,
  { best, average }: { readonly best: Found; readonly average: Found | undefined },
  { evaluateTest, calibration, predictions }: RequestFor<'train'>['job'],
): Best {
  const { validation, test } = context.data.splits
  const grouped = !evaluateTest && hasRowEvidence(context)
  if (!evaluateTest && !calibration && !predictions && !grouped) return { ...best.at, test: null }
  learner.restore(best.checkpoint)
  const onValidation = predict(context, learner.state, validation)
  const onTest = evaluateTest ? predict(context, learner.state, test) : null
  const answered = (outputs: Float32Array, rows: Int32Array) => predictionsOf(context, outputs, rows)
  const width = outputWidth(context.workload)
  const keeps = (evaluateTest || predictions) && width <= mostKept
  const predicted = (outputs: Float32Array, rows: Int32Array) => ({ outputs, rows })
  const testOf = ({ checkpoint }: Found): Metrics => {
    learner.restore(checkpoint)
    return evaluate(context, learner.state, test)
  }
  return {
    ...best.at,
    test: onTest && metricsOf(context, onTest, test),
    ...(calibration
      ? { calibration: calibrationOf(answered(onValidation, validation), onTest && answered(onTest, test)) }
      : {}),
    ...(keeps ? { predictions: keptPredictions(width, onValidation, onTest) } : {}),
    ...(average ? { averaged: { ...average.at, test: evaluateTest ? testOf(average) : null } } : {}),
    ...(onTest && context.data.rowsVary ? testEvidence(context, onTest) : {}),
    ...(context.workload.subsets && (evaluateTest || calibration)
      ? { subsets: subsetMetrics(context, predicted(onValidation, validation), onTest && predicted(onTest, test)) }
      : {}),
    ...(grouped ? rowEvidence(context, onValidation) : {}),
  }
}

/** How long a run is: its schedule covers `length` of the levers' epochs, and it stops after `stopAfter` of that. */
export function runLength(
  trainingRows: number,
  levers: Levers,
  length: number,
  stopAfter: number,
): { readonly stepsPerEpoch: number; readonly schedule: ScheduleOptions; readonly stopAt: number } {
  const { stepsPerEpoch } = batchPlan(trainingRows, levers.batching)
  const { schedule, warmupSteps, finalFraction, epochs } = levers.scheduling
  const total = Math.max(1, Math.round(epochs * length)) * stepsPerEpoch
  const warmup = Math.round(warmupSteps * length)
  return {
    stepsPerEpoch,
    schedule: { schedule, total, warmup, peak: levers.optimization.learningRate, finalFraction },
    stopAt: Math.max(1, Math.round(total * stopAfter)),
  }
}

/**
 * Whether a run measures more than a comparison needs, as a verification does. Only then is there a moving average, by which
 * no stage decides and which costs up to a fifth of a run, and a look at each layer.
 */
const measuresMore = ({ evaluateTest, calibration }: RequestFor<'train'>['job']): boolean =>
  evaluateTest || calibration === true

/** The moving average as a model, with its metrics; undefined if one is not finite, which says nothing about the run. */
function averageOf(
  context: RunContext,
  { average: state }: Learner,
): { readonly state: ModelState; readonly validation: Metrics } | undefined {
  if (state === null) return undefined
  const validation = evaluate(context, state, context.data.splits.validation)
  return notFinite(validation) === null ? { state, validation } : undefined
}

/** Keeps the checkpoint with the best validation objective; the first of equals. */
function bestSoFar(objective: MetricName) {
  let best: Found | undefined
  const value = (metrics: Metrics): number => {
    const found = metrics[objective]
    if (found === undefined) throw new Error(`${objective} is not among the metrics ${Object.keys(metrics).join(', ')}`)
    return found
  }
  return {
    found: () => best,
    improves(at: Found['at'], checkpoint: () => Checkpoint): boolean {
      if (best && !(gain(objective, value(best.at.validation), value(at.validation)) > 0)) return false
      best = { at, checkpoint: checkpoint() }
      return true
    },
  }
}

/** SHA-256 over the bytes of weights and statistics. */
export function weightsHash({ weights, statistics }: Checkpoint): string {
  const bytes = [weights, ...statistics].map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength))
  return sha256(Buffer.concat(bytes))
}
