import type { GradSaveFunc } from '@tensorflow/tfjs-core'
import { unreachable } from '../base/result.ts'
import { weightAt, type Tensor, type Tf } from './forward.ts'
import type { Node, OnnxGraph } from './saved.ts'

export const activationNames = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'gelu',
  'swish',
  'tanh',
  'sigmoid',
  'softplus',
] as const
export type Activation = (typeof activationNames)[number]

/** Applied element by element; definitions and constants are those of Keras. */
export function activate(tf: Tf, name: Activation, x: Tensor): Tensor {
  switch (name) {
    case 'linear':
      return x
    case 'relu':
      return tf.relu(x)
    case 'relu6':
      return tf.relu6(x)
    case 'elu':
      return tf.elu(x)
    case 'selu':
      return tf.selu(x)
    case 'gelu':
      return gelu(tf, x)
    case 'swish':
      return tf.mul(x, tf.sigmoid(x))
    case 'tanh':
      return tf.tanh(x)
    case 'sigmoid':
      return tf.sigmoid(x)
    case 'softplus':
      return tf.softplus(x)
    default:
      return unreachable(name, 'activation')
  }
}

/** The same as nodes of ONNX. */
export function onnxActivation(graph: OnnxGraph, name: Activation, x: Node): Node {
  switch (name) {
    case 'linear':
      return x
    case 'relu':
      return graph.node('Relu', [x])
    case 'relu6':
      return graph.node('Clip', [x, graph.float(0), graph.float(6)])
    case 'elu':
      return graph.node('Elu', [x])
    case 'selu':
      return graph.node('Selu', [x])
    case 'gelu': {
      const erf = graph.node('Erf', [graph.node('Mul', [x, graph.float(Math.SQRT1_2)])])
      return graph.node('Mul', [x, graph.node('Mul', [graph.node('Add', [erf, graph.float(1)]), graph.float(0.5)])])
    }
    case 'swish':
      return graph.node('Mul', [x, graph.node('Sigmoid', [x])])
    case 'tanh':
      return graph.node('Tanh', [x])
    case 'sigmoid':
      return graph.node('Sigmoid', [x])
    case 'softplus':
      return graph.node('Softplus', [x])
    default:
      return unreachable(name, 'activation')
  }
}

/**
 * x · Φ(x) with the exact normal distribution, not the tanh approximation (Hendrycks and Gimpel, 2016). The gradient, Φ(x) +
 * x φ(x), is written by hand: chained, it takes twice the passes over memory.
 */
function gelu(tf: Tf, x: Tensor): Tensor {
  const apply = tf.customGrad((...args) => {
    const [given, save] = args as unknown as [Tensor, GradSaveFunc]
    const cumulative = tf.mul(tf.add(tf.erf(tf.mul(given, Math.SQRT1_2)), 1), 0.5)
    save([given, cumulative])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [at, share] = [weightAt(saved, 0), weightAt(saved, 1)]
      const density = tf.exp(tf.mul(tf.square(at), -0.5))
      return tf.mul(dy, tf.add(share, tf.mul(tf.mul(at, density), 1 / Math.sqrt(2 * Math.PI))))
    }
    return { value: tf.mul(given, cumulative), gradFunc }
  })
  return apply(x)
}

/** `, relu` after the rest of a layer's description; nothing for the usual value. */
export const activationWords = (name: Activation): string => (name === 'linear' ? '' : `, ${name}`)
