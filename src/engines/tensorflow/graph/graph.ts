import { dataType, type Message, type Messages, type NativeValues } from './binding.ts'

/** The value of a node's attribute. */
export type Attribute =
  | { readonly kind: 'int' | 'float' | 'type'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  /** Null for a shape that is unknown before the graph runs. */
  | { readonly kind: 'shape'; readonly value: readonly number[] | null }
  | { readonly kind: 'tensor'; readonly dtype: number; readonly shape: readonly number[]; readonly value: NativeValues }

/** An output of a node, `name:index`; `^name` means waiting for a node without taking anything from it. */
export type Ref = string

export interface Node {
  readonly name: string
  readonly op: string
  readonly inputs: readonly Ref[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export const int = (value: number): Attribute => ({ kind: 'int', value })
export const bool = (value: boolean): Attribute => ({ kind: 'bool', value })
export const type = (value: number): Attribute => ({ kind: 'type', value })
export const text = (value: string): Attribute => ({ kind: 'string', value })

/** A TensorFlow graph as it grows. */
export interface Graph {
  readonly nodes: readonly Node[]
  /** Adds a node and returns its first output. Names are made unique. */
  add(op: string, inputs: readonly Ref[], attributes: Readonly<Record<string, Attribute>>, name?: string): Ref
  /** A constant. Inside a loop it must wait for something in the loop, or it would belong to no round. */
  constant(dtype: number, shape: readonly number[], values: NativeValues, after?: Ref): Ref
  /** What the caller supplies in every run. */
  placeholder(name: string, dtype: number, shape: readonly number[] | null): Ref
  /** A name that no node has yet. */
  unique(name: string): string
}

export function createGraph(): Graph {
  const nodes: Node[] = []
  const taken = new Map<string, number>()
  const unique = (name: string): string => {
    const count = taken.get(name) ?? 0
    taken.set(name, count + 1)
    return count === 0 ? name : `${name}_${count}`
  }
  const add: Graph['add'] = (op, inputs, attributes, name) => {
    const own = name ?? unique(op)
    nodes.push({ name: own, op, inputs, attributes })
    return `${own}:0`
  }
  return {
    nodes,
    add,
    unique,
    constant: (dtype, shape, values, after) =>
      add('Const', after === undefined ? [] : [after], {
        dtype: type(dtype),
        value: { kind: 'tensor', dtype, shape, value: values },
      }),
    placeholder: (name, dtype, shape) =>
      add('Placeholder', [], { dtype: type(dtype), shape: { kind: 'shape', value: shape } }, unique(name)),
  }
}

export const nodeOf = (ref: Ref): string => ref.slice(0, ref.lastIndexOf(':'))
export const output = (ref: Ref, index: number): Ref => `${nodeOf(ref)}:${index}`
export const waitFor = (ref: Ref): Ref => `^${nodeOf(ref)}`

/** One value or a row of values as constants. */
export const scalarInt = (graph: Graph, value: number, after?: Ref): Ref =>
  graph.constant(dataType.int32, [], Int32Array.of(value), after)

/** The bytes of a `SavedModel` that contains the graph and nothing else. */
export function savedModel(messages: Messages, nodes: readonly Node[]): Uint8Array {
  const graph = new messages.GraphDef()
  const versions = new messages.VersionDef()
  versions.setProducer(graphVersion)
  graph.setVersions(versions)
  for (const node of nodes) graph.addNode(nodeMessage(messages, node))
  const info = new messages.MetaGraphDef.MetaInfoDef()
  info.addTags('serve')
  const meta = new messages.MetaGraphDef()
  meta.setMetaInfoDef(info)
  meta.setGraphDef(graph)
  const model = new messages.SavedModel()
  model.setSavedModelSchemaVersion(1)
  model.addMetaGraphs(meta)
  return model.serializeBinary()
}

/** Version of the graph format: that of TensorFlow 2.0 and later, which fills in omitted attributes. */
const graphVersion = 1087

function nodeMessage(messages: Messages, { name, op, inputs, attributes }: Node): Message {
  const node = new messages.NodeDef()
  node.setName(name)
  node.setOp(op)
  // Control inputs come after data inputs, as the format requires.
  for (const input of inputs.filter((i) => !i.startsWith('^'))) node.addInput(input)
  for (const input of inputs.filter((i) => i.startsWith('^'))) node.addInput(input)
  for (const [key, attribute] of Object.entries(attributes))
    node.getAttrMap().set(key, attributeMessage(messages, attribute))
  return node
}

function attributeMessage(messages: Messages, attribute: Attribute): Message {
  const message = new messages.AttrValue()
  switch (attribute.kind) {
    case 'int':
      message.setI(attribute.value)
      break
    case 'float':
      message.setF(attribute.value)
      break
    case 'type':
      message.setType(attribute.value)
      break
    case 'bool':
      message.setB(attribute.value)
      break
    case 'string':
      message.setS(new TextEncoder().encode(attribute.value))
      break
    case 'shape':
      message.setShape(shapeMessage(messages, attribute.value))
      break
    case 'ints': {
      const list = new messages.AttrValue.ListValue()
      list.setIList([...attribute.value])
      message.setList(list)
      break
    }
    case 'tensor': {
      const { dtype, shape, value } = attribute
      const tensor = new messages.Tensor()
      tensor.setDtype(dtype)
      tensor.setTensorShape(shapeMessage(messages, shape))
      tensor.setTensorContent(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      message.setTensor(tensor)
    }
  }
  return message
}

function shapeMessage(messages: Messages, shape: readonly number[] | null): Message {
  const message = new messages.TensorShape()
  if (shape === null) message.setUnknownRank(true)
  for (const size of shape ?? []) {
    const dimension = new messages.TensorShape.Dim()
    dimension.setSize(size)
    message.addDim(dimension)
  }
  return message
}
