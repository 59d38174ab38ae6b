import type { GradConfig } from '@tensorflow/tfjs-core'
import type { NativeBackend } from '../../compiled/binding.ts'
import type { Tensor, Tf } from '../../types.ts'

/** A gradient that TensorFlow has as one op, where the tensor library chains up to ten. */
interface NativeGradient {
  readonly kernel: string
  readonly op: string
  /** In the order in which the op takes them: the gradient of the output, the kernel's input, its output. */
  readonly takes: readonly ('dy' | 'x' | 'y')[]
}

const gradients: readonly NativeGradient[] = [
  { kernel: 'Relu', op: 'ReluGrad', takes: ['dy', 'y'] },
  { kernel: 'Relu6', op: 'Relu6Grad', takes: ['dy', 'y'] },
  { kernel: 'Selu', op: 'SeluGrad', takes: ['dy', 'y'] },
  { kernel: 'Softplus', op: 'SoftplusGrad', takes: ['dy', 'x'] },
  { kernel: 'Sigmoid', op: 'SigmoidGrad', takes: ['y', 'dy'] },
  { kernel: 'Tanh', op: 'TanhGrad', takes: ['y', 'dy'] },
]

const registered = new WeakSet<object>()

/**
 * Replaces gradients by TensorFlow's own, and the adding of a bias with its gradient. The registry is shared by all engines of a
 * process, so each asks which engine is at work and leaves the others what they had.
 */
export function registerNativeGradients(tf: Tf, backend: NativeBackend): void {
  if (registered.has(backend)) return
  registered.add(backend)
  for (const gradient of gradients) replaceGradient(tf, gradientOf(tf, backend, gradient))
  replaceBias(tf, backend)
}

function gradientOf(tf: Tf, backend: NativeBackend, { kernel, op, takes }: NativeGradient): GradConfig {
  const before = tf.getGradient(kernel)
  return {
    kernelName: kernel,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc(dy, saved, attributes) {
      const [x, y] = saved as [Tensor, Tensor]
      if (tf.getBackend() !== 'tensorflow') return before.gradFunc(dy, before.inputsToSave ? [x] : [y], attributes)
      const values = { dy: dy as Tensor, x, y }
      return { x: () => execute(backend, op, takes.map((name) => values[name])) }
    },
  }
}

/** `a + b` with `b` one value for each of the last size of `a`, as biases are added; everything else as it was. */
function replaceBias(tf: Tf, backend: NativeBackend): void {
  const gradient = tf.getGradient('Add')
  replaceGradient(tf, {
    ...gradient,
    gradFunc(dy, saved, attributes) {
      const before = gradient.gradFunc(dy, saved, attributes)
      const [a, b] = saved as [Tensor, Tensor]
      if (tf.getBackend() !== 'tensorflow' || !isBias(a, b)) return before
      return { a: () => tf.clone(dy as Tensor), b: () => execute(backend, 'BiasAddGrad', [dy as Tensor]) }
    },
  })
  const kernel = tf.getKernel('Add', 'tensorflow')
  tf.unregisterKernel('Add', 'tensorflow')
  tf.registerKernel({
    ...kernel,
    kernelFunc(args) {
      const { a, b } = args.inputs as { a: Tensor; b: Tensor }
      return isBias(a, b) ? execute(backend, 'BiasAdd', [a, b]) : kernel.kernelFunc(args)
    },
  })
}

/** Kernels get plain records of shape and type, gradients tensors. */
function isBias(a: Tensor, b: Tensor): boolean {
  return a.shape.length > 1 && b.shape.length === 1 && a.shape.at(-1) === b.shape[0] && a.dtype === 'float32' && b.dtype === 'float32'
}

function execute(backend: NativeBackend, op: string, inputs: readonly Tensor[]): Tensor {
  return backend.executeSingleOutput(op, [{ name: 'T', type: backend.binding.TF_ATTR_TYPE, value: 1 }], inputs)
}

function replaceGradient(tf: Tf, config: GradConfig): void {
  tf.unregisterGradient(config.kernelName)
  tf.registerGradient(config)
}
