import type { Node, OnnxAttribute, OnnxGraph, SavedTensor } from '../../../layers/saved.ts'
import { outputsOf, targetsOf, type TrainedModel } from '../../trained-model.ts'
import { writeLayers } from '../../walk.ts'
import type { ModelFormat } from '../definition.ts'
import { modelBytes, readFloatTensors, type OnnxNode, type OnnxTensor } from './messages.ts'

/** The oldest operator set that has every operator of the layers, so that most runtimes read the file. */
const operatorSet = 17

/**
 * ONNX: `input` [batch, ...shape] of float32, images with their channels last, and `output` [batch, outputs]: probabilities
 * of the classes or labels, or one value in units of the target. Initializers have the names and shapes of the model's tensors, and
 * nodes bring them into the layout of ONNX, which a runtime does once.
 */
export const onnx: ModelFormat<'onnx'> = {
  name: 'onnx',
  file: 'model.onnx',
  summary: `ONNX, operator set ${operatorSet}`,
  write,
  readTensors: readFloatTensors,
}

function write(model: TrainedModel): Uint8Array {
  const graph = new Graph()
  const raw = writeLayers(model, 'input', {
    plain: (saved, layer, step) => saved.onnx(graph, layer, step),
    nested: (saved, layer, outputs, step) => saved.onnx(graph, layer, outputs, step),
  })
  graph.end(headOf(graph, raw, model))
  const { nodes, tensors } = graph
  return modelBytes({
    tool: model.tool,
    operatorSet,
    nodes,
    tensors,
    input: { name: 'input', shape: model.inputShape },
    output: { name: 'output', shape: [outputsOf(model.head)] },
  })
}

function headOf(graph: Graph, raw: Node, { head }: TrainedModel): Node {
  if (head.task === 'classification') return graph.node('Softmax', [raw], { axis: { int: -1 } })
  if (head.task === 'multi-label') return graph.node('Sigmoid', [raw])
  const targets = targetsOf(head)
  const sd = graph.floats(targets.map((one) => one.sd))
  return graph.node('Add', [graph.node('Mul', [raw, sd]), graph.floats(targets.map((one) => one.mean))])
}

class Graph implements OnnxGraph {
  readonly nodes: OnnxNode[] = []
  readonly #tensors = new Map<string, OnnxTensor>()

  get tensors(): readonly OnnxTensor[] {
    return [...this.#tensors.values()]
  }

  node(operator: string, inputs: readonly Node[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): Node {
    const output = `${operator}_${this.nodes.length}`
    this.nodes.push({ operator, inputs, output, attributes })
    return output
  }

  /** The last node, whose value the file returns. */
  end(from: Node): void {
    this.nodes.push({ operator: 'Identity', inputs: [from], output: 'output', attributes: {} })
  }

  weight(tensor: SavedTensor): Node {
    return this.#add(tensor)
  }

  integers(values: readonly number[]): Node {
    return this.#constant(`[${values.join(',')}]`, [values.length], BigInt64Array.from(values, BigInt))
  }

  integer(value: number): Node {
    return this.#constant(`${value}`, [], BigInt64Array.of(BigInt(value)))
  }

  float(value: number): Node {
    return this.#constant(`${value}f`, [], Float32Array.of(value))
  }

  /** A number, or a vector of several. */
  floats(values: readonly number[]): Node {
    const [only] = values
    if (values.length === 1 && only !== undefined) return this.float(only)
    return this.#constant(`${values.join(',')}f`, [values.length], Float32Array.from(values))
  }

  /** Equal constants are one tensor. Weights have other names: they begin with the position of their layer and a point. */
  #constant(text: string, shape: readonly number[], values: OnnxTensor['values']): Node {
    return this.#add({ name: `constant ${text}`, shape, values })
  }

  #add(tensor: OnnxTensor): Node {
    this.#tensors.set(tensor.name, tensor)
    return tensor.name
  }
}
