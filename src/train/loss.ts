import type { Tensor, Tf } from '../layers/forward.ts'

/**
 * Rows of class probabilities for sparse labels: 1 − ε on the right class, and ε spread evenly over all classes (Szegedy et
 * al., 2016; `label_smoothing` of torch.nn.functional.cross_entropy).
 */
export function smoothedTargets(labels: ArrayLike<number>, classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes)
  for (let row = 0; row < labels.length; row++) {
    const at = row * classes + (labels[row] ?? NaN)
    targets[at] = 1 - smoothing + smoothing / classes
  }
  return targets
}

/**
 * Mean over the batch of the cross-entropy, in nats, between rows of class probabilities that each sum to 1 and the softmax
 * of the logits, both [batch, classes]. The largest logit of a row is subtracted first, so no logit overflows. The gradient
 * is written by hand, (softmax − target) / batch, which saves half the operations of the derived one.
 */
export function softmaxCrossEntropy(tf: Tf, targets: Tensor, logits: Tensor): Tensor {
  const loss = tf.customGrad((given, save) => {
    const z = given as Tensor
    const batch = z.shape[0] ?? NaN
    const shifted = tf.sub(z, tf.max(z, 1, true))
    const exps = tf.exp(shifted)
    const sums = tf.sum(exps, 1, true)
    // Σ t (log Σ e^z − z) = log Σ e^z − Σ t z for targets that sum to 1.
    const value = tf.div(tf.sub(tf.sum(tf.log(sums)), tf.sum(tf.mul(targets, shifted))), batch)
    ;(save as (tensors: Tensor[]) => void)([tf.div(exps, sums), targets])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor =>
      tf.mul(tf.sub(saved[0] as Tensor, saved[1] as Tensor), tf.div(dy, batch))
    return { value, gradFunc }
  })
  return loss(logits)
}

/**
 * The same for rows of class probabilities that are multiplied by the weight of their row, so that each sums to its weight.
 * The sum is divided by the batch size, not by the sum of the weights: a batch with light rows takes a smaller step, and the
 * mean over batches is the weighted loss of all rows.
 */
export function weightedCrossEntropy(tf: Tf, targets: Tensor, logits: Tensor): Tensor {
  const loss = tf.customGrad((given, save) => {
    const z = given as Tensor
    const batch = z.shape[0] ?? NaN
    const weights = tf.sum(targets, 1, true)
    const shifted = tf.sub(z, tf.max(z, 1, true))
    const exps = tf.exp(shifted)
    const sums = tf.sum(exps, 1, true)
    const value = tf.div(tf.sub(tf.sum(tf.mul(weights, tf.log(sums))), tf.sum(tf.mul(targets, shifted))), batch)
    ;(save as (tensors: Tensor[]) => void)([tf.mul(weights, tf.div(exps, sums)), targets])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor =>
      tf.mul(tf.sub(saved[0] as Tensor, saved[1] as Tensor), tf.div(dy, batch))
    return { value, gradFunc }
  })
  return loss(logits)
}

/**
 * Mean over all outputs of the binary cross-entropy, in nats, between labels of 0 and 1 (or values between) and the sigmoid
 * of the logits, both [batch, labels]; `torch.nn.functional.binary_cross_entropy_with_logits`. No logit overflows. The
 * gradient is (sigmoid − target) / outputs.
 */
export function sigmoidCrossEntropy(tf: Tf, targets: Tensor, logits: Tensor): Tensor {
  const loss = tf.customGrad((given, save) => {
    const z = given as Tensor
    // log(1 + e^z) − t z = max(z, 0) − t z + log(1 + e^−|z|)
    const sizes = tf.add(1, tf.exp(tf.neg(tf.abs(z))))
    const value = tf.mean(tf.add(tf.sub(tf.relu(z), tf.mul(z, targets)), tf.log(sizes)))
    ;(save as (tensors: Tensor[]) => void)([tf.sub(tf.sigmoid(z), targets)])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => tf.mul(saved[0] as Tensor, tf.div(dy, z.size))
    return { value, gradFunc }
  })
  return loss(logits)
}

/**
 * The same where a label that applies counts `weights` times as much, one factor for each label; `pos_weight` of
 * `torch.nn.BCEWithLogitsLoss`. The sum is divided by the number of outputs, not by that of the weights. The gradient is
 * ((1 + (weight − 1) target) sigmoid − weight × target) / outputs.
 */
export function weightedSigmoidCrossEntropy(tf: Tf, targets: Tensor, logits: Tensor, weights: Tensor): Tensor {
  const loss = tf.customGrad((given, save) => {
    const z = given as Tensor
    const gained = tf.mul(targets, weights)
    // (1 − t) log(1 + e^z) + w t log(1 + e^−z) = (1 − t) z + (1 − t + w t) (max(−z, 0) + log(1 + e^−|z|))
    const rest = tf.sub(1, targets)
    const factors = tf.add(rest, gained)
    const sizes = tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(z)))))
    const value = tf.mean(tf.add(tf.mul(rest, z), tf.mul(factors, tf.add(tf.relu(tf.neg(z)), sizes))))
    ;(save as (tensors: Tensor[]) => void)([tf.sub(tf.mul(factors, tf.sigmoid(z)), gained)])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => tf.mul(saved[0] as Tensor, tf.div(dy, z.size))
    return { value, gradFunc }
  })
  return loss(logits)
}

/** Mean over all outputs of the squared error; both [batch, outputs]. */
export function meanSquaredError(tf: Tf, targets: Tensor, outputs: Tensor): Tensor {
  return tf.mean(tf.squaredDifference(outputs, targets))
}
