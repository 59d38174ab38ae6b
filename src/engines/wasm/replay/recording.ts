import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { sha256 } from '../../../base/hash.ts'
import { NotTraceable, type Tensor, type Tf } from '../../../layers/forward.ts'
import { backendOf, type DataId, infoOf, type Values } from './backend.ts'

type Inputs = Parameters<KernelFunc>[0]['inputs']

/** So long a step spends its time in kernels, and laying it out takes longer than most runs. */
const mostCalls = 10_000

/** One call of a kernel, with every tensor that it made, in order: outputs and scratch. */
export interface KernelCall {
  readonly name: string
  readonly kernel: KernelFunc
  readonly inputs: Inputs
  readonly attributes: Parameters<KernelFunc>[0]['attrs']
  readonly made: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
}

export interface Recording {
  readonly calls: readonly KernelCall[]
  /** Tensors that JavaScript created meanwhile, with their values. */
  readonly constants: ReadonlyMap<DataId, Values>
}

/**
 * Runs something on the wasm backend and records every kernel that it calls. Kernels that a kernel calls belong to it.
 * Reading a tensor back is refused: what depends on it would be the same in every replay. What a refused computation has
 * kept is disposed of, such as what its gradient would have used.
 */
export function record<T>(tf: Tf, run: () => T): { readonly result: T; readonly recording: Recording } {
  const backend = backendOf(tf)
  const [calls, constants]: [KernelCall[], Map<DataId, Values>] = [[], new Map()]
  /** What the kernel in progress has made; null between kernels. */
  let made: TensorInfo[] | null = null
  /** The backend writes what it makes. */
  let making = false
  const watched = {
    makeOutput: (...given: Parameters<typeof backend.makeOutput>) => {
      making = true
      const info = original.makeOutput.apply(backend, given)
      making = false
      made?.push(info)
      return info
    },
    write: (...given: Parameters<typeof backend.write>) => {
      if (made && !making) throw new NotTraceable('a kernel creates a tensor that a replay could not')
      const dataId = original.write.apply(backend, given)
      if (!making && given[0]) constants.set(dataId, given[0].slice())
      return dataId
    },
    readSync: (...given: Parameters<typeof backend.readSync>) => {
      if (!made) throw new NotTraceable('it reads values back during the computation')
      return original.readSync.apply(backend, given)
    },
  }
  const original = { makeOutput: backend.makeOutput, write: backend.write, readSync: backend.readSync }
  const kernels = tf.getKernelsForBackend('wasm').map((config) => ({ config, kernel: config.kernelFunc }))
  for (const { config, kernel } of kernels) {
    config.kernelFunc = (call) => {
      if (made) return kernel(call)
      if (calls.length === mostCalls) throw new NotTraceable(`it takes more than ${mostCalls} operations`)
      made = []
      try {
        const out = kernel(call)
        const outputs = Array.isArray(out) ? out : [out]
        const inputs = mapInputs(call.inputs, infoOf)
        calls.push({ name: config.kernelName, kernel, inputs, attributes: call.attrs, made, outputs })
        return out
      } finally {
        made = null
      }
    }
  }
  const engine = tf.engine()
  const [{ keep }, kept]: [typeof engine, Tensor[]] = [engine, []]
  engine.keep = (tensor) => {
    kept.push(tensor)
    return keep.call(engine, tensor) as typeof tensor
  }
  Object.assign(backend, watched)
  try {
    return { result: run(), recording: { calls, constants } }
  } catch (error) {
    for (const tensor of kept) tensor.dispose()
    throw error
  } finally {
    engine.keep = keep
    Object.assign(backend, original)
    for (const { config, kernel } of kernels) config.kernelFunc = kernel
  }
}

/**
 * Equal for recordings whose kernels differ in nothing but the values of tensors: those from outside, which both list in the
 * same order, and those that JavaScript created.
 */
export function signatureOf(
  { calls, constants }: Recording,
  given: readonly TensorInfo[],
  wanted: readonly TensorInfo[],
): string {
  const numberOf = createNumbering()
  const numbered = ({ dataId, shape, dtype }: TensorInfo): unknown => [numberOf(dataId), shape, dtype]
  const created = [...constants].map(([dataId, values]) => numbered({ dataId, shape: [values.length], dtype: 'float32' }))
  const called = calls.map((call) => [
    call.name,
    call.attributes,
    Object.keys(call.inputs),
    inputsOf(call).map(numbered),
    call.made.map(numbered),
    call.outputs.map(numbered),
  ])
  const text = JSON.stringify([given.map(numbered), created, called, wanted.map(numbered)], (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
  return sha256(text)
}

/** Numbers tensors in the order in which they are first asked for. */
export function createNumbering(): (dataId: DataId) => number {
  const numbers = new Map<DataId, number>()
  return (dataId) => {
    const number = numbers.get(dataId) ?? numbers.size
    numbers.set(dataId, number)
    return number
  }
}

/** Other tensors in the same form: by name, or as a list, which some kernels take. */
export function mapInputs(inputs: Inputs, of: (info: TensorInfo) => TensorInfo): Inputs {
  const one = (info: TensorInfo | undefined): TensorInfo | undefined => info && of(info)
  if (Array.isArray(inputs)) return (inputs as TensorInfo[]).map(one) as unknown as Inputs
  return Object.fromEntries(Object.entries(inputs).map(([name, info]) => [name, one(info)]))
}

/** Whether the kernel's output has the bytes of its only input, in the same order. */
export function showsInput({ name, inputs, outputs: [out] }: KernelCall): boolean {
  return name === 'Identity' || name === 'Reshape' || (name === 'Cast' && inputs['x']?.dtype === out?.dtype)
}

/** The tensors that a kernel reads; it may leave one out. */
export const inputsOf = ({ inputs }: KernelCall): TensorInfo[] =>
  Object.values(inputs).filter((info): info is TensorInfo => info !== undefined && info !== null)
