import type { DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { fourLanes, instantiate, oneLane, type WasmFunction } from '../../../base/wasm-assembler.ts'
import type { Tf } from '../../../layers/forward.ts'
import { backendOf, type DataId, sizeOf, type WasmBackend } from './backend.ts'
import { loopFunction, rowBytes } from './loop-code.ts'
import { lower, type Lowered, type Multiplication } from './lower.ts'
import { arrange, outermost, type Place } from './places.ts'
import { panelBytes, productFunction } from './product-code.ts'
import { inputsOf, type KernelCall, type Recording } from './recording.ts'
import { reductionFunction } from './reduction-code.ts'

/** A recording that runs again, on memory of its own. */
export interface Program {
  /** The values of a tensor from outside, to be written, or of a wanted one; until the memory grows. */
  floats(dataId: DataId): Float32Array
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
  simd: boolean,
): Program {
  const backend = backendOf(tf)
  const lowered = lower(
    recording,
    known,
    wanted.map(({ dataId }) => dataId),
    simd,
  )
  const { steps, places } = lowered
  const rooms = arrange(places.rooms, steps.length)
  const [rows, panel] = [scratch(steps, 'loop'), scratch(steps, 'product')]
  const address = backend.wasm._malloc(rooms + rows + panel) >>> 0
  if (address === 0) throw new Error(`out of memory: a step needs ${rooms + rows + panel} bytes at once`)
  const at = (place: Place): number => {
    const { room, offset } = outermost(place)
    return address + room.address + offset
  }
  const heap = (): ArrayBufferLike => backend.wasm.asm.memory.buffer
  for (const [dataId, values] of recording.constants)
    if (places.has(dataId)) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      new Uint8Array(heap(), at(places.of(dataId)), bytes.length).set(bytes)
    }
  const tenants = createTenants(backend, (dataId) => at(places.of(dataId)))
  const run = compiled(
    backend,
    lowered,
    { address, rows: address + rooms, panel: address + rooms + rows, at, simd },
    tenants,
  )
  const sizes = new Map([...known, ...wanted].map((info) => [info.dataId, sizeOf(info.shape)]))
  return {
    floats: (dataId) => new Float32Array(heap(), at(places.of(dataId)), sizes.get(dataId)),
    run,
    dispose() {
      tenants.dispose()
      backend.wasm._free(address)
    },
  }
}

function scratch(steps: Lowered['steps'], kind: 'loop' | 'product'): number {
  const sizes = steps.map((step) =>
    step.kind !== kind ? 0 : step.kind === 'loop' ? rowBytes(step) : step.kind === 'product' ? panelBytes(step.inner) : 0,
  )
  return Math.ceil(Math.max(0, ...sizes) / 64) * 64
}

interface Layout {
  readonly address: number
  readonly rows: number
  readonly panel: number
  readonly at: (place: Place) => number
  readonly simd: boolean
}

/** One function for all steps. Loops and products become one module. */
function compiled(backend: WasmBackend, { steps }: Lowered, layout: Layout, tenants: Tenants): () => void {
  const functions = steps.map((step, i): WasmFunction | null => {
    const name = `step${i}`
    switch (step.kind) {
      case 'loop':
        return loopFunction(name, step, i, layout.simd ? fourLanes : oneLane, layout.address, layout.rows)
      case 'product':
        return productFunction(name, productPlaces(step, layout))
      case 'reduction':
        return reductionFunction(name, { ...step, from: layout.at(step.places.x), to: layout.at(step.places.out) })
      case 'call':
        return null
    }
  })
  const exports = instantiate(
    backend.wasm.asm.memory,
    functions.filter((f) => f !== null),
  )
  const runs = steps.map((step, i) =>
    step.kind === 'call' ? callOf(backend, step.call, tenants) : (exports[`step${i}`] as () => void),
  )
  return () => {
    for (const run of runs) run()
  }
}

function productPlaces({ places, rows, inner, columns, transposeA, transposeB }: Multiplication, { at, panel }: Layout) {
  return {
    rows,
    inner,
    columns,
    a: at(places.a),
    aRow: 4 * (transposeA ? 1 : inner),
    aInner: 4 * (transposeA ? rows : 1),
    b: at(places.b),
    bInner: 4 * (transposeB ? 1 : columns),
    bColumn: 4 * (transposeB ? inner : 1),
    out: at(places.out),
    panel,
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
  const inputs = mapped(call.inputs, tenants)
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

/** Some kernels take a list. */
function mapped(inputs: KernelCall['inputs'], tenants: Tenants): KernelCall['inputs'] {
  const own = (info: TensorInfo | undefined): TensorInfo | undefined => info && tenants.of(info)
  if (Array.isArray(inputs)) return (inputs as TensorInfo[]).map(own) as unknown as KernelCall['inputs']
  return Object.fromEntries(Object.entries(inputs).map(([name, info]) => [name, own(info)]))
}
