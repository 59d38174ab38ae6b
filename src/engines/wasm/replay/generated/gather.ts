import {
  advance,
  type Code,
  constant,
  fourLanes,
  get,
  integers,
  oneLane,
  repeat,
  set,
} from '../../../../base/wasm-assembler.ts'
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
  const whole = Math.floor(width / 4)
  const copied = (lanes: typeof fourLanes): Code => [
    ...[...get(target), ...get(source), ...lanes.load(0), ...lanes.store(0)],
    ...[...advance(target, constant(lanes.bytes)), ...advance(source, constant(lanes.bytes))],
  ]
  return {
    reads: [x, indices],
    out,
    scratch: 0,
    code: (name, address) => ({
      name,
      parameters: 0,
      locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
      body: [
        ...[...constant(address(indices)), ...set(number), ...constant(address(out)), ...set(target)],
        ...[...constant(numbers), ...set(count)],
        ...repeat(count, [
          ...[...get(number), ...integers.load(0), ...set(source)],
          ...integers.stopUnlessBelow(source, rows),
          ...[...get(source), ...constant(4 * width), ...integers.multiply, ...constant(address(x)), ...integers.add],
          ...set(source),
          ...(whole === 0 ? [] : [...constant(whole), ...set(vectors), ...repeat(vectors, copied(fourLanes))]),
          ...Array.from({ length: width - 4 * whole }, () => copied(oneLane)).flat(),
          ...advance(number, constant(4)),
        ]),
      ],
    }),
  }
}
