import { err, ok } from '../base/result.ts'
import type { AnyLayer, InnerChain, Misfit, NestedDefinition, Shape } from './definition.ts'
import type { LayerFunction, Tf } from './forward.ts'

interface Residual {
  readonly kind: 'residual'
  readonly layers: readonly AnyLayer[]
  readonly shortcut: readonly AnyLayer[]
}

/** The output of `layers` plus the output of `shortcut` (He et al., 2016); an empty shortcut passes its input on. */
export const residual: NestedDefinition<Residual, 'layers' | 'shortcut'> = {
  kind: 'residual',
  schema: {
    summary: 'Adds the input to the output of a list of layers (a residual connection).',
    arguments: {
      required: ['layers'],
      properties: {
        layers: {
          title: 'Layers',
          description: 'Layers whose output is added to the input, as in model.layers.',
          type: 'array',
          items: { $ref: '#/$defs/layer' },
          minItems: 1,
          maxItems: 256,
          default: [{ dense: { units: 64 } }],
        },
        shortcut: {
          title: 'Shortcut',
          description: 'Layers that the input passes through before the addition if the shapes differ. Empty for none.',
          type: 'array',
          items: { $ref: '#/$defs/layer' },
          maxItems: 256,
          default: [],
        },
      },
    },
    example: { layers: [{ dense: { units: 64 } }] },
  },
  normalize: ({ layers, shortcut = [] }, inner) => ({
    kind: 'residual',
    layers: layers.map(inner),
    shortcut: shortcut.map(inner),
  }),
  resolve: (layer, _, inner) => ({ ...layer, layers: layer.layers.map(inner), shortcut: layer.shortcut.map(inner) }),
  inner: ({ layers, shortcut }) => ({ layers, shortcut }),
  outputShape: (layer, { layers, shortcut }) =>
    sameShape(layers, shortcut) ? ok(layers) : err(unlike(layer, layers, shortcut)),
  forward: (tf, _, { layers, shortcut }) => sumOf(tf, layers, shortcut),
  saved: {
    onnx: (graph, _, { layers, shortcut }) => graph.node('Add', [layers, shortcut]),
    keras: (model, _, { layers, shortcut }, { output }) =>
      model.layer('Add', {}, { inputs: [layers, shortcut], asList: true, output }),
  },
  words: ({ layers, shortcut }, describe) => {
    const list = (of: readonly AnyLayer[]): string => of.map(describe).join(', ')
    return shortcut.length === 0 ? `residual (${list(layers)})` : `residual (${list(layers)}; shortcut ${list(shortcut)})`
  },
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i])

function unlike({ shortcut }: Residual, output: Shape, beside: Shape): Misfit {
  const [other, channels] = [shortcut.length === 0 ? 'input' : 'shortcut', output.at(-1) ?? 1]
  const projection =
    output.length === 3
      ? `[{ conv2d: { filters: ${channels}, kernelSize: 1, strides: 2 } }]`
      : `[{ dense: { units: ${channels} } }]`
  return {
    message: `the output shape of the residual's layers differs from that of its ${other}`,
    found: `[${output.join(', ')}] and [${beside.join(', ')}]`,
    allowed: 'two equal shapes',
    ...(shortcut.length === 0 ? { hint: `convert the input to that shape, for example with shortcut: ${projection}` } : {}),
  }
}

function sumOf(tf: Tf, own: InnerChain, other: InnerChain): LayerFunction {
  return ({ weights, statistics, ...input }) => {
    const through = own.apply({
      ...input,
      weights: weights.slice(0, own.weights),
      statistics: statistics.slice(0, own.statistics),
    })
    const beside = other.apply({
      ...input,
      weights: weights.slice(own.weights),
      statistics: statistics.slice(own.statistics),
    })
    return { outputs: tf.add(through.outputs, beside.outputs), statistics: [...through.statistics, ...beside.statistics] }
  }
}
