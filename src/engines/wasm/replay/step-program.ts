import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Tensor, Tf } from '../../../layers/forward.ts'
import type { CompiledSteps, StepSource } from '../../../train/step-compiler.ts'
import { watchMasks } from '../../../train/step-random.ts'
import { coefficientsOf, stateOf, type TrainState, tensorsOf, trainStep } from '../../../train/step.ts'
import { tidy } from '../../../train/tidy.ts'
import { type DataId, hashOf, idOf, infoOf, type Values } from './backend.ts'
import type { Opener } from './checked.ts'
import { type Carried, createProgram, type Program } from './program.ts'
import { record, type Recording, signatureOf } from './recording.ts'

/** A step as a program, and which of its tensors are what. */
export interface StepProgram extends StepPlan {
  readonly program: Program
  readonly state: readonly DataId[]
  readonly fixed: readonly DataId[]
  readonly coefficients: readonly DataId[]
  readonly batches: readonly { readonly inputs: DataId; readonly targets: DataId }[]
  readonly nextState: readonly DataId[]
  readonly loss: DataId
  readonly norm: DataId
}

/** How steps of one structure use a program, which others may share. */
export interface StepPlan {
  /** Equal if steps can share a program. */
  readonly signature: string
  /** What JavaScript creates in each step, such as levers; of masks, which every step draws anew, nothing. */
  readonly constants: readonly Values[]
  readonly masks: readonly { readonly dataId: DataId; readonly pass: number; readonly site: number; readonly rate: number }[]
}

/** The plan alone, which holds no recording. */
export const planOf = ({ signature, constants, masks }: StepPlan): StepPlan => ({ signature, constants, masks })

/** A program for another plan of its signature. */
export const planned = (step: StepProgram, { constants, masks }: StepPlan): StepProgram => ({
  ...step,
  constants,
  masks: step.masks.map((mask, i) => ({ ...mask, rate: masks[i]?.rate ?? mask.rate })),
})

/** Rates enter a step as tensors: those of the recorded step, and of the ones that are checked. */
const anyRate = 1e-3
const otherRates = [2e-3, 3e-3]

/** The program of a recorded step, after a check that it does what further steps do. Throws `NotTraceable`. */
export function openStepProgram(
  tf: Tf,
  { recording, given, wanted, ...places }: RecordedStep,
  source: StepSource,
  state: TrainState,
  from: number,
  opener: Opener,
): StepProgram {
  const carried = places.nextState.map((made, i): Carried => [made, places.state[i] as DataId])
  return opener.open(recording, {
    open: (target) => ({ ...places, program: createProgram(tf, recording, given, wanted, target, carried) }),
    expected: () => eagerSteps(tf, source, state, from + 1).join(),
    found: (step) => replayedSteps(tf, step, source, state, from + 1).join(),
    reason: 'its steps are not alike: JavaScript computes part of each step',
  })
}

/** A step that was taken once, to see what it does. */
export interface RecordedStep extends Omit<StepProgram, 'program'> {
  readonly recording: Recording
  readonly given: readonly TensorInfo[]
  readonly wanted: readonly TensorInfo[]
}

/** Takes a step and records it. Throws `NotTraceable`. */
export function recordStep(tf: Tf, source: StepSource, state: TrainState, from: number): RecordedStep {
  const { settings, fixed, upload, batches } = source
  return tidy(tf, () => {
    const uploaded = upload(batches(from), from)
    const scalars = coefficientsOf(settings, from, anyRate).map((value) => tf.scalar(value))
    const masks: StepProgram['masks'][number][] = []
    const infos: TensorInfo[] = []
    const watched = uploaded.map((batch, pass) => ({
      ...batch,
      random: watchMasks(batch.random, ({ mask, site, rate }) => {
        masks.push({ dataId: mask.dataId, pass, site, rate })
        infos.push(infoOf(mask))
      }),
    }))
    const { result, recording } = record(tf, () => trainStep(tf, settings, state, watched, scalars))
    const before = [...tensorsOf(state), ...fixed, ...scalars, ...uploaded.flatMap((b) => [b.inputs, b.targets])]
    const after = [...tensorsOf(result.state), result.loss, result.norm]
    // A step's statistics belong to its caller.
    tf.dispose([...result.state.statistics])
    const [given, wanted] = [[...before.map(infoOf), ...infos], after.map(infoOf)]
    const drawn = new Set(infos.map(({ dataId }) => dataId))
    return {
      recording,
      given,
      wanted,
      signature: signatureOf(recording, given, wanted),
      constants: [...recording.constants].map(([dataId, values]) => (drawn.has(dataId) ? values.slice(0, 0) : values)),
      state: tensorsOf(state).map(idOf),
      fixed: fixed.map(idOf),
      coefficients: scalars.map(idOf),
      batches: uploaded.map((b) => ({ inputs: idOf(b.inputs), targets: idOf(b.targets) })),
      masks,
      nextState: tensorsOf(result.state).map(idOf),
      loss: idOf(result.loss),
      norm: idOf(result.norm),
    }
  })
}

/**
 * The bits of two steps by the program. They are not those of `eagerSteps` where JavaScript draws or computes part of each
 * step, or where a kernel keeps something from one step to the next.
 */
function replayedSteps(tf: Tf, program: StepProgram, source: StepSource, state: TrainState, step: number): string[] {
  const { state: after, reports } = takeSteps(tf, program, source, state, step, otherRates)
  const bits = [...tensorsOf(after).map(hashOf), ...reports.map(({ loss, norm }) => `${loss} ${norm}`)]
  for (const tensor of tensorsOf(after)) tensor.dispose()
  return bits
}

/** The bits of the same steps, one kernel after another. */
function eagerSteps(tf: Tf, { settings, upload, batches }: StepSource, state: TrainState, step: number): string[] {
  return tidy(tf, () => {
    let after = state
    const kept: Tensor[] = []
    const reports = otherRates.map((rate, i) => {
      const scalars = coefficientsOf(settings, step + i, rate).map((value) => tf.scalar(value))
      const outcome = trainStep(tf, settings, after, upload(batches(step + i), step + i), scalars)
      after = outcome.state
      // A step's statistics belong to its caller.
      kept.push(...after.statistics)
      return `${outcome.loss.dataSync()[0]} ${outcome.norm.dataSync()[0]}`
    })
    const bits = [...tensorsOf(after).map(hashOf), ...reports]
    tf.dispose(kept)
    return bits
  })
}

/** Steps of a run by the program of its structure, one for each rate. The given state stays unchanged. */
export function takeSteps(
  tf: Tf,
  step: StepProgram,
  source: StepSource,
  state: TrainState,
  from: number,
  rates: readonly number[],
): ReturnType<CompiledSteps['run']> {
  const { program, nextState } = step
  const write = (tensors: readonly Tensor[], places: readonly DataId[]): void =>
    tensors.forEach((tensor, i) => program.floats(places[i] as DataId).set(tensor.dataSync() as Float32Array))
  write(tensorsOf(state), step.state)
  write(source.fixed, step.fixed)
  program.constants(step.constants)
  const reports = rates.map((rate, i) => {
    if (i > 0) program.carry()
    coefficientsOf(source.settings, from + i, rate).forEach((value, j) => {
      program.floats(step.coefficients[j] as DataId)[0] = value
    })
    writeBatches(step, source, from + i)
    program.run()
    return { loss: program.floats(step.loss)[0] ?? NaN, norm: program.floats(step.norm)[0] ?? NaN }
  })
  const after = tensorsOf(state).map(({ shape }, i) => tf.tensor(program.floats(nextState[i] as DataId).slice(), shape))
  return { state: stateOf(after, state), reports }
}

function writeBatches({ program, batches, masks }: StepProgram, source: StepSource, step: number): void {
  const inputs = batches.map((batch) => program.floats(batch.inputs))
  source.batches(step, { inputs, copy: program.copyRows }).forEach(({ targets }, pass) => {
    const place = batches[pass] as StepProgram['batches'][number]
    program.floats(place.targets).set(targets)
  })
  for (const { dataId, pass, site, rate } of masks)
    program.fillMask([source.seed, step, pass, site], rate, program.floats(dataId))
}
