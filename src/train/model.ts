import { stream } from '../base/random.ts'
import { unreachable } from '../base/result.ts'
import { product, type Parameter } from '../layers/definition.ts'
import type { ShapedLayer } from '../layers/shapes.ts'
import { chainOf } from '../layers/chain.ts'
import type { FusedOps, Tf } from '../layers/forward.ts'
import type { Checkpoint, Model, ModelParameter } from './types.ts'
import type { SavedTensor } from '../layers/saved.ts'

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

/** The tensors of a checkpoint, each by its name in the model. */
export interface NamedTensors {
  readonly weights: readonly SavedTensor[]
  readonly statistics: readonly SavedTensor[]
}

/** Cuts a checkpoint into its tensors. */
export function namedTensors(shaped: readonly ShapedLayer[], { weights, statistics }: Checkpoint): NamedTensors {
  const owned = shaped.flatMap(namedParameters)
  const tensor = ({ fullName, shape }: NamedParameter, values: Float32Array): SavedTensor => ({
    name: fullName,
    shape,
    values,
  })
  let offset = 0
  return {
    weights: owned.filter((p) => p.trainable).map((p) => tensor(p, weights.subarray(offset, (offset += p.size)))),
    statistics: owned.filter((p) => !p.trainable).map((p, i) => tensor(p, statistics[i] ?? new Float32Array(p.size))),
  }
}

/**
 * Joins tensors to a checkpoint again. `valuesOf` returns the values of a tensor, or throws.
 */
export function checkpointFrom(
  shaped: readonly ShapedLayer[],
  valuesOf: (tensor: { readonly name: string; readonly shape: readonly number[] }) => Float32Array,
): Checkpoint {
  const owned = shaped.flatMap(namedParameters)
  const values = (trainable: boolean): Float32Array[] =>
    owned.filter((p) => p.trainable === trainable).map(({ fullName, shape }) => valuesOf({ name: fullName, shape }))
  const parts = values(true)
  const weights = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    weights.set(part, offset)
    offset += part.length
  }
  return { weights, statistics: values(false) }
}

/** How many values each running statistic has, in the order of a checkpoint. */
export const statisticSizes = (shaped: readonly ShapedLayer[]): number[] =>
  shaped.flatMap((s) => s.parameters.filter((p) => !p.trainable).map((p) => product(p.shape)))

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
