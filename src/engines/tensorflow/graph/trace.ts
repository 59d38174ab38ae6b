import { type StepBatch, type StepOutcome, type StepSettings, type TrainState, tensorsOf } from '../../../train/step.ts'
import { trainStep } from '../../../train/step.ts'
import type { Tensor, Tf } from '../../../layers/forward.ts'
import { watchMasks } from '../../../train/step-random.ts'
import { tidy } from '../../../train/tidy.ts'
import type { NativeBackend } from './binding.ts'
import { fingerprint, record, type Recorded } from './recording.ts'

/** A place where a step multiplies by a dropout mask. */
export interface MaskSite {
  readonly pass: number
  readonly site: number
  readonly shape: readonly number[]
  readonly rate: number
}

/** One real step as a record. All members except `entries` are the addon's tensor numbers. */
export interface Trace {
  readonly entries: readonly Recorded[]
  readonly state: readonly number[]
  /** Tensors that are the same in every step of a run. */
  readonly fixed: readonly number[]
  readonly coefficients: readonly number[]
  readonly batches: readonly { readonly inputs: number; readonly targets: number }[]
  readonly masks: readonly { readonly id: number; readonly at: MaskSite }[]
  readonly nextState: readonly number[]
  readonly loss: number
  readonly norm: number
  /** Equal for steps with the same graph. */
  readonly fingerprint: string
  /** The result of the recorded step. */
  readonly lossValue: number
}

export interface TraceOptions {
  readonly settings: StepSettings
  readonly state: TrainState
  /** Used by the optimizer in addition to its state. */
  readonly fixed: readonly Tensor[]
  readonly batches: readonly StepBatch[]
  readonly coefficients: readonly number[]
}

/** Takes one step without keeping it, and records it. Throws `NotTraceable`. */
export function traceStep(
  tf: Tf,
  backend: NativeBackend,
  { settings, state, fixed, batches, coefficients }: TraceOptions,
): Trace {
  return tidy(tf, () => {
    const scalars = coefficients.map((value) => tf.scalar(value))
    const ids = {
      state: backend.getInputTensorIds(tensorsOf(state)),
      fixed: backend.getInputTensorIds(fixed),
      coefficients: backend.getInputTensorIds(scalars),
      batches: batches.map(({ inputs, targets }) => ({ inputs: idOf(backend, inputs), targets: idOf(backend, targets) })),
    }
    const masks: Trace['masks'][number][] = []
    const watched = batches.map((batch, pass) => ({
      ...batch,
      random: watchMasks(batch.random, ({ mask, ...at }) => masks.push({ id: idOf(backend, mask), at: { pass, ...at } })),
    }))
    const { result, entries } = record(backend, () => trainStep(tf, settings, state, watched, scalars))
    const after = outcome(backend, result)
    // A step's statistics belong to its caller.
    tf.dispose([...result.state.statistics])
    return { ...ids, ...after, masks, entries, fingerprint: fingerprintOf(entries, ids, masks) }
  })
}

function outcome(
  backend: NativeBackend,
  { state, loss, norm }: StepOutcome,
): Pick<Trace, 'nextState' | 'loss' | 'norm' | 'lossValue'> {
  const [nextState, lossId, normId] = [backend.getInputTensorIds(tensorsOf(state)), idOf(backend, loss), idOf(backend, norm)]
  return { nextState, loss: lossId, norm: normId, lossValue: loss.dataSync()[0] ?? NaN }
}

function fingerprintOf(
  entries: readonly Recorded[],
  ids: Pick<Trace, 'state' | 'fixed' | 'coefficients' | 'batches'>,
  masks: Trace['masks'],
): string {
  const known = [
    ...ids.state,
    ...ids.fixed,
    ...ids.coefficients,
    ...ids.batches.flatMap((b) => [b.inputs, b.targets]),
    ...masks.map((m) => m.id),
  ]
  return fingerprint(entries, known)
}

export const idOf = (backend: NativeBackend, tensor: Tensor): number => backend.getInputTensorIds([tensor])[0] ?? NaN
