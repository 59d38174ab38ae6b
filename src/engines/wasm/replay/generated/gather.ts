import { advance, constant, copied, get, integers, overFloats, repeated, set } from '../../../../base/wasm-assembler.ts'
import { sizeOf } from '../backend.ts'
import type { KernelCall } from '../recording.ts'
import type { Generated } from './definition.ts'

const [number, target, source, count, vectors] = [0, 1, 2, 3, 4]

/**
 * Rows of a table by their numbers, as an embedding looks them up. The backend's kernel computes the place of every element
 * anew. Like it, this one stops at a number that the table does not have.
 */
export function gather({ name, inputs, attributes, outputs }: KernelCall): Generated | null {
  const { x, indices } = inputs
  const [out] = outputs
  const plain = Number(attributes?.['axis']) === 0 && Number(attributes?.['batchDims'] ?? 0) === 0
  if (name !== 'GatherV2' || !plain || !x || !indices || !out || x.dtype !== 'float32' || indices.dtype !== 'int32')
    return null
  const [rows = 0, width] = [x.shape[0], sizeOf(x.shape.slice(1))]
  const numbers = sizeOf(indices.shape)
  if (rows * width * numbers === 0) return null
  return {
    reads: [x, indices],
    out,
    wasm: {
      scratch: 0,
      code: (name, address) => ({
        name,
        parameters: 0,
        locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
        body: [
          ...[...constant(address(indices)), ...set(number), ...constant(address(out)), ...set(target)],
          ...repeated(count, numbers, [
            ...[...get(number), ...integers.load(0), ...set(source)],
            ...integers.stopUnlessBelow(source, rows),
            ...[...get(source), ...constant(4 * width), ...integers.multiply, ...constant(address(x)), ...integers.add],
            ...set(source),
            ...overFloats(vectors, width, (lanes) => copied(target, source, lanes)),
            ...advance(number, constant(4)),
          ]),
        ],
      }),
    },
    instruction: (address) => ({
      kind: 'gather',
      numbers: [rows, width, numbers, address(x), address(indices), address(out)],
    }),
  }
}
