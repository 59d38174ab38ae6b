import { sizeOf } from '../backend.ts'
import type { KernelCall } from '../recording.ts'
import type { Generated } from './definition.ts'

/** Shares over the last dimension. */
export function softmax({ name, inputs, attributes, outputs }: KernelCall): Generated | null {
  const { logits } = inputs
  const [out] = outputs
  const width = logits?.shape.at(-1) ?? 0
  if (name !== 'Softmax' || !logits || !out || logits.dtype !== 'float32' || sizeOf(logits.shape) === 0) return null
  if (Number(attributes?.['dim']) !== logits.shape.length - 1) return null
  return {
    reads: [logits],
    out,
    instruction: (address) => ({
      kind: 'softmax',
      numbers: [sizeOf(logits.shape) / width, width, address(logits), address(out)],
    }),
  }
}
