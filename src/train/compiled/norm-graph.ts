import { squaredNorms } from '../squared-norms.ts'
import type { StepBatch, StepSettings, TrainState } from '../step.ts'
import { tidy } from '../tidy.ts'
import type { StepRandom, Tensor, Tf } from '../types.ts'
import { dataType, type Native } from './binding.ts'
import { createGraph } from './graph.ts'
import { predictors } from './predict-graph.ts'
import { NotTraceable, record } from './recording.ts'
import { replay } from './replay.ts'
import { openSession, type Session } from './session.ts'
import { idOf } from './trace.ts'

/** What a session of squared norms is given, in its order. */
export const normInputs = (state: TrainState, batches: readonly StepBatch[]): Tensor[] =>
  [...predictors(state), ...batches.flatMap(({ inputs, targets }) => [inputs, targets])]

/** Masks would be the same in every call. */
const noMasks: StepRandom = {
  dropoutMask() {
    throw new NotTraceable('it draws dropout masks')
  },
}

/** Opens a session that computes `squaredNorms` for as many batches of these sizes. Throws `NotTraceable`. */
export function openNormSession(
  tf: Tf, native: Native, settings: StepSettings, state: TrainState, batches: readonly StepBatch[],
): Session {
  const { backend } = native
  return tidy(tf, () => {
    const given = normInputs(state, batches)
    const ids = backend.getInputTensorIds(given)
    const plain = batches.map((batch) => ({ ...batch, random: noMasks }))
    const { result, entries } = record(backend, () => squaredNorms(tf, settings, state, plain))
    const graph = createGraph()
    const refs = given.map((t) => graph.placeholder('given', dataType.float32, t.shape))
    const known = new Map(ids.map((id, i) => [id, refs[i] ?? '']))
    return openSession(native, graph.nodes, refs, replay(graph, backend.binding, entries, known, [idOf(backend, result)]))
  })
}
