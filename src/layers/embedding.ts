import { err, ok } from '../base/result.ts'
import { misfit, type LayerDefinition } from './definition.ts'
import { stateless, weightAt } from './forward.ts'

interface Embedding {
  readonly kind: 'embedding'
  readonly inputDim: number
  readonly outputDim: number
}

/** [batch, length] of whole numbers in [0, inputDim) → [batch, length, outputDim]. A number out of range throws. */
export const embedding: LayerDefinition<Embedding> = {
  kind: 'embedding',
  normalize: (a) => ({ kind: 'embedding', inputDim: a.inputDim, outputDim: a.outputDim }),
  outputShape: (layer, input) => (input.length === 1
    ? ok([...input, layer.outputDim])
    : err(misfit(layer, input, 'a row of whole numbers: [length]'))),
  parameters: ({ inputDim, outputDim }) => [
    { name: 'embeddings', shape: [inputDim, outputDim], initializer: { kind: 'uniform', limit: 0.05 }, trainable: true, decay: true },
  ],
  forward: (tf) => stateless((x, weights) => tf.gather(weightAt(weights, 0), tf.cast(x, 'int32'))),
  readsWholeNumbers: 'an embedding reads whole numbers, so it is the first layer',
  words: (layer) => `embedding ${layer.inputDim} to ${layer.outputDim}`,
}
