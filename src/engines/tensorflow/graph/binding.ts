import { rowCount, targetWidth } from '../../../base/rows.ts'
import type { Tensor } from '../../../layers/forward.ts'
import type { TrainingData } from '../../../train/types.ts'

/** Numbers of TensorFlow's C interface: data types as in `DataType` of its protocol buffers. */
export const dataType = { float32: 1, int32: 3, string: 7, int64: 9, bool: 10 } as const

/** What the addon says about one of its tensors. */
export interface NativeTensor {
  readonly id: number
  readonly shape: readonly number[]
  readonly dtype: number
}

export interface OpAttribute {
  readonly name: string
  /** One of the binding's `TF_ATTR_…`. */
  readonly type: number
  readonly value: unknown
}

export type NativeValues = Float32Array | Int32Array | Uint8Array

/** The addon of tfjs-node: every op and every constant of its engine goes through here. Tensors are numbers. */
export interface Binding {
  readonly TF_Version: string
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  createTensor(shape: readonly number[], dtype: number, values: NativeValues): number
  executeOp(name: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number): NativeTensor[]
  tensorDataSync(id: number): NativeValues
  deleteTensor(id: number): void
  /** A session over the graph in a folder. Throws with TensorFlow's own message. */
  loadSavedModel(folder: string, tags: string): number
  /** Names are `node:0`, separated by commas. */
  runSavedModel(session: number, inputs: readonly number[], inputNames: string, outputNames: string): NativeTensor[]
  deleteSavedModel(session: number): void
}

/** The parts of tfjs-node's backend that convert tensors to the addon's numbers and back. */
export interface NativeBackend {
  binding: Binding
  /** Uploads what is not there yet. */
  getInputTensorIds(tensors: readonly Tensor[]): number[]
  /** A tensor that owns the addon's memory. */
  createOutputTensor(tensor: NativeTensor): Tensor
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): Tensor
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[]
}

/** What compiling needs from the native engine. */
export interface Native {
  readonly backend: NativeBackend
  readonly messages: Messages
}

/** The classes of TensorFlow's protocol buffers that tfjs-node ships, as far as a graph needs them. */
export interface Messages {
  readonly SavedModel: new () => Message & { setSavedModelSchemaVersion(v: number): void; addMetaGraphs(m: Message): void }
  readonly MetaGraphDef: (new () => Message & { setMetaInfoDef(m: Message): void; setGraphDef(m: Message): void }) & {
    readonly MetaInfoDef: new () => Message & { addTags(tag: string): void }
  }
  readonly GraphDef: new () => Message & { setVersions(v: Message): void; addNode(n: Message): void }
  readonly VersionDef: new () => Message & { setProducer(v: number): void }
  readonly NodeDef: new () => Message & {
    setName(v: string): void
    setOp(v: string): void
    addInput(v: string): void
    getAttrMap(): { set(name: string, value: Message): void }
  }
  readonly AttrValue: (new () => AttrValueMessage) & {
    readonly ListValue: new () => Message & { setIList(v: number[]): void }
  }
  readonly Tensor: new () => Message & {
    setDtype(v: number): void
    setTensorShape(v: Message): void
    setTensorContent(v: Uint8Array): void
  }
  readonly TensorShape: (new () => Message & { addDim(v: Message): void; setUnknownRank(v: boolean): void }) & {
    readonly Dim: new () => Message & { setSize(v: number): void }
  }
}

export interface Message {
  serializeBinary(): Uint8Array
}

interface AttrValueMessage extends Message {
  setI(v: number): void
  setF(v: number): void
  setB(v: boolean): void
  setS(v: Uint8Array): void
  setType(v: number): void
  setShape(v: Message): void
  setTensor(v: Message): void
  setList(v: Message): void
}

/** The data set on the native side, as the addon's numbers. */
export interface Resident {
  readonly inputs: number
  /** [rows, targets]. */
  readonly targets: number
  /** Class of each row; for classification. */
  labels(): number
  dispose(): void
}

export function createResident(binding: Binding, data: TrainingData): Resident {
  const { inputs, inputShape, targets } = data
  const rows = rowCount(data)
  const x = binding.createTensor([rows, ...inputShape], dataType.float32, inputs)
  const y = binding.createTensor([rows, targetWidth(data)], dataType.float32, targets)
  let labels: number | undefined
  return {
    inputs: x,
    targets: y,
    labels: () => (labels ??= binding.createTensor([rows], dataType.int32, Int32Array.from(targets))),
    dispose() {
      for (const id of [x, y, ...(labels === undefined ? [] : [labels])]) binding.deleteTensor(id)
    },
  }
}
