import type { GradSaveFunc } from '@tensorflow/tfjs-core'
import { dataType, type NativeBackend } from '../graph/binding.ts'
import type { FusedOps, Tensor, Tf } from '../../../layers/forward.ts'

/** Operations that TensorFlow has together with their gradients. */
export function fusedOps(tf: Tf, backend: NativeBackend): FusedOps {
  return {
    softmaxCrossEntropy: (targets, logits) => softmaxCrossEntropy(tf, backend, targets, logits),
    batchNormalization: (x, gamma, beta, epsilon) => batchNormalization(tf, backend, x, gamma, beta, epsilon),
  }
}

function softmaxCrossEntropy(tf: Tf, backend: NativeBackend, targets: Tensor, logits: Tensor): Tensor {
  const float = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: dataType.float32 }
  const share = 1 / (logits.shape[0] ?? 1)
  const [losses, slope] = backend.executeMultipleOutputs('SoftmaxCrossEntropyWithLogits', [float], [logits, targets], 2) as [
    Tensor,
    Tensor,
  ]
  const loss = tf.customGrad((...args) => {
    const save = args[1] as unknown as GradSaveFunc
    save([slope])
    const gradFunc = (dy: Tensor, [saved]: Tensor[]): Tensor => tf.mul(saved as Tensor, tf.mul(dy, share))
    return { value: tf.mul(tf.sum(losses), share), gradFunc }
  })
  return loss(logits)
}

function batchNormalization(
  tf: Tf,
  backend: NativeBackend,
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
): ReturnType<FusedOps['batchNormalization']> {
  const features = gamma.size
  const examples = x.size / features
  const images = x.rank === 4 ? x : tf.reshape(x, [examples, 1, 1, features])
  const attributes = batchNormAttributes(backend, epsilon)
  const none = tf.tensor1d([])
  const [y, mean, variance, ...reserve] = backend.executeMultipleOutputs(
    'FusedBatchNormV3',
    [...attributes, { name: 'exponential_avg_factor', type: backend.binding.TF_ATTR_FLOAT, value: 1 }],
    [images, gamma, beta, none, none],
    6,
  ) as [Tensor, Tensor, ...Tensor[]]
  const apply = tf.customGrad((...args) => {
    const save = args[3] as unknown as GradSaveFunc
    save([images, gamma, ...reserve])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] =>
      backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3)
    return { value: y, gradFunc }
  })
  const outputs = apply(images, gamma, beta)
  // The op returns the sample variance: divided by the number of values minus one.
  const biased = tf.mul(variance as Tensor, Math.max(examples - 1, 1) / examples)
  return { outputs: x.rank === 4 ? outputs : tf.reshape(outputs, x.shape), mean, variance: biased }
}

function batchNormAttributes({ binding }: NativeBackend, epsilon: number) {
  return [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: dataType.float32 },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: dataType.float32 },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ]
}
