import { stream } from '../base/random.ts'
import { unreachable } from '../base/result.ts'
import { product, type Parameter } from '../layers/definition.ts'
import type { ShapedLayer } from '../layers/shapes.ts'
import { chainOf } from '../layers/chain.ts'
import type { FusedOps, Tf } from '../layers/forward.ts'
import type { Model, ModelParameter } from './types.ts'

interface NamedParameter extends Parameter {
  readonly fullName: string
  readonly size: number
}

/**
 * Builds the model that the shapes describe. Nothing is allocated on the engine until `forward` is called. With `columns`,
 * it takes images in the form that `columnsOf` produces, and is otherwise the same.
 */
export function buildModel(tf: Tf, shaped: readonly ShapedLayer[], fused?: FusedOps, columns = false): Model {
  const owned = shaped.flatMap(namedParameters)
  const trainable = owned.filter((p) => p.trainable)
  const parameters = withOffsets(trainable)
  const chain = chainOf(tf, shaped, fused, columns)
  const size = parameters.reduce((sum, p) => sum + p.size, 0)
  return {
    parameters,
    size,
    statistics: owned.filter((p) => !p.trainable).map((p) => ({ name: p.fullName, shape: p.shape, initial: constant(p) })),
    widest: Math.max(...everyLayer(shaped).flatMap(({ input, output }) => [product(input), product(output)])),
    initialWeights: (seed) => initialWeights(trainable, size, seed),
    forward: (weights, statistics, inputs, options) => chain({ x: inputs, weights, statistics, options, mask: null }),
  }
}

function namedParameters(shaped: ShapedLayer, position: number): NamedParameter[] {
  return shaped.parameters.map((p) => ({
    ...p,
    fullName: `${position}.${shaped.layer.kind}.${p.name}`,
    size: product(p.shape),
  }))
}

const everyLayer = (shaped: readonly ShapedLayer[]): ShapedLayer[] =>
  shaped.flatMap((s) => [s, ...everyLayer(Object.values(s.inner ?? {}).flat())])

function withOffsets(parameters: readonly NamedParameter[]): ModelParameter[] {
  let offset = 0
  return parameters.map(({ fullName, shape, size, decay }) => {
    const at = offset
    offset += size
    return { name: fullName, shape, size, decay, offset: at }
  })
}

/** Each parameter draws from its own stream, so that adding a layer leaves the initial weights of other layers unchanged. */
function initialWeights(parameters: readonly NamedParameter[], size: number, seed: number): Float32Array {
  const weights = new Float32Array(size)
  let offset = 0
  for (const p of parameters) {
    initialize(p, seed, weights.subarray(offset, (offset += p.size)))
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
  throw new Error(`${fullName} must have a constant initializer, found ${initializer.kind}`)
}
