import type { Levers } from '../../src/records/levers.ts'
import { inferShapes } from '../../src/layers/shapes.ts'
import type { RunJob } from '../../src/records/plan.ts'
import type { Evaluation, RunResult } from '../../src/records/run.ts'
import { gatherRows } from '../../src/base/rows.ts'
import { batchPlan } from '../../src/train/batches.ts'
import type { RunContext } from '../../src/train/context.ts'
import { evaluate, fixedSample, notFinite } from '../../src/train/evaluate.ts'
import { createLearner } from '../../src/train/learner.ts'
import { runLength } from '../../src/train/loop.ts'
import { smoothedTargets } from '../../src/train/loss.ts'
import { buildModel } from '../../src/train/model.ts'
import { learningRate } from '../../src/train/schedule.ts'
import { divergence, stepLogger } from '../../src/train/step-log.ts'
import type { Engine } from '../../src/train/engine.ts'
import { trained, workloadOf } from '../statistics/workload.ts'
import type { Variant } from './variants.ts'
import type { World } from './worlds.ts'

/** As in a verification, where each layer is looked at. Nobody reads the scores on test rows. */
const verified: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true }

/** Trains one seed of a variant, by the product's own trainer unless the variant does not shuffle. */
export function train(engine: Engine, world: World, variant: Variant, seed: number): RunResult {
  const data = variant.data?.(world) ?? world.data
  const layers = variant.layers?.(world) ?? world.layers
  const levers = variant.levers(world)
  const request = { stage: 'verify', label: variant.name, levers, seed, job: verified } as const
  const id = `${world.name}, ${variant.name}, seed ${seed}`
  if (variant.shuffle !== false) return trained(engine, world, request, { data, layers }, id)
  const workload = workloadOf(world, data, layers)
  const shaped = inferShapes(layers, data.inputShape)
  if (!shaped.ok) throw new Error(shaped.error.message)
  const context: RunContext = { engine, workload, data, model: buildModel(engine.tf, shaped.value) }
  const body = trainInOrder(context, levers, seed)
  return { id, request, engine: engine.label, ...body, timing: { seconds: 0, stepsPerSecond: 0 } } as RunResult
}

/** The loop of a program that forgot to shuffle: the product's step and schedule, every epoch in the order of the rows. */
function trainInOrder(
  context: RunContext,
  levers: Levers,
  seed: number,
): Pick<RunResult, 'status' | 'steps' | 'evaluations'> {
  const { data } = context
  const { stepsPerEpoch, schedule, stopAt } = runLength(data.splits.train.length, levers, 1, 1)
  const learner = createLearner(context, levers, seed)
  const sample = fixedSample(data.splits.train, data.splits.validation.length)
  const [log, evaluations] = [stepLogger(), [] as Evaluation[]]
  try {
    for (let step = 0; step < stopAt; step++) {
      const rate = learningRate(step, schedule)
      const report = learner.step([batchAt(context, levers, step % stepsPerEpoch)], step, rate)
      if (divergence(report)) return { status: 'diverged', steps: log.steps, evaluations }
      log.push(rate, report, levers.scheduling.clipNorm)
      if ((step + 1) % stepsPerEpoch !== 0) continue
      const [train, validation] = [sample, data.splits.validation].map((rows) => evaluate(context, learner.state, rows))
      if (!train || !validation || notFinite(train) || notFinite(validation))
        return { status: 'diverged', steps: log.steps, evaluations }
      evaluations.push({ step: step + 1, epoch: (step + 1) / stepsPerEpoch, train, validation })
    }
    return { status: 'complete', steps: log.steps, evaluations }
  } finally {
    learner.dispose()
  }
}

function batchAt({ data, workload }: RunContext, levers: Levers, index: number) {
  const { rows } = batchPlan(data.splits.train.length, levers.batching)
  const chosen = data.splits.train.subarray(index * rows, (index + 1) * rows)
  const labels = gatherRows(data.targets, 1, chosen)
  return {
    rows,
    inputs: gatherRows(data.inputs, data.inputs.length / data.targets.length, chosen),
    targets: workload.task === 'classification' ? smoothedTargets(labels, workload.data.classes?.length ?? 1, 0) : labels,
  }
}
