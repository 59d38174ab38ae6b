import { type LayerFunction, stateless, type Tf } from './forward.ts'

/** [batch, ...sizes] → [batch, product of sizes], row-major. */
export function flatten(tf: Tf): LayerFunction {
  return stateless((x) => tf.reshape(x, [x.shape[0] ?? 0, x.shape.slice(1).reduce((product, size) => product * size, 1)]))
}
