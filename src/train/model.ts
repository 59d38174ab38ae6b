import { stream } from '../base/random.ts'
import { unreachable } from '../base/result.ts'
import type { Layer, Parameter } from '../model/layers.ts'
import type { ShapedLayer } from '../model/shapes.ts'
import { NotTraceable } from './compiled/recording.ts'
import { activationLayer } from './layers/activation.ts'
import { conv2d, depthwiseConv2d, separableConv2d } from './layers/convolution.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import { embedding } from './layers/embedding.ts'
import type { LayerFunction } from './layers/layer.ts'
import { batchNormalization, layerNormalization } from './layers/normalization.ts'
import {
  averagePooling2d, globalAveragePooling1d, globalAveragePooling2d, globalMaxPooling2d, maxPooling2d,
} from './layers/pooling.ts'
import { flatten } from './layers/reshape.ts'
import type { ForwardOptions, FusedOps, Model, ModelParameter, Tensor, Tf } from './types.ts'

/** A layer's function and how many tensors of each list are its own. */
interface Stage {
  /** `0.conv2d`. */
  readonly name: string
  readonly apply: LayerFunction
  readonly weights: number
  readonly statistics: number
}

interface NamedParameter extends Parameter {
  readonly fullName: string
  readonly size: number
}

/** Builds the model that the shapes describe. Nothing is allocated on the engine until `forward` is called. */
export function buildModel(tf: Tf, shaped: readonly ShapedLayer[], fused?: FusedOps): Model {
  const owned = shaped.flatMap(namedParameters)
  const trainable = owned.filter((p) => p.trainable)
  const parameters = withOffsets(trainable)
  const stages = shaped.map((s, position): Stage => ({
    name: `${position}.${s.layer.kind}`,
    apply: layerFunction(tf, s.layer, position, fused),
    weights: s.parameters.filter((p) => p.trainable).length,
    statistics: s.parameters.filter((p) => !p.trainable).length,
  }))
  const size = parameters.reduce((sum, p) => sum + p.size, 0)
  return {
    parameters,
    size,
    statistics: owned.filter((p) => !p.trainable).map((p) => ({ name: p.fullName, shape: p.shape, initial: constant(p) })),
    initialWeights: (seed) => initialWeights(trainable, size, seed),
    forward: (weights, statistics, inputs, options) => forward(stages, weights, statistics, inputs, options),
  }
}

function namedParameters(shaped: ShapedLayer, position: number): NamedParameter[] {
  return shaped.parameters.map((p) => ({
    ...p,
    fullName: `${position}.${shaped.layer.kind}.${p.name}`,
    size: p.shape.reduce((product, length) => product * length, 1),
  }))
}

function withOffsets(parameters: readonly NamedParameter[]): ModelParameter[] {
  let offset = 0
  return parameters.map(({ fullName, shape, size, decay }) => {
    const at = offset
    offset += size
    return { name: fullName, shape, size, decay, offset: at }
  })
}

function layerFunction(tf: Tf, layer: Layer, position: number, fused?: FusedOps): LayerFunction {
  switch (layer.kind) {
    case 'conv2d': return conv2d(tf, layer)
    case 'depthwiseConv2d': return depthwiseConv2d(tf, layer)
    case 'separableConv2d': return separableConv2d(tf, layer)
    case 'maxPooling2d': return maxPooling2d(tf, layer)
    case 'averagePooling2d': return averagePooling2d(tf, layer)
    case 'globalAveragePooling2d': return globalAveragePooling2d(tf)
    case 'globalMaxPooling2d': return globalMaxPooling2d(tf)
    case 'globalAveragePooling1d': return globalAveragePooling1d(tf)
    case 'flatten': return flatten(tf)
    case 'dense': return dense(tf, layer)
    case 'dropout': return dropout(tf, layer, position)
    case 'batchNormalization': return batchNormalization(tf, layer, fused)
    case 'layerNormalization': return layerNormalization(tf, layer)
    case 'embedding': return embedding(tf)
    case 'activation': return activationLayer(tf, layer.activation)
    default: return unreachable(layer, 'layer')
  }
}

function forward(
  stages: readonly Stage[], weights: readonly Tensor[], statistics: readonly Tensor[], inputs: Tensor,
  options: ForwardOptions,
): ReturnType<Model['forward']> {
  let [outputs, weightAt, statisticAt] = [inputs, 0, 0]
  const after: Tensor[] = []
  for (const stage of stages) {
    const result = named(stage.name, () => stage.apply({
      x: outputs,
      weights: weights.slice(weightAt, weightAt += stage.weights),
      statistics: statistics.slice(statisticAt, statisticAt += stage.statistics),
      options,
    }))
    outputs = result.outputs
    after.push(...result.statistics)
  }
  return { outputs, statistics: after }
}

/** Says which layer it is that cannot become part of a graph. */
function named<T>(layer: string, apply: () => T): T {
  try {
    return apply()
  } catch (error) {
    throw error instanceof NotTraceable ? new NotTraceable(`layer ${layer} cannot be compiled: ${error.message}`) : error
  }
}

/** Each parameter draws from its own stream, so that adding a layer leaves the others' initial weights as they were. */
function initialWeights(parameters: readonly NamedParameter[], size: number, seed: number): Float32Array {
  const weights = new Float32Array(size)
  let offset = 0
  for (const p of parameters) {
    initialize(p, seed, weights.subarray(offset, offset += p.size))
  }
  return weights
}

function initialize(parameter: NamedParameter, seed: number, values: Float32Array): void {
  const { initializer } = parameter
  switch (initializer.kind) {
    case 'zeros':
    case 'ones':
      values.fill(constant(parameter))
      return
    case 'glorot-uniform':
      return uniform(values, Math.sqrt(6 / (initializer.fanIn + initializer.fanOut)), seed, parameter.fullName)
    case 'uniform':
      return uniform(values, initializer.limit, seed, parameter.fullName)
    default:
      return unreachable(initializer, 'initializer')
  }
}

function uniform(values: Float32Array, limit: number, seed: number, name: string): void {
  const random = stream(seed, 'init', name)
  for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * limit
}

function constant({ initializer, fullName }: NamedParameter): number {
  if (initializer.kind === 'zeros') return 0
  if (initializer.kind === 'ones') return 1
  throw new Error(`${fullName} must start at a constant, found ${initializer.kind}`)
}
