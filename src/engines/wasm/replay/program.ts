import type { DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import type { CopyRows } from '../../../base/rows.ts'
import { NotTraceable, type Tf } from '../../../layers/forward.ts'
import type { FillMask } from '../../../train/step-random.ts'
import { backendOf, type DataId, sizeOf, type Values, type WasmBackend } from './backend.ts'
import { lower } from './lower.ts'
import { arrange, outermost, type Place, type Places, type Room } from './places.ts'
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
  /** Writes a dropout mask into what `floats` returned. */
  readonly fillMask: FillMask
  run(): void
  /** Makes results of the last run the inputs of the next, in the pairs that `createProgram` was given. */
  carry(): void
  dispose(): void
}

/** A wanted tensor, and the known one whose place it takes in the next run. */
export type Carried = readonly [made: DataId, read: DataId]

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
  carried: readonly Carried[] = [],
): Program {
  const backend = backendOf(tf)
  const { steps, places } = lower(
    recording,
    known,
    wanted.map(({ dataId }) => dataId),
    target,
  )
  const joined = target.joined(steps, places)
  const exchanged = target.linksFast ? exchangedRooms(carried, places) : new Map<Room, Room>()
  /** Pairs whose rooms are not exchanged, so their values are copied. */
  const copied = carried.filter(([made, read]) => exchanged.get(places.of(made).room) !== places.of(read).room)
  const rooms = arrange(places.rooms, steps.length)
  const bytes = rooms + target.scratch(steps)
  const address = backend.wasm._malloc(bytes) >>> 0
  if (address === 0) throw new Error(`out of memory: a step needs ${bytes} bytes at once`)
  /** 1 while exchanged rooms stand for each other. */
  let turn: 0 | 1 = 0
  const at = (place: Place): number => {
    const { room, offset } = outermost(place)
    return address + ((turn === 1 ? exchanged.get(room) : undefined) ?? room).address + offset
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
  const turns = [0, 1].map(() => ({
    tenants: createTenants(backend, (dataId) => at(places.of(dataId))),
    /** What `floats` has returned since the memory grew last: steps ask for the same again and again. */
    shown: new Map<DataId, Float32Array>(),
    runs: undefined as readonly (() => void)[] | undefined,
  })) as [Turn, Turn]
  const dispose = (): void => {
    for (const { tenants } of turns) tenants.dispose()
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
  const linked = (): readonly (() => void)[] => {
    const { tenants } = turns[turn]
    return (turns[turn].runs ??= target.link(steps, layout, (call) => callOf(backend, call, tenants)))
  }
  orElse(dispose, linked)
  const sizes = new Map([...known, ...wanted].map((info) => [info.dataId, sizeOf(info.shape)]))
  const floats = (dataId: DataId): Float32Array => {
    const { shown } = turns[turn]
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
    fillMask: target.fillMask,
    run() {
      for (const run of linked()) run()
    },
    carry() {
      // What shows a known tensor is taken before that one is overwritten.
      const values = copied.map(([made]) => (places.of(made).room.ready < 0 ? floats(made).slice() : floats(made)))
      copied.forEach(([, read], i) => floats(read).set(values[i] as Float32Array))
      if (exchanged.size > 0) turn = turn === 0 ? 1 : 0
    },
    dispose,
  }
}

/** A program linked with its rooms where they were laid out, or with some of them exchanged. */
interface Turn {
  readonly tenants: Tenants
  readonly shown: Map<DataId, Float32Array>
  runs: readonly (() => void)[] | undefined
}

/** Pairs of rooms that can take each other's place in every other run, so that nothing is copied; both ways. */
function exchangedRooms(carried: readonly Carried[], places: Places): ReadonlyMap<Room, Room> {
  const exchanged = new Map<Room, Room>()
  for (const pair of carried) {
    const [made, read] = pair.map((dataId) => places.of(dataId)) as [Place, Place]
    const whole = [made, read].every(({ room, offset }) => offset === 0 && !exchanged.has(room))
    if (!whole || made.room.pinned || made.room.bytes !== read.room.bytes) continue
    made.room.pinned = true
    exchanged.set(made.room, read.room).set(read.room, made.room)
  }
  return exchanged
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
