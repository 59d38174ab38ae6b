import { dataType } from './binding.ts'
import { bool, type Graph, int, nodeOf, output, type Ref, scalarInt, text, type, waitFor } from './graph.ts'

/** A value that each round of a loop takes and replaces. */
export interface LoopVariable {
  readonly initial: Ref
  readonly dtype: number
}

export interface LoopBody {
  /** Number of the round, from 0. */
  readonly index: Ref
  readonly variables: readonly Ref[]
  /** The same in every round. */
  readonly invariants: readonly Ref[]
  /** What constants of the body wait for. */
  readonly round: Ref
}

/**
 * A while loop of the dataflow kind (Yu et al., 2018, "Dynamic control flow in large-scale machine learning"): values enter
 * a frame, merge with the results of the last round, and a switch sends them to the body or out. Returns the values that
 * leave.
 */
export function addLoop(
  graph: Graph,
  rounds: Ref,
  variables: readonly LoopVariable[],
  invariants: readonly LoopVariable[],
  body: (inside: LoopBody) => readonly Ref[],
): readonly Ref[] {
  const frame = graph.unique('loop')
  const enter = ({ initial, dtype }: LoopVariable, constant: boolean): Ref =>
    graph.add('Enter', [initial], {
      T: type(dtype),
      frame_name: text(frame),
      is_constant: bool(constant),
      parallel_iterations: int(1),
    })
  const counter: LoopVariable = { initial: scalarInt(graph, 0), dtype: dataType.int32 }
  const last = enter({ initial: rounds, dtype: dataType.int32 }, true)
  const states = [counter, ...variables].map((variable) => {
    const back = graph.unique('NextIteration')
    const merge = graph.add('Merge', [enter(variable, false), `${back}:0`], { T: type(variable.dtype), N: int(2) })
    return { dtype: variable.dtype, back, merge }
  })
  const [first] = states as [(typeof states)[number]]
  const goesOn = graph.add('LoopCond', [graph.add('Less', [first.merge, last], { T: type(dataType.int32) })], {})
  const switches = states.map(({ dtype, merge }) => graph.add('Switch', [merge, goesOn], { T: type(dtype) }))
  const inside = switches.map((s, i) => graph.add('Identity', [output(s, 1)], { T: type(states[i]?.dtype ?? 0) }))
  const [index, ...current] = inside as [Ref, ...Ref[]]
  const round = waitFor(index)
  const next = body({ index, variables: current, invariants: invariants.map((i) => enter(i, true)), round })
  const incremented = graph.add('AddV2', [index, scalarInt(graph, 1, round)], { T: type(dataType.int32) })
  states.forEach(({ dtype, back }, i) => {
    const value = i === 0 ? incremented : next[i - 1]
    if (value === undefined) throw new Error(`round ends without variable ${i - 1}`)
    graph.add('NextIteration', [value], { T: type(dtype) }, back)
  })
  return switches.slice(1).map((s, i) => graph.add('Exit', [`${nodeOf(s)}:0`], { T: type(variables[i]?.dtype ?? 0) }))
}
