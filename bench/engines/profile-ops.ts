import { dataType, type Native } from '../../src/engines/tensorflow/graph/binding.ts'
import { createGraph, type Graph, type Ref } from '../../src/engines/tensorflow/graph/graph.ts'
import { addLoop } from '../../src/engines/tensorflow/graph/loop.ts'
import type { Recorded, RecordedConstant, RecordedOp } from '../../src/engines/tensorflow/graph/recording.ts'
import { replay } from '../../src/engines/tensorflow/graph/replay.ts'
import { openSession } from '../../src/engines/tensorflow/graph/session.ts'

/** What one kind of op costs in one step. */
export interface OpCost {
  readonly op: string
  /** Shapes of its inputs; those of scalars are left out. */
  readonly shapes: string
  readonly calls: number
  /** All its calls together, in µs of processor time. */
  readonly micros: number
}

/** A tensor that an op takes and another made. */
interface Made {
  readonly dtype: number
  readonly shape: readonly number[]
}

/** Ops that cost the same; the last of them counts. */
interface Kind {
  readonly ops: readonly RecordedOp[]
  readonly shapes: string
  calls: number
}

/** Rounds of a loop over one op: as many as take about this long. */
const secondsPerOp = 0.03
const [fewest, most] = [8, 4000]

/**
 * Each op of a recorded step alone in a graph, many times over in a loop, so that the library replaces it by what it would
 * run in the step; the dearest first. In a step some cost less: fused with the next, or written over what nobody needs
 * any more. `given`: tensors from outside of the step.
 */
export function profileOps(native: Native, entries: readonly Recorded[], given: ReadonlyMap<number, Made>): OpCost[] {
  const made = new Map(given)
  const constants = new Map<number, RecordedConstant>()
  const makers = new Map<number, RecordedOp>()
  const kinds = new Map<string, Kind>()
  for (const entry of entries) {
    if (entry.kind === 'constant') {
      constants.set(entry.id, entry)
      continue
    }
    for (const { id, dtype, shape } of entry.outputs) {
      made.set(id, { dtype, shape })
      makers.set(id, entry)
    }
    const inputs = entry.inputs.map((id) => constants.get(id)?.shape ?? made.get(id)?.shape ?? [])
    const shapes = inputs
      .filter((s) => s.length > 0)
      .map((s) => s.join('×'))
      .join(', ')
    const key = JSON.stringify([entry.name, entry.attributes, shapes])
    // Its gradient takes what a max pooling writes down for it, where both are in one graph.
    const after = entry.name === 'MaxPoolGrad' ? makers.get(entry.inputs[1] ?? NaN) : undefined
    const kind = kinds.get(key) ?? { ops: after ? [after, entry] : [entry], shapes, calls: 0 }
    kind.calls++
    kinds.set(key, kind)
  }
  const micros = (ops: readonly RecordedOp[]): number => microsOf(native, ops, made, constants)
  return [...kinds.values()]
    .map(({ ops, shapes, calls }) => {
      const each = Math.max(0, micros(ops) - micros(ops.slice(0, -1)))
      return { op: ops.at(-1)?.name ?? '', shapes, calls, micros: calls * each }
    })
    .sort((a, b) => b.micros - a.micros)
}

/** Processor time of one round of a loop over the ops, each the last one's maker or alone. */
function microsOf(
  native: Native,
  ops: readonly RecordedOp[],
  made: ReadonlyMap<number, Made>,
  constants: ReadonlyMap<number, RecordedConstant>,
): number {
  const { binding } = native.backend
  const graph = createGraph()
  const inside = new Set(ops.slice(0, -1).flatMap((op) => op.outputs.map(({ id }) => id)))
  const taken = [...new Set(ops.flatMap((op) => op.inputs))].flatMap((id) => {
    const tensor = made.get(id)
    return tensor && !constants.has(id) && !inside.has(id) ? [{ id, ...tensor }] : []
  })
  const rounds = graph.placeholder('rounds', dataType.int32, [])
  const places = taken.map(({ dtype, shape }) => graph.placeholder('input', dtype, shape))
  const enters = places.map((initial, i) => ({ initial, dtype: taken[i]?.dtype ?? dataType.float32 }))
  const sum = { initial: graph.constant(dataType.float32, [1], Float32Array.of(0)), dtype: dataType.float32 }
  // The first input goes from round to round, or the library would do all of it once and for all.
  const outputs = addLoop(
    graph,
    rounds,
    [sum, ...enters.slice(0, 1)],
    enters.slice(1),
    ({ variables: [total, ...first], invariants, round }) => {
      const refs = [...first, ...invariants]
      const known = new Map(taken.map(({ id }, i) => [id, refs[i] as Ref]))
      const own = ops.flatMap((op) => op.inputs.flatMap((id) => constants.get(id) ?? []))
      const last = ops.at(-1)?.outputs[0]
      const [output] = last ? replay(graph, binding, [...own, ...ops], known, [last.id], round) : []
      return [used(graph, total as Ref, output, last?.dtype ?? dataType.float32, round), ...first]
    },
  )
  const session = openSession(native, graph.nodes, [rounds, ...places], outputs)
  const tensors = taken.map(({ dtype, shape }) => binding.createTensor(shape, dtype, valuesOf(dtype, shape)))
  const run = (times: number): number => {
    const asked = binding.createTensor([], dataType.int32, Int32Array.of(times))
    const before = process.cpuUsage()
    for (const { id } of session.run([asked, ...tensors])) binding.deleteTensor(id)
    const { user, system } = process.cpuUsage(before)
    binding.deleteTensor(asked)
    return user + system
  }
  try {
    run(fewest)
    const once = Math.max(1, run(fewest) / fewest)
    const times = Math.max(fewest, Math.min(most, Math.round((1e6 * secondsPerOp) / once)))
    return Math.min(run(times), run(times), run(times)) / times
  } finally {
    session.close()
    for (const id of tensors) binding.deleteTensor(id)
  }
}

/** Adds the first value of an output, so that it counts for what the loop gives. */
function used(graph: Graph, total: Ref, output: Ref | undefined, dtype: number, round: Ref): Ref {
  const ints = (value: number): Ref => graph.constant(dataType.int32, [1], Int32Array.of(value), round)
  const [float, index] = [
    { kind: 'type', value: dataType.float32 },
    { kind: 'type', value: dataType.int32 },
  ] as const
  if (output === undefined || dtype !== dataType.float32) return graph.add('Identity', [total], { T: float })
  const flat = graph.add('Reshape', [output, ints(-1)], { T: float, Tshape: index })
  const first = graph.add('Slice', [flat, ints(0), ints(1)], { T: float, Index: index })
  return graph.add('AddV2', [total, first], { T: float })
}

/** Numbers of both signs; for whole numbers, such as those of rows, zeros. */
function valuesOf(dtype: number, shape: readonly number[]): Float32Array | Int32Array | Uint8Array {
  const size = shape.reduce((product, length) => product * length, 1)
  if (dtype === dataType.int32) return new Int32Array(size)
  if (dtype === dataType.bool) return new Uint8Array(size)
  return Float32Array.from({ length: size }, (_, i) => Math.sin(i))
}
