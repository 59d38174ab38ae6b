import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { lengthDelimited, message, text, varint, fixed32 } from '../../../base/protobuf.ts'
import type { OnnxAttribute } from '../../../layers/saved.ts'
import type { ReadTensor } from '../definition.ts'

// Messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, with the numbers of their fields.

/** Codes of TensorProto.DataType. */
const [floatType, int64Type] = [1, 7]
/** Codes of AttributeProto.AttributeType. */
const attributeType = { float: 1, int: 2, ints: 7 } as const

export interface OnnxNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array | BigInt64Array
}

export interface OnnxModel {
  readonly tool: string
  /** Version of the default operator set. */
  readonly operatorSet: number
  readonly nodes: readonly OnnxNode[]
  readonly tensors: readonly OnnxTensor[]
  /** Sizes after the batch dimension. */
  readonly input: { readonly name: string; readonly shape: readonly number[] }
  readonly output: { readonly name: string; readonly shape: readonly number[] }
}

/** The version of the format that came with operator set 17. */
const formatVersion = 8

/** ModelProto: ir_version 1, producer_name 2, producer_version 3, graph 7, opset_import 8. */
export function modelBytes(model: OnnxModel): Uint8Array {
  const [producer = '', version = ''] = model.tool.split(' ')
  const writer = new BinaryWriter().tag(1, varint).int64(formatVersion)
  text(text(writer, 2, producer), 3, version)
  message(writer, 7, (graph) => writeGraph(graph, model))
  message(writer, 8, (set) => text(set, 1, '').tag(2, varint).int64(model.operatorSet))
  return writer.finish()
}

/** GraphProto: node 1, name 2, initializer 5, input 11, output 12. */
function writeGraph(writer: BinaryWriter, { nodes, tensors, input, output }: OnnxModel): void {
  for (const node of nodes) message(writer, 1, (inside) => writeNode(inside, node))
  text(writer, 2, 'tunegate')
  for (const tensor of tensors) message(writer, 5, (inside) => writeTensor(inside, tensor))
  message(writer, 11, (inside) => writeValue(inside, input))
  message(writer, 12, (inside) => writeValue(inside, output))
}

/** NodeProto: input 1, output 2, name 3, op_type 4, attribute 5. */
function writeNode(writer: BinaryWriter, { operator, inputs, output, attributes }: OnnxNode): void {
  for (const input of inputs) text(writer, 1, input)
  text(text(text(writer, 2, output), 3, output), 4, operator)
  for (const [name, value] of Object.entries(attributes)) message(writer, 5, (inside) => writeAttribute(inside, name, value))
}

/** AttributeProto: name 1, f 2, i 3, ints 8, type 20. */
function writeAttribute(writer: BinaryWriter, name: string, value: OnnxAttribute): void {
  text(writer, 1, name)
  if ('float' in value) writer.tag(2, fixed32).float(value.float).tag(20, varint).int32(attributeType.float)
  else if ('int' in value) writer.tag(3, varint).int64(value.int).tag(20, varint).int32(attributeType.int)
  else {
    for (const one of value.ints) writer.tag(8, varint).int64(one)
    writer.tag(20, varint).int32(attributeType.ints)
  }
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9, which is little-endian. */
function writeTensor(writer: BinaryWriter, { name, shape, values }: OnnxTensor): void {
  for (const size of shape) writer.tag(1, varint).int64(size)
  writer.tag(2, varint).int32(values instanceof Float32Array ? floatType : int64Type)
  text(writer, 8, name).tag(9, lengthDelimited).bytes(littleEndian(values))
}

function littleEndian(values: Float32Array | BigInt64Array): Uint8Array {
  const bytes = Buffer.alloc(values.byteLength)
  if (values instanceof Float32Array) values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i))
  else values.forEach((value, i) => bytes.writeBigInt64LE(value, 8 * i))
  return bytes
}

/** ValueInfoProto: name 1, type 2, a tensor of floats whose first dimension is called `batch_size`. */
function writeValue(writer: BinaryWriter, { name, shape }: OnnxModel['input']): void {
  text(writer, 1, name)
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, varint).int32(floatType)
      message(tensor, 2, (sizes) => {
        message(sizes, 1, (size) => text(size, 2, 'batch_size'))
        for (const length of shape) message(sizes, 1, (size) => size.tag(1, varint).int64(length))
      })
    }),
  )
}

/** The float tensors of a model by name: graph 7, in it initializer 5. Throws if the bytes are no such message. */
export function readFloatTensors(bytes: Uint8Array): ReadonlyMap<string, ReadTensor> {
  const found = new Map<string, ReadTensor>()
  for (const graph of messagesAt(bytes, 7))
    for (const tensor of messagesAt(graph, 5)) {
      const { name, type, ...rest } = readTensor(tensor)
      if (type === floatType) found.set(name, rest)
    }
  return found
}

/** The contents of all fields with this number. */
function messagesAt(bytes: Uint8Array, field: number): Uint8Array[] {
  const reader = new BinaryReader(bytes)
  const found: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    if (number === field && wire === WireType.LengthDelimited) found.push(reader.bytes())
    else reader.skip(wire)
  }
  return found
}

function readTensor(bytes: Uint8Array): ReadTensor & { readonly name: string; readonly type: number } {
  const reader = new BinaryReader(bytes)
  const shape: number[] = []
  let [name, type] = ['', 0]
  let raw: Uint8Array = new Uint8Array()
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    if (number === 1) shape.push(Number(reader.int64()))
    else if (number === 2) type = reader.int32()
    else if (number === 8) name = reader.string()
    else if (number === 9) raw = reader.bytes()
    else reader.skip(wire)
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const values = Float32Array.from({ length: type === floatType ? raw.length / 4 : 0 }, (_, i) =>
    view.getFloat32(4 * i, true),
  )
  return { name, type, shape, values }
}
