import { type ModelState, outputsOf, predictors } from '../../../train/step.ts'
import { tidy } from '../../../train/tidy.ts'
import type { Tf } from '../../../layers/forward.ts'
import type { Model } from '../../../train/types.ts'
import { dataType, type Native } from './binding.ts'
import { createGraph, int, scalarInt, type } from './graph.ts'
import { record } from './recording.ts'
import { replay } from './replay.ts'
import { openSession, type Session } from './session.ts'
import { idOf } from './trace.ts'

/**
 * Opens a session that computes outputs for a fixed number of rows of the data set. Inputs: weights, statistics, inputs of
 * the data set, row numbers. Throws `NotTraceable`.
 */
export function openPredictSession(
  tf: Tf,
  native: Native,
  model: Model,
  state: ModelState,
  inputShape: readonly number[],
  rows: number,
): Session {
  const { backend } = native
  return tidy(tf, () => {
    const example = tf.zeros([rows, ...inputShape])
    const given = [...backend.getInputTensorIds(predictors(state)), idOf(backend, example)]
    const { result, entries } = record(backend, () => outputsOf(tf, model, state, example))
    const graph = createGraph()
    const stateRefs = predictors(state).map((t) => graph.placeholder('state', dataType.float32, t.shape))
    const data = graph.placeholder('inputs', dataType.float32, [-1, ...inputShape])
    const chosen = graph.placeholder('rows', dataType.int32, [rows])
    const inputs = graph.add('GatherV2', [data, chosen, scalarInt(graph, 0)], {
      Tparams: type(dataType.float32),
      Tindices: type(dataType.int32),
      Taxis: type(dataType.int32),
      batch_dims: int(0),
    })
    const known = new Map(given.map((id, i) => [id, stateRefs[i] ?? inputs]))
    const outputs = replay(graph, backend.binding, entries, known, [idOf(backend, result)])
    return openSession(native, graph.nodes, [...stateRefs, data, chosen], outputs)
  })
}
