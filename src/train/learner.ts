import type { Levers } from '../records/levers.ts'
import type { BatchRows } from './augment.ts'
import { outputWidth, type BatchSource } from './batches.ts'
import type { Averaging } from './averaging.ts'
import { createStepper, type Stepper } from './step-compiler.ts'
import type { RunContext } from './context.ts'
import { createOptimizer, type WeightDecay } from './optimizer.ts'
import type { StepReport } from './step-log.ts'
import { stepRandom } from './step-random.ts'
import { coefficientsOf, tensorsOf, trainStep } from './step.ts'
import type { ModelState, StepBatch, StepSettings, TrainState } from './step.ts'
import { tidy } from './tidy.ts'
import type { Tensor, Tf } from '../layers/forward.ts'
import type { Checkpoint, Model } from './types.ts'

/** A model in training. It owns its tensors: the state and its constants. None of them outlive `dispose`. */
export interface Learner {
  readonly settings: StepSettings
  /** Valid until the next step. */
  readonly state: TrainState
  /** The moving average as a model, after at least one step; null if the learner keeps none. Valid until the next step. */
  readonly average: ModelState | null
  /** One optimizer update; `step` counts from 0. Loss and norm are read back, and may be non-finite. */
  step(batches: readonly BatchRows[], step: number, rate: number): StepReport
  /** Number of steps worth requesting at once. */
  readonly chunk: number
  /**
   * One update per rate, from step `from` on. Ends early after a report that `goOn` rejects; the state is then that of the
   * last reported step.
   */
  advance(
    batches: BatchSource,
    from: number,
    rates: readonly number[],
    goOn?: (report: StepReport) => boolean,
  ): readonly StepReport[]
  /** Batches as tensors of the engine, with the random numbers of their step; the caller disposes of them. */
  upload(batches: readonly BatchRows[], step: number): StepBatch[]
  /** Copies of the arrays of the model in training, or of another. */
  checkpoint(of?: ModelState): Checkpoint
  /** Takes weights and statistics from a checkpoint; the optimizer keeps its state. */
  restore(checkpoint: Checkpoint): void
  dispose(): void
}

/** A fresh model from the streams of a seed, with a fresh optimizer, and a moving average if one is given. */
export function createLearner(
  context: RunContext,
  levers: Levers,
  seed: number,
  averaging: Averaging | null = null,
): Learner {
  const {
    engine: { tf, fused },
    model,
    workload,
    data,
    compiler,
  } = context
  const decay: WeightDecay = { rate: levers.regularization.weightDecay, mask: decayMask(tf, model) }
  const optimizer = createOptimizer(tf, levers.optimization, decay)
  const weighted = data.weights !== undefined
  const labelWeights = data.labelWeights ? tf.tensor1d(data.labelWeights) : null
  const fixed = [decay.mask, ...(labelWeights ? [labelWeights] : [])]
  const { task } = workload
  const settings: StepSettings = { model, optimizer, task, levers, averaging, weighted, labelWeights, fused }
  let state = initialState(tf, settings, seed)

  const replace = (next: TrainState): void => {
    const kept = new Set(tensorsOf(next))
    tf.dispose(tensorsOf(state).filter((t) => !kept.has(t)))
    state = next
  }
  const upload: Learner['upload'] = (batches, step) =>
    batches.map(({ inputs, targets, rows }, pass) => ({
      inputs: tf.tensor(inputs, [rows, ...data.inputShape]),
      targets: tf.tensor(targets, [rows, targets.length / rows]),
      random: stepRandom(tf, seed, step, pass),
    }))
  const oneStep = (batches: readonly BatchRows[], step: number, rate: number): StepReport => {
    const {
      loss,
      norm,
      state: next,
    } = tidy(tf, () => {
      const coefficients = coefficientsOf(settings, step, rate).map((value) => tf.scalar(value))
      return trainStep(tf, settings, state, upload(batches, step), coefficients)
    })
    replace(next)
    const report = { loss: numberOf(loss), norm: numberOf(norm) }
    tf.dispose([loss, norm])
    return report
  }
  const stepper: Stepper | null = compiler
    ? createStepper(compiler, { settings, seed, fixed, upload, width: outputWidth(workload) }, context.notice)
    : null
  return {
    settings,
    get state() {
      return state
    },
    get average() {
      const [weights, ...statistics] = state.averages
      return weights ? { weights, statistics } : null
    },
    upload,
    step: oneStep,
    get chunk() {
      return stepper?.chunk ?? 1
    },
    advance(batches, from, rates, goOn = () => true) {
      const compiled = stepper?.advance(state, batches, from, rates, goOn)
      if (compiled) {
        replace(compiled.state)
        return compiled.reports
      }
      const reports: StepReport[] = []
      for (const rate of rates) {
        const report = oneStep(batches(from + reports.length), from + reports.length, rate)
        reports.push(report)
        if (!goOn(report)) break
      }
      return reports
    },
    checkpoint: ({ weights, statistics } = state) => ({
      weights: numbersOf(weights),
      statistics: statistics.map(numbersOf),
    }),
    restore: ({ weights, statistics }) =>
      replace({
        slots: state.slots,
        averages: state.averages,
        weights: tf.tensor1d(weights),
        statistics: statistics.map((values, i) => tf.tensor(values, [...(model.statistics[i]?.shape ?? [])])),
      }),
    dispose: () => tf.dispose([...tensorsOf(state), ...fixed]),
  }
}

function initialState(tf: Tf, { model, optimizer, averaging }: StepSettings, seed: number): TrainState {
  return {
    weights: tf.tensor1d(model.initialWeights(seed)),
    slots: Array.from({ length: optimizer.slots }, () => tf.zeros([model.size])),
    statistics: model.statistics.map(({ shape, initial }) => tf.fill([...shape], initial)),
    // The first step replaces them.
    averages: averaging ? [tf.zeros([model.size]), ...model.statistics.map(({ shape }) => tf.zeros([...shape]))] : [],
  }
}

/** 1 if weight decay applies. */
export function decayMask(tf: Tf, model: Model): Tensor {
  const mask = new Float32Array(model.size)
  for (const p of model.parameters) if (p.decay) mask.fill(1, p.offset, p.offset + p.size)
  return tf.tensor1d(mask)
}
/** A copy, whatever the engine returns. */
const numbersOf = (tensor: Tensor): Float32Array => new Float32Array(tensor.dataSync())
const numberOf = (scalar: Tensor): number => scalar.dataSync()[0] ?? NaN
