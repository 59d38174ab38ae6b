import { activation } from './activation.ts'
import { batchNormalization } from './batch-normalization.ts'
import { conv2d } from './conv2d.ts'
import type { AnyDefinition } from './definition.ts'
import { dense } from './dense.ts'
import { depthwiseConv2d } from './depthwise-conv2d.ts'
import { dropout } from './dropout.ts'
import { embedding } from './embedding.ts'
import { embeddingBag } from './embedding-bag.ts'
import { flatten } from './flatten.ts'
import { globalAveragePooling1d } from './global-average-pooling1d.ts'
import { globalAveragePooling2d, globalMaxPooling2d } from './global-pooling2d.ts'
import { layerNormalization } from './layer-normalization.ts'
import { multiHeadAttention } from './multi-head-attention.ts'
import { averagePooling2d, maxPooling2d } from './pooling2d.ts'
import { positionEmbedding } from './position-embedding.ts'
import { residual } from './residual.ts'
import { separableConv2d } from './separable-conv2d.ts'

/** Every layer, in the order of the schema. */
export const layerDefinitions = [
  conv2d,
  depthwiseConv2d,
  separableConv2d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  globalAveragePooling1d,
  flatten,
  dense,
  dropout,
  batchNormalization,
  layerNormalization,
  embedding,
  embeddingBag,
  positionEmbedding,
  multiHeadAttention,
  residual,
  activation,
] as const

const byKind: ReadonlyMap<string, AnyDefinition> = new Map(
  layerDefinitions.map((definition) => [definition.kind, definition]),
)

/** The definition of a kind of layer. */
export function layerOf(kind: string): AnyDefinition {
  const definition = byKind.get(kind)
  if (!definition) throw new Error(`unknown layer ${kind}`)
  return definition
}
