import type { Tf } from '../../../layers/forward.ts'
import { callNorms, type NormCall, squaredNorms } from '../../../train/squared-norms.ts'
import type { StepBatch, StepSettings, TrainState } from '../../../train/step.ts'
import { tidy } from '../../../train/tidy.ts'
import { type DataId, hashOf, idOf, infoOf } from './backend.ts'
import type { Opener } from './checked.ts'
import { createProgram, type Program } from './program.ts'
import { record } from './recording.ts'

/** `squaredNorms` as a program, and which of its tensors are what. */
export interface NormProgram extends Pick<NormCall, 'inputs'> {
  readonly program: Program
  readonly given: readonly DataId[]
  readonly norms: DataId
}

/** Records the norms at other weights, and checks that its program gives those at these. Throws `NotTraceable`. */
export function openNormProgram(
  tf: Tf,
  settings: StepSettings,
  state: TrainState,
  batches: readonly StepBatch[],
  opener: Opener,
): NormProgram {
  return tidy(tf, () => {
    const other = { ...state, weights: tf.mul(state.weights, 0.5) }
    const { result, recording } = record(tf, () => callNorms(tf, settings, other, batches))
    const { given, inputs } = result
    const [known, wanted] = [given.map(infoOf), infoOf(result.norms)]
    return opener.open<NormProgram>(recording, {
      open: (target) => ({
        program: createProgram(tf, recording, known, [wanted], target),
        given: given.map(idOf),
        norms: wanted.dataId,
        inputs,
      }),
      expected: () => hashOf(squaredNorms(tf, settings, state, batches)),
      found: (opened) => hashOf(tf.tensor(normsBy(tf, opened, settings, state, batches))),
      reason: 'norms of gradients do not replay with the same bits',
    })
  })
}

/** The two values of `squaredNorms`. */
export function normsBy(
  tf: Tf,
  { program, given, norms, inputs }: NormProgram,
  settings: StepSettings,
  state: TrainState,
  batches: readonly StepBatch[],
): readonly [number, number] {
  return tidy(tf, () => {
    inputs(settings, state, batches).forEach((tensor, i) =>
      program.floats(given[i] as DataId).set(tensor.dataSync() as Float32Array),
    )
    program.run()
    const [ofParts = NaN, ofMean = NaN] = program.floats(norms)
    return [ofParts, ofMean]
  })
}
