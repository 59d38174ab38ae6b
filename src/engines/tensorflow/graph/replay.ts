import { type Binding, dataType, type OpAttribute } from './binding.ts'
import type { Attribute, Graph, Ref } from './graph.ts'
import { NotTraceable } from '../../../layers/forward.ts'
import type { Recorded, RecordedOp } from './recording.ts'

/**
 * Writes recorded ops to a graph, as far as the wanted outputs need them. `known` maps tensors from outside to the graph;
 * inside a loop, constants wait for `after`. Returns the refs of the wanted tensors.
 */
export function replay(
  graph: Graph,
  binding: Binding,
  entries: readonly Recorded[],
  known: ReadonlyMap<number, Ref>,
  wanted: readonly number[],
  after?: Ref,
): readonly Ref[] {
  const refs = new Map(known)
  for (const entry of needed(entries, known, wanted)) {
    if (entry.kind === 'constant') {
      if (entry.dtype === dataType.string) throw new NotTraceable('it uses text')
      refs.set(entry.id, graph.constant(entry.dtype, entry.shape, entry.values, after))
    } else {
      const inputs = entry.inputs.map((id) => found(refs, id, entry.name))
      const { op, attributes } = inGraphs(entry, attributesOf(binding, entry))
      const first = graph.add(op, inputs, attributes)
      entry.outputs.forEach(({ id }, i) => refs.set(id, `${first.slice(0, -1)}${i}`))
    }
  }
  return wanted.map((id) => found(refs, id, 'the step'))
}

function found(refs: ReadonlyMap<number, Ref>, id: number, user: string): Ref {
  const ref = refs.get(id)
  if (ref === undefined) throw new NotTraceable(`${user} uses a tensor that was created before the step`)
  return ref
}

/** A product of two matrices without a batch has a separate op, which graphs fuse with bias and activation. */
function inGraphs(
  { name, outputs }: RecordedOp,
  attributes: Record<string, Attribute>,
): { op: string; attributes: Record<string, Attribute> } {
  const { adj_x: first, adj_y: second, T: dtype } = attributes
  if (name !== 'BatchMatMulV2' || outputs[0]?.shape.length !== 2 || !first || !second || !dtype)
    return { op: name, attributes }
  return { op: 'MatMul', attributes: { T: dtype, transpose_a: first, transpose_b: second } }
}

/** The entries that the wanted tensors depend on, in order. */
function needed(entries: readonly Recorded[], known: ReadonlyMap<number, Ref>, wanted: readonly number[]): Recorded[] {
  const live = new Set(wanted)
  const kept: Recorded[] = []
  for (const entry of [...entries].reverse()) {
    if (entry.kind === 'constant') {
      if (live.has(entry.id) && !known.has(entry.id)) kept.push(entry)
    } else if (entry.outputs.some(({ id }) => live.has(id) && !known.has(id))) {
      kept.push(entry)
      for (const id of entry.inputs) live.add(id)
    }
  }
  return kept.reverse()
}

function attributesOf(binding: Binding, { name, attributes, inputs }: RecordedOp): Record<string, Attribute> {
  const found = Object.fromEntries(attributes.map((a) => [a.name, attributeOf(binding, name, a)]))
  // Ops over a list of tensors take its length from the list itself when they run alone, and from this attribute in a graph.
  if (listOps.has(name) && !('N' in found))
    found['N'] = { kind: 'int', value: inputs.length - (name === 'ConcatV2' ? 1 : 0) }
  return found
}

const listOps = new Set(['AddN', 'ConcatV2', 'Pack'])

function attributeOf(binding: Binding, op: string, { name, type, value }: OpAttribute): Attribute {
  switch (type) {
    case binding.TF_ATTR_INT:
      return Array.isArray(value) ? { kind: 'ints', value: value as number[] } : { kind: 'int', value: value as number }
    case binding.TF_ATTR_FLOAT:
      return { kind: 'float', value: value as number }
    case binding.TF_ATTR_TYPE:
      return { kind: 'type', value: value as number }
    case binding.TF_ATTR_STRING:
      return { kind: 'string', value: value as string }
    // tfjs-node marks some of these with the number of the data type instead of the attribute's.
    case binding.TF_ATTR_BOOL:
    case dataType.bool:
      return { kind: 'bool', value: Boolean(value) }
    default:
      throw new NotTraceable(`${op} has an attribute ${name} of an unknown kind`)
  }
}
