// The other build loads the threads of Node, and nothing here needs them.
import { zipSync } from 'fflate/browser'
import type { KerasCall, KerasModel, Node } from '../../../layers/saved.ts'
import { outputsOf, targetsOf, type TargetOutput, type TrainedModel } from '../../trained-model.ts'
import { writeLayers } from '../../walk.ts'
import type { ModelFormat } from '../definition.ts'
import { hdf5Bytes, type Hdf5Array } from './hdf5.ts'
import { kerasOrder } from './order.ts'

/**
 * A Keras 3 file (`keras.saving.load_model`): a zip archive with the functional model as JSON and its weights as HDF5. Its
 * input and output are those of the ONNX file. Nothing in it is code.
 */
export const keras: ModelFormat<'keras'> = {
  name: 'keras',
  file: 'model.keras',
  summary: 'a Keras 3 file',
  write,
}

function write(model: TrainedModel): Uint8Array {
  const graph = new Functional(model.inputShape)
  const raw = writeLayers(model, graph.input, {
    plain: (saved, layer, step) => saved.keras(graph, layer, step),
    nested: (saved, layer, outputs, step) => saved.keras(graph, layer, outputs, step),
  })
  const output = headOf(graph, raw, model)
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))
  return zipSync(
    {
      'metadata.json': json({ keras_version: oldestVersion, date_saved: 'not recorded', producer: model.tool }),
      'config.json': json(graph.config(output)),
      'model.weights.h5': hdf5Bytes(graph.weights(output)),
    },
    { level: 0, mtime: firstTime },
  )
}

/** The format of the file has not changed since. */
const oldestVersion = '3.0.0'
/** A zip archive has a time for each file; this is the first that it can have. Equal models have equal bytes. */
const firstTime = new Date(1980, 0, 1)

function headOf(graph: Functional, raw: Node, { head }: TrainedModel): Node {
  const call = { inputs: [raw], output: [outputsOf(head)] }
  if (head.task === 'classification') return graph.layer('Softmax', { axis: -1 }, call)
  if (head.task === 'multi-label') return graph.layer('Activation', { activation: 'sigmoid' }, call)
  return graph.layer('Rescaling', rescaling(targetsOf(head)), call)
}

/** Numbers of one target, lists of several. */
function rescaling(targets: readonly TargetOutput[]): { readonly scale: unknown; readonly offset: unknown } {
  const [only] = targets
  if (targets.length === 1 && only) return { scale: only.sd, offset: only.mean }
  return { scale: targets.map(({ sd }) => sd), offset: targets.map(({ mean }) => mean) }
}

interface Layer extends KerasCall {
  readonly name: string
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
}

class Functional implements KerasModel {
  readonly input: Node = 'input'
  readonly #layers = new Map<string, Layer>()

  constructor(inputShape: readonly number[]) {
    const config = { batch_shape: [null, ...inputShape], dtype: 'float32' }
    this.#add({ name: this.input, className: 'InputLayer', config, inputs: [], output: inputShape })
  }

  layer(className: string, config: Readonly<Record<string, unknown>>, call: KerasCall): Node {
    return this.#add({ name: `${snakeCase(className)}_${this.#layers.size}`, className, config, ...call })
  }

  #add(layer: Layer): Node {
    this.#layers.set(layer.name, layer)
    return layer.name
  }

  /** As `model.to_json()` of Keras has it, without what Keras fills in by itself. */
  config(output: Node): unknown {
    const layers = [...this.#layers.values()].map(({ name, className, config, inputs, asList }) => {
      const tensors = inputs.map((from) => this.#tensor(from))
      return {
        module: 'keras.layers',
        class_name: className,
        config: { ...config, name },
        registered_name: null,
        name,
        inbound_nodes: inputs.length === 0 ? [] : [{ args: asList ? [tensors] : tensors, kwargs: {} }],
      }
    })
    return {
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: {
        name: 'tunegate',
        trainable: true,
        layers,
        input_layers: [[this.input, 0, 0]],
        output_layers: [[output, 0, 0]],
      },
      registered_name: 'Functional',
    }
  }

  #tensor(from: Node): unknown {
    const shape = [null, ...(this.#layers.get(from)?.output ?? [])]
    return { class_name: '__keras_tensor__', config: { shape, dtype: 'float32', keras_history: [from, 0, 0] } }
  }

  /** Every variable, under the class of its layer, counted in Keras' order: `layers/dense_1/vars/0`. */
  weights(output: Node): Hdf5Array[] {
    const counts = new Map<string, number>()
    return kerasOrder([...this.#layers.values()], output).flatMap(({ className, variables = [], inner = {} }) => {
      const kind = snakeCase(className)
      const count = counts.get(kind) ?? 0
      counts.set(kind, count + 1)
      const place = `layers/${count === 0 ? kind : `${kind}_${count}`}`
      const own = variables.map(({ shape, values }, i) => ({ path: `${place}/vars/${i}`, shape, values }))
      const within = Object.entries(inner).flatMap(([attribute, list]) =>
        list.map(({ shape, values }, i) => ({ path: `${place}/${attribute}/vars/${i}`, shape, values })),
      )
      return [...own, ...within]
    })
  }
}

/** As Keras names a class in its files: `MaxPooling2D` is `max_pooling2d`. */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
