import type { AnyDefinition, AnyLayer } from '../layers/definition.ts'
import { layerOf } from '../layers/index.ts'
import { Unsavable, type Node, type SavedOutput, type SavedStep, type SavedTensor } from '../layers/saved.ts'
import type { ShapedLayer } from '../layers/shapes.ts'
import { namedTensors } from '../train/model.ts'
import type { TrainedModel } from './trained-model.ts'

type Nested = Extract<AnyDefinition, { inner: unknown }>
type Plain = Exclude<AnyDefinition, Nested>

/** How one format writes a layer. */
export interface LayerWriter {
  plain(saved: Plain['saved'], layer: AnyLayer, step: SavedStep): SavedOutput
  nested(saved: Nested['saved'], layer: AnyLayer, outputs: Readonly<Record<string, Node>>, step: SavedStep): Node
}

/** Writes all layers in order, from the input to the outputs of the last layer. Throws `Unsavable`. */
export function writeLayers(model: TrainedModel, input: Node, writer: LayerWriter): Node {
  const { weights, statistics } = namedTensors(model.layers, model.checkpoint)
  const left = { weights: weights.values(), statistics: statistics.values() }
  return chain(model.layers, { x: input, mask: null }, { writer, left, dropout: model.dropout }).x
}

interface Walk {
  readonly writer: LayerWriter
  /** Tensors that no layer has taken yet. Layers take theirs in the order of the model. */
  readonly left: Readonly<Record<'weights' | 'statistics', IterableIterator<SavedTensor>>>
  readonly dropout: number
}

interface Flow {
  readonly x: Node
  readonly mask: Node | null
}

function chain(layers: readonly ShapedLayer[], from: Flow, walk: Walk): Flow {
  let flow = from
  for (const layer of layers)
    flow = after(
      layer,
      flow,
      named(layer, () => written(layer, flow, walk)),
    )
  return flow
}

/** Adds the innermost layer to an error about it. */
function named({ layer }: ShapedLayer, write: () => SavedOutput): SavedOutput {
  try {
    return write()
  } catch (error) {
    throw error instanceof Unsavable && error.layer === null ? new Unsavable(error.message, layer) : error
  }
}

function written({ layer, input, output, parameters, inner }: ShapedLayer, flow: Flow, walk: Walk): SavedOutput {
  const { writer, dropout } = walk
  const { saved } = layerOf(layer.kind)
  const step = { ...flow, input, output, dropout }
  if (!inner) {
    const own = {
      weights: parameters.filter((p) => p.trainable).map(() => next(walk.left.weights)),
      statistics: parameters.filter((p) => !p.trainable).map(() => next(walk.left.statistics)),
    }
    return writer.plain(saved as Plain['saved'], layer, { ...step, ...own })
  }
  const outputs = Object.fromEntries(Object.entries(inner).map(([list, layers]) => [list, chain(layers, flow, walk).x]))
  return writer.nested(saved as Nested['saved'], layer, outputs, { ...step, weights: [], statistics: [] })
}

/** A mask is about the steps of a sequence: without them, as after pooling, there is nothing to mask. */
function after({ output }: ShapedLayer, { mask }: Flow, result: SavedOutput): Flow {
  if (typeof result !== 'string') return { x: result.outputs, mask: result.mask }
  return { x: result, mask: output.length === 2 ? mask : null }
}

function next(tensors: IterableIterator<SavedTensor>): SavedTensor {
  const taken = tensors.next()
  if (taken.done) throw new Error('the checkpoint has fewer tensors than the layers')
  return taken.value
}
