import { product } from '../../../layers/definition.ts'
import { dataType, type Native } from './binding.ts'
import { createGraph, type Graph, int, output, type Ref, scalarInt, type } from './graph.ts'
import { addLoop, type LoopBody, type LoopVariable } from './loop.ts'
import { replay } from './replay.ts'
import { openSession, type Session } from './session.ts'
import type { Trace } from './trace.ts'

/** How batches reach the graph. */
export type Feed =
  /** The whole data set once, and row numbers for every step; `classes`: targets are rows of a table by label. */
  | { readonly kind: 'resident'; readonly classes: boolean }
  /** Ready batches for every step. */
  | { readonly kind: 'batches' }

export interface BatchShape {
  /** Rows of one forward pass. */
  readonly rows: number
  readonly inputShape: readonly number[]
  readonly width: number
}

/** A value that the caller supplies, with its type and shape; −1 for sizes that differ from call to call. */
interface Placed {
  readonly name: string
  readonly dtype: number
  readonly shape: readonly number[]
}

/**
 * Opens a session that takes as many steps as it is told. Inputs, in this order: number of steps; state; fixed tensors;
 * coefficients [steps, k]; batches, either [steps, passes · rows] row numbers with inputs and targets (and labels, if they
 * are classes), or inputs and targets of all steps; and, if there is dropout, its keep factors [masks] and masks [steps,
 * size]. Outputs: the state after the last step, and [steps, 2] with loss and gradient norm.
 */
export function openStepSession(
  native: Native,
  trace: Trace,
  shapes: readonly (readonly number[])[],
  batch: BatchShape,
  feed: Feed,
): Session {
  const graph = createGraph()
  const states = trace.state.length
  const place = ({ name, dtype, shape }: Placed): Ref => graph.placeholder(name, dtype, shape)
  const rounds = place({ name: 'steps', dtype: dataType.int32, shape: [] })
  const given = placeholders(trace, shapes, batch, feed)
  const refs = given.map(place)
  const reports = emptyReports(graph, rounds)
  const variables: LoopVariable[] = [...refs.slice(0, states), reports].map((initial) => ({
    initial,
    dtype: dataType.float32,
  }))
  const invariants = refs
    .slice(states)
    .map((initial, i): LoopVariable => ({ initial, dtype: given[states + i]?.dtype ?? 0 }))
  const outputs = addLoop(graph, rounds, variables, invariants, (inside) =>
    stepBody(native, graph, trace, batch, feed, inside),
  )
  return openSession(native, graph.nodes, [rounds, ...refs], outputs)
}

function placeholders(trace: Trace, shapes: readonly (readonly number[])[], batch: BatchShape, feed: Feed): Placed[] {
  const float = (name: string, shape: readonly number[]): Placed => ({ name, dtype: dataType.float32, shape })
  const passes = trace.batches.length
  const state = [...trace.state, ...trace.fixed].map((_, i) => float('state', shapes[i] ?? []))
  const fed =
    feed.kind === 'batches'
      ? [
          float('inputs', [-1, passes, batch.rows, ...batch.inputShape]),
          float('targets', [-1, passes, batch.rows, batch.width]),
        ]
      : [
          { name: 'rows', dtype: dataType.int32, shape: [-1, passes * batch.rows] },
          float('inputs', [-1, ...batch.inputShape]),
          float('targets', [-1, batch.width]),
          ...(feed.classes ? [{ name: 'labels', dtype: dataType.int32, shape: [-1] }] : []),
        ]
  const masks = trace.masks.map(({ at }): Placed => ({ name: 'mask', dtype: dataType.bool, shape: [-1, product(at.shape)] }))
  return [
    ...state,
    float('coefficients', [-1, trace.coefficients.length]),
    ...fed,
    ...(masks.length > 0 ? [float('keep', [masks.length]), ...masks] : []),
  ]
}

/** [steps, 2] of zeros. */
function emptyReports(graph: Graph, rounds: Ref): Ref {
  const shape = graph.add('Pack', [rounds, scalarInt(graph, 2)], { T: type(dataType.int32), N: int(2), axis: int(0) })
  const zero = graph.constant(dataType.float32, [], Float32Array.of(0))
  return graph.add('Fill', [shape, zero], { T: type(dataType.float32), index_type: type(dataType.int32) })
}

function stepBody(
  native: Native,
  graph: Graph,
  trace: Trace,
  batch: BatchShape,
  feed: Feed,
  inside: LoopBody,
): readonly Ref[] {
  const { index, variables, round } = inside
  const invariants = [...inside.invariants]
  const take = (): Ref => invariants.shift() ?? missing()
  const known = new Map<number, Ref>()
  trace.state.forEach((id, i) => known.set(id, variables[i] ?? missing()))
  for (const id of trace.fixed) known.set(id, take())
  const tools = loopTools(graph, index, round)
  const coefficients = tools.parts(tools.row(take(), dataType.float32), trace.coefficients.length)
  trace.coefficients.forEach((id, i) => known.set(id, coefficients[i] ?? missing()))
  const batches =
    feed.kind === 'resident'
      ? residentBatches(tools, trace.batches.length, batch, [take(), take(), take(), feed.classes ? take() : null])
      : fedBatches(tools, trace.batches.length, take(), take())
  trace.batches.forEach(({ inputs, targets }, pass) => {
    known.set(inputs, batches[pass]?.inputs ?? missing())
    known.set(targets, batches[pass]?.targets ?? missing())
  })
  const keep = trace.masks.length > 0 ? tools.parts(take(), trace.masks.length) : []
  trace.masks.forEach(({ id, at }, i) => known.set(id, tools.mask(take(), keep[i] ?? missing(), at.shape)))
  const wanted = [...trace.nextState, trace.loss, trace.norm]
  const found = [...replay(graph, native.backend.binding, trace.entries, known, wanted, round)]
  const report = found.splice(-2)
  return [...found, tools.write(variables.at(-1) ?? missing(), report)]
}

interface BatchRefs {
  readonly inputs: Ref
  readonly targets: Ref
}

function residentBatches(
  tools: LoopTools,
  passes: number,
  { rows }: BatchShape,
  [order, inputs, targets, labels]: [Ref, Ref, Ref, Ref | null],
): BatchRefs[] {
  const all = tools.row(order, dataType.int32)
  const numbers =
    passes === 1 ? [all] : tools.parts(tools.reshape(all, dataType.int32, [passes, rows]), passes, dataType.int32)
  return numbers.map((chosen) => ({
    inputs: tools.gather(inputs, chosen, dataType.float32),
    targets: tools.gather(
      targets,
      labels === null ? chosen : tools.gather(labels, chosen, dataType.int32),
      dataType.float32,
    ),
  }))
}

function fedBatches(tools: LoopTools, passes: number, inputs: Ref, targets: Ref): BatchRefs[] {
  const [x, y] = [inputs, targets].map((all) => tools.parts(tools.row(all, dataType.float32), passes))
  return Array.from({ length: passes }, (_, pass) => ({ inputs: x?.[pass] ?? missing(), targets: y?.[pass] ?? missing() }))
}

type LoopTools = ReturnType<typeof loopTools>

/** Small pieces of graph inside a loop. */
function loopTools(graph: Graph, index: Ref, round: Ref) {
  const ints = (values: readonly number[]): Ref =>
    graph.constant(dataType.int32, [values.length], Int32Array.from(values), round)
  const gather = (from: Ref, rows: Ref, dtype: number): Ref =>
    graph.add('GatherV2', [from, rows, scalarInt(graph, 0, round)], {
      Tparams: type(dtype),
      Tindices: type(dataType.int32),
      Taxis: type(dataType.int32),
      batch_dims: int(0),
    })
  const reshape = (x: Ref, dtype: number, shape: readonly number[]): Ref =>
    graph.add('Reshape', [x, ints(shape)], { T: type(dtype), Tshape: type(dataType.int32) })
  return {
    gather,
    reshape,
    /** The part of this step. */
    row: (from: Ref, dtype: number): Ref => gather(from, index, dtype),
    parts(x: Ref, count: number, dtype: number = dataType.float32): Ref[] {
      const first = graph.add('Unpack', [x], { T: type(dtype), num: int(count), axis: int(0) })
      return Array.from({ length: count }, (_, i) => output(first, i))
    },
    mask(bits: Ref, keep: Ref, shape: readonly number[]): Ref {
      const kept = graph.add('Cast', [gather(bits, index, dataType.bool)], {
        SrcT: type(dataType.bool),
        DstT: type(dataType.float32),
      })
      return reshape(graph.add('Mul', [kept, keep], { T: type(dataType.float32) }), dataType.float32, shape)
    },
    write(reports: Ref, values: readonly Ref[]): Ref {
      const row = graph.add('Pack', values, { T: type(dataType.float32), N: int(values.length), axis: int(0) })
      return graph.add(
        'TensorScatterUpdate',
        [reports, reshape(index, dataType.int32, [1, 1]), reshape(row, dataType.float32, [1, values.length])],
        { T: type(dataType.float32), Tindices: type(dataType.int32) },
      )
    },
  }
}

function missing(): never {
  throw new Error('bug in tunegate: the graph of a step is incomplete')
}
