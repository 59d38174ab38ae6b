import type { DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import type { CopyRows } from '../../../base/rows.ts'
import { NotTraceable, type Tf } from '../../../layers/forward.ts'
import { backendOf, type DataId, sizeOf, type Values, type WasmBackend } from './backend.ts'
import { lower } from './lower.ts'
import { arrange, outermost, type Place } from './places.ts'
import { inputsOf, type KernelCall, mapInputs, type Recording } from './recording.ts'
import type { Target } from './target.ts'

/** A recording that runs again, on memory of its own. */
export interface Program {
  /** How much memory it keeps. */
  readonly bytes: number
  /** The values of a tensor from outside, to be written, or of a wanted one; until the memory grows. */
  floats(dataId: DataId): Float32Array
  /** Writes what JavaScript created during a recording alike, in its order. */
  constants(values: readonly Values[]): void
  /** Copies rows of a matrix into what `floats` returned. */
  readonly copyRows: CopyRows
  run(): void
  dispose(): void
}

/**
 * `known` are the tensors that are written before each run, `wanted` those that are read after it. The memory is that of the
 * backend, so its own kernels can take part. Throws `NotTraceable`.
 */
export function createProgram(
  tf: Tf,
  recording: Recording,
  known: readonly TensorInfo[],
  wanted: readonly TensorInfo[],
  target: Target,
): Program {
  const backend = backendOf(tf)
  const { steps, places } = lower(
    recording,
    known,
    wanted.map(({ dataId }) => dataId),
    target,
  )
  const joined = target.joined(steps, places)
  const rooms = arrange(places.rooms, steps.length)
  const bytes = rooms + target.scratch(steps)
  const address = backend.wasm._malloc(bytes) >>> 0
  if (address === 0) throw new Error(`out of memory: a step needs ${bytes} bytes at once`)
  const at = (place: Place): number => {
    const { room, offset } = outermost(place)
    return address + room.address + offset
  }
  const heap = (): ArrayBufferLike => backend.wasm.asm.memory.buffer
  const constantIds = [...recording.constants.keys()]
  const writeConstants = (all: readonly Values[]): void =>
    all.forEach((values, i) => {
      const dataId = constantIds[i]
      if (dataId === undefined || !places.has(dataId)) return
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      new Uint8Array(heap(), at(places.of(dataId)), bytes.length).set(bytes)
    })
  writeConstants([...recording.constants.values()])
  const tenants = createTenants(backend, (dataId) => at(places.of(dataId)))
  const dispose = (): void => {
    tenants.dispose()
    backend.wasm._free(address)
  }
  const layout = {
    memory: backend.wasm.asm.memory,
    joined,
    base: address,
    scratch: address + rooms,
    at,
    of: (info: TensorInfo) => at(places.of(info.dataId)),
  }
  const runs = orElse(dispose, () => target.link(steps, layout, (call) => callOf(backend, call, tenants)))
  const sizes = new Map([...known, ...wanted].map((info) => [info.dataId, sizeOf(info.shape)]))
  /** What `floats` has returned since the memory grew last: steps ask for the same again and again. */
  const shown = new Map<DataId, Float32Array>()
  const floats = (dataId: DataId): Float32Array => {
    const known = shown.get(dataId)
    if (known?.buffer === heap()) return known
    const made = new Float32Array(heap(), at(places.of(dataId)), sizes.get(dataId))
    shown.set(dataId, made)
    return made
  }
  return {
    bytes,
    floats,
    constants: writeConstants,
    copyRows: target.copyRows,
    run() {
      for (const run of runs) run()
    },
    dispose,
  }
}

/**
 * What is opened for a target, after a check of the same on a target that has the backend's bits. Disposes of what fails the
 * check and throws `NotTraceable` with the reason.
 */
export function openChecked<P extends { readonly program: Program }>(
  target: Target,
  open: (target: Target) => P,
  isAlike: (opened: P) => boolean,
  reason: string,
): P {
  const opened = open(target.reference ?? target)
  let alike = false
  try {
    alike = isAlike(opened)
  } finally {
    if (!alike || target.reference) opened.program.dispose()
  }
  if (!alike) throw new NotTraceable(reason)
  return target.reference ? open(target) : opened
}

/** What is made; if it cannot be made, such as code beyond the engine's limits, what was there for it is disposed of. */
function orElse<T>(dispose: () => void, make: () => T): T {
  try {
    return make()
  } catch (error) {
    dispose()
    throw new NotTraceable(error instanceof Error ? error.message : String(error))
  }
}

/** The backend's own entries for tensors of a program. */
interface Tenants {
  of(info: TensorInfo): TensorInfo
  /** A new number, for kernels that keep something by the number of their input. */
  renew(info: TensorInfo): void
  dispose(): void
}

function createTenants(backend: WasmBackend, addressOf: (dataId: DataId) => number): Tenants {
  const tenants = new Map<DataId, DataId>()
  const { tfjs } = backend.wasm
  const register = ({ shape, dtype }: TensorInfo, address: number): DataId => {
    const id = backend.dataIdNextNumber++
    const dataId = { id }
    backend.dataIdMap.set(dataId, { id, memoryOffset: address, shape, dtype, refCount: 1 })
    tfjs.registerTensor(id, sizeOf(shape), address)
    return dataId
  }
  return {
    of(info) {
      const known = tenants.get(info.dataId)
      const dataId = known ?? register(info, addressOf(info.dataId))
      tenants.set(info.dataId, dataId)
      return { dataId, shape: info.shape, dtype: info.dtype }
    },
    renew({ dataId, shape }) {
      const entry = backend.dataIdMap.get(dataId)
      const id = backend.dataIdNextNumber++
      tfjs.disposeData(entry.id)
      tfjs.registerTensor(id, sizeOf(shape), entry.memoryOffset)
      backend.dataIdMap.set(dataId, { ...entry, id })
    },
    dispose() {
      for (const dataId of tenants.values()) {
        tfjs.disposeData(backend.dataIdMap.get(dataId).id)
        backend.dataIdMap.delete(dataId)
      }
      tenants.clear()
    },
  }
}

/**
 * Kernels for which XNNPACK keeps packed weights by the number of a tensor, until that is disposed of, and those of gradients
 * that call them.
 */
const packing = /conv2d|matmul|prelu/i

/** Calls the kernel again on the program's memory: whatever it makes, it finds made. */
function callOf(backend: WasmBackend, call: KernelCall, tenants: Tenants): () => void {
  const inputs = mapInputs(call.inputs, (info) => tenants.of(info))
  const made = call.made.map((info) => tenants.of(info))
  let next = 0
  const stand = Object.assign(Object.create(backend) as WasmBackend, {
    // Kernels change the shape of what they made.
    makeOutput: (shape: number[], dtype: DataType) => ({ dataId: made[next++]?.dataId, shape, dtype }),
    disposeData: () => true,
  })
  const given = { inputs, attrs: call.attributes, backend: stand } as Parameters<KernelFunc>[0]
  const renewed = packing.test(call.name) ? [...inputsOf({ ...call, inputs }), ...made] : []
  return () => {
    next = 0
    for (const info of renewed) tenants.renew(info)
    call.kernel(given)
  }
}
