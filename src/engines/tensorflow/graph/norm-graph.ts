import { squaredNorms } from '../../../train/squared-norms.ts'
import { watchMasks } from '../../../train/step-random.ts'
import { predictors, type StepBatch, type StepSettings, type TrainState } from '../../../train/step.ts'
import { tidy } from '../../../train/tidy.ts'
import type { Tensor, Tf } from '../../../layers/forward.ts'
import { dataType, type Native } from './binding.ts'
import { createGraph } from './graph.ts'
import { record } from './recording.ts'
import { replay } from './replay.ts'
import { openSession, type Session } from './session.ts'
import { idOf } from './trace.ts'

/** A dropout mask of one of the batches. */
interface BatchMask {
  readonly batch: number
  readonly site: number
  readonly shape: readonly number[]
  readonly rate: number
}

/** Computes `squaredNorms` for this many batches, of the sizes that it was opened with. */
export interface NormSession extends Session {
  /** Its inputs, in order. Call it inside a tidy scope, because it creates new masks. */
  inputs(state: TrainState, batches: readonly StepBatch[]): Tensor[]
}

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
    const masks: BatchMask[] = []
    const given = plainInputs(state, batches)
    const ids = backend.getInputTensorIds(given)
    const shapes = given.map((t) => t.shape)
    const watched = batches.map((batch, i) => ({
      ...batch,
      random: watchMasks(batch.random, ({ site, shape, rate, mask }) => {
        masks.push({ batch: i, site, shape, rate })
        ids.push(idOf(backend, mask))
        shapes.push([...shape])
      }),
    }))
    const { result, entries } = record(backend, () => squaredNorms(tf, settings, state, watched))
    const graph = createGraph()
    const refs = shapes.map((shape) => graph.placeholder('given', dataType.float32, shape))
    const known = new Map(ids.map((id, i) => [id, refs[i] ?? '']))
    const outputs = replay(graph, backend.binding, entries, known, [idOf(backend, result)])
    return {
      ...openSession(native, graph.nodes, refs, outputs),
      inputs: (now, those) => [
        ...plainInputs(now, those),
        ...masks.map(({ batch, site, shape, rate }) => (those[batch] as StepBatch).random.dropoutMask(site, shape, rate)),
      ],
    }
  })
}

const plainInputs = (state: TrainState, batches: readonly StepBatch[]): Tensor[] => [
  ...predictors(state),
  ...batches.flatMap(({ inputs, targets }) => [inputs, targets]),
]
