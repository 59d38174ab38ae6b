import type { Tf } from '../layers/forward.ts'

/** `tf.tidy` for any result: its own type accepts tensors in arrays and plain records, but not in interfaces. */
export function tidy<T>(tf: Tf, run: () => T): T {
  return tf.tidy(run as () => never) as T
}
