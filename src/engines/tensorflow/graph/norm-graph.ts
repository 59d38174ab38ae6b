import { callNorms, type NormCall } from '../../../train/squared-norms.ts'
import type { StepBatch, StepSettings, TrainState } from '../../../train/step.ts'
import { tidy } from '../../../train/tidy.ts'
import type { Tf } from '../../../layers/forward.ts'
import { dataType, type Native } from './binding.ts'
import { createGraph } from './graph.ts'
import { record } from './recording.ts'
import { replay } from './replay.ts'
import { openSession, type Session } from './session.ts'
import { idOf } from './trace.ts'

/** Computes `squaredNorms` for this many batches, of the sizes that it was opened with. */
export interface NormSession extends Session, Pick<NormCall, 'inputs'> {}

/** Throws `NotTraceable`. */
export function openNormSession(
  tf: Tf,
  native: Native,
  settings: StepSettings,
  state: TrainState,
  batches: readonly StepBatch[],
): NormSession {
  const { backend } = native
  return tidy(tf, () => {
    const masks: number[] = []
    const { result, entries } = record(backend, () =>
      callNorms(tf, settings, state, batches, (mask) => masks.push(idOf(backend, mask))),
    )
    const { given, norms, inputs } = result
    const graph = createGraph()
    const refs = given.map(({ shape }) => graph.placeholder('given', dataType.float32, shape))
    const ids = [...backend.getInputTensorIds(given.slice(0, given.length - masks.length)), ...masks]
    const known = new Map(ids.map((id, i) => [id, refs[i] ?? '']))
    const outputs = replay(graph, backend.binding, entries, known, [idOf(backend, norms)])
    return { ...openSession(native, graph.nodes, refs, outputs), inputs }
  })
}
