import { gatherRows, inputWidth } from '../../../base/rows.ts'
import type { Tf } from '../../../layers/forward.ts'
import { type ModelState, outputsOf, predictors } from '../../../train/step.ts'
import { tidy } from '../../../train/tidy.ts'
import type { Model, TrainingData } from '../../../train/types.ts'
import { type DataId, hashOf, infoOf } from './backend.ts'
import type { Opener } from './checked.ts'
import { createProgram, type Program } from './program.ts'
import { record } from './recording.ts'

/** Outputs for a fixed number of rows, as a program, and which of its tensors are what. */
export interface PredictProgram {
  readonly program: Program
  readonly state: readonly DataId[]
  readonly inputs: DataId
  readonly outputs: DataId
  /** The rows whose inputs it holds; evaluations mostly predict the same ones again. */
  readonly held: { rows: Int32Array | null }
}

/** Records a prediction by another model, and checks that its program gives this one's. Throws `NotTraceable`. */
export function openPredictProgram(
  tf: Tf,
  model: Model,
  state: ModelState,
  data: TrainingData,
  rows: Int32Array,
  opener: Opener,
): PredictProgram {
  return tidy(tf, () => {
    const inputs = tf.tensor(gatherRows(data.inputs, inputWidth(data), rows), [rows.length, ...data.inputShape])
    const other = { weights: tf.mul(state.weights, 0.5), statistics: state.statistics.map((s) => tf.add(s, 1)) }
    const { result, recording } = record(tf, () => outputsOf(tf, model, other, inputs))
    const [given, wanted] = [[...predictors(other), inputs].map(infoOf), infoOf(result)]
    const ids = given.map(({ dataId }) => dataId)
    return opener.open<PredictProgram>(recording, {
      open: (target) => ({
        program: createProgram(tf, recording, given, [wanted], target),
        state: ids.slice(0, -1),
        inputs: ids.at(-1) as DataId,
        outputs: wanted.dataId,
        held: { rows: null },
      }),
      expected: () => hashOf(outputsOf(tf, model, state, inputs)),
      found: (opened) => hashOf(tf.tensor(predicted(opened, state, data, rows), wanted.shape)),
      reason: 'a prediction does not replay with the same bits',
    })
  })
}

/** Outputs, rows × width. */
export function predicted(
  { program, state: places, inputs, outputs, held }: PredictProgram,
  state: ModelState,
  data: TrainingData,
  rows: Int32Array,
): Float32Array {
  predictors(state).forEach((tensor, i) => program.floats(places[i] as DataId).set(tensor.dataSync() as Float32Array))
  if (!held.rows || !sameRows(held.rows, rows)) {
    program.copyRows(data.inputs, inputWidth(data), rows, program.floats(inputs))
    held.rows = rows.slice()
  }
  program.run()
  return program.floats(outputs).slice()
}

const sameRows = (a: Int32Array, b: Int32Array): boolean => a.length === b.length && a.every((row, i) => row === b[i])
