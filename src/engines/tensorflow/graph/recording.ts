import { NotTraceable } from '../../../layers/forward.ts'
import { createHash } from 'node:crypto'
import type { Binding, NativeBackend, NativeTensor, NativeValues, OpAttribute } from './binding.ts'

/** A constant that JavaScript created while the step was recorded. */
export interface RecordedConstant {
  readonly kind: 'constant'
  readonly id: number
  readonly dtype: number
  readonly shape: readonly number[]
  readonly values: NativeValues
}

export interface RecordedOp {
  readonly kind: 'op'
  readonly name: string
  readonly attributes: readonly OpAttribute[]
  readonly inputs: readonly number[]
  readonly outputs: readonly NativeTensor[]
}

export type Recorded = RecordedConstant | RecordedOp

/**
 * Runs something on the native engine and records every op and every constant that passes through its addon. Reading a
 * tensor back is refused: anything that depends on it would be the same in every step of the graph.
 */
export function record<T>(
  backend: NativeBackend,
  run: () => T,
): { readonly result: T; readonly entries: readonly Recorded[] } {
  const entries: Recorded[] = []
  const { binding } = backend
  backend.binding = recorder(binding, entries)
  try {
    return { result: run(), entries }
  } finally {
    backend.binding = binding
  }
}

/** Members that are not the addon's own properties, such as its numbers, are found through the prototype. */
function recorder(binding: Binding, entries: Recorded[]): Binding {
  const own: Partial<Binding> = {
    createTensor(shape, dtype, values) {
      const id = binding.createTensor(shape, dtype, values)
      entries.push({ kind: 'constant', id, dtype, shape: [...shape], values: values.slice() })
      return id
    },
    executeOp(name, attributes, inputs, count) {
      const outputs = binding.executeOp(name, attributes, inputs, count)
      entries.push({ kind: 'op', name, attributes, inputs: [...inputs], outputs })
      return outputs
    },
    tensorDataSync() {
      throw new NotTraceable('it reads values back during the computation')
    },
  }
  return Object.create(binding, Object.getOwnPropertyDescriptors(own)) as Binding
}

/**
 * Distinguishes recordings: ops, attributes, constants and how they connect, with tensors numbered as they appear. `known`
 * are the tensors from outside, in an order that is the same in both.
 */
export function fingerprint(entries: readonly Recorded[], known: readonly number[]): string {
  const hash = createHash('sha256')
  const numbers = new Map(known.map((id, i) => [id, i]))
  const define = (id: number): number => {
    numbers.set(id, numbers.size)
    return numbers.size
  }
  for (const entry of entries) {
    if (entry.kind === 'constant') {
      // A dropout mask: created during the step, and still from outside.
      if (numbers.has(entry.id)) continue
      hash.update(JSON.stringify([define(entry.id), entry.dtype, entry.shape]))
      hash.update(new Uint8Array(entry.values.buffer, entry.values.byteOffset, entry.values.byteLength))
    } else {
      const inputs = entry.inputs.map((id) => numbers.get(id) ?? 'outside')
      hash.update(
        JSON.stringify([entry.name, entry.attributes, inputs, entry.outputs.map((o) => [define(o.id), o.dtype, o.shape])]),
      )
    }
  }
  return hash.digest('hex')
}
