import type { GradConfig, KernelFunc } from '@tensorflow/tfjs-core'
import { dataType, type NativeBackend } from '../graph/binding.ts'
import type { Tensor, Tf } from '../../../layers/forward.ts'

/** A gradient that TensorFlow has as one op, and that the tensor library builds from up to ten. */
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
 * Replaces gradients with TensorFlow's own, and replaces bias addition with its gradient. All engines of a process share the
 * registry, so each replacement checks which engine is active and leaves the others unchanged.
 */
export function registerNativeGradients(tf: Tf, backend: NativeBackend): void {
  if (registered.has(backend)) return
  registered.add(backend)
  for (const gradient of gradients) replaceGradient(tf, gradientOf(tf, backend, gradient))
  replaceBias(tf, backend)
  replaceGather(tf, backend)
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
      return {
        x: () =>
          execute(
            backend,
            op,
            takes.map((name) => values[name]),
          ),
      }
    },
  }
}

/** `a + b`, where `b` has one value per index of the last dimension of `a`, as biases do; everything else is unchanged. */
function replaceBias(tf: Tf, backend: NativeBackend): void {
  const gradient = tf.getGradient('Add')
  replaceGradient(tf, {
    ...gradient,
    gradFunc(dy, saved, attributes) {
      const before = gradient.gradFunc(dy, saved, attributes)
      const [a, b] = saved as [Tensor, Tensor]
      if (tf.getBackend() !== 'tensorflow' || !isBias(a, b)) return before
      // As rows: a convolution's gradient that includes the bias, as graphs would do, is slower than the two separately.
      return {
        a: () => tf.clone(dy as Tensor),
        b: () => execute(backend, 'BiasAddGrad', [tf.reshape(dy as Tensor, [-1, b.size])]),
      }
    },
  })
  replaceKernel(tf, 'Add', (before) => (args) => {
    const { a, b } = args.inputs as { a: Tensor; b: Tensor }
    return isBias(a, b) ? execute(backend, 'BiasAdd', [a, b]) : before(args)
  })
}

/** Without reading the indices back to check them, as tfjs-node does: the op checks them itself. */
function replaceGather(tf: Tf, backend: NativeBackend): void {
  const { TF_ATTR_INT: int, TF_ATTR_TYPE: type } = backend.binding
  replaceKernel(tf, 'GatherV2', (before) => (args) => {
    const { x, indices } = args.inputs as { x: Tensor; indices: Tensor }
    const { axis, batchDims } = args.attrs as unknown as { axis: number; batchDims: number }
    if (x.dtype !== 'float32' || indices.dtype !== 'int32' || axis !== 0 || batchDims !== 0) return before(args)
    return tf.tidy(() =>
      backend.executeSingleOutput(
        'GatherV2',
        [
          { name: 'batch_dims', type: int, value: 0 },
          ...['Tparams', 'Tindices', 'Taxis'].map((name, i) => ({
            name,
            type,
            value: i === 0 ? dataType.float32 : dataType.int32,
          })),
        ],
        [x, indices, tf.scalar(0, 'int32')],
      ),
    )
  })
}

function replaceKernel(tf: Tf, name: string, replace: (before: KernelFunc) => KernelFunc): void {
  const kernel = tf.getKernel(name, 'tensorflow')
  tf.unregisterKernel(name, 'tensorflow')
  tf.registerKernel({ ...kernel, kernelFunc: replace(kernel.kernelFunc) })
}

/** Kernels get plain records of shape and type; gradients get tensors. */
function isBias(a: Tensor, b: Tensor): boolean {
  return (
    a.shape.length > 1 &&
    b.shape.length === 1 &&
    a.shape.at(-1) === b.shape[0] &&
    a.dtype === 'float32' &&
    b.dtype === 'float32'
  )
}

function execute(backend: NativeBackend, op: string, inputs: readonly Tensor[]): Tensor {
  return backend.executeSingleOutput(
    op,
    [{ name: 'T', type: backend.binding.TF_ATTR_TYPE, value: dataType.float32 }],
    inputs,
  )
}

function replaceGradient(tf: Tf, config: GradConfig): void {
  tf.unregisterGradient(config.kernelName)
  tf.registerGradient(config)
}
