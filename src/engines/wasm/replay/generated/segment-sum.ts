import {
  advance,
  type Code,
  constant,
  get,
  integers,
  type Lanes,
  overFloats,
  repeated,
  set,
} from '../../../../base/wasm-assembler.ts'
import { sizeOf } from '../backend.ts'
import type { KernelCall } from '../recording.ts'
import type { Generated } from './definition.ts'

const [number, target, source, count, vectors] = [0, 1, 2, 3, 4]

/** Adds rows that share a segment, in order: the gradient of a lookup. Rows of no segment are left out, as in the kernel. */
export function segmentSum({ name, inputs, attributes, outputs }: KernelCall): Generated | null {
  const { x, segmentIds } = inputs
  const [out] = outputs
  const segments = Number(attributes?.['numSegments'])
  if (name !== 'UnsortedSegmentSum' || !x || !segmentIds || !out) return null
  const rows = sizeOf(segmentIds.shape)
  const width = sizeOf(out.shape) / segments
  const plain = x.dtype === 'float32' && segmentIds.dtype === 'int32' && sizeOf(x.shape) === rows * width
  if (!plain || !(rows * width * segments > 0)) return null
  const added = (lanes: Lanes): Code => [
    ...[...get(target), ...get(target), ...lanes.load(0), ...get(source), ...lanes.load(0), ...lanes.add, ...lanes.store(0)],
    ...[...advance(target, constant(lanes.bytes)), ...advance(source, constant(lanes.bytes))],
  ]
  return {
    reads: [x, segmentIds],
    out,
    wasm: {
      scratch: 0,
      code: (name, address) => ({
        name,
        parameters: 0,
        locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
        body: [
          ...integers.zeros(address(out), 4 * segments * width),
          ...[...constant(address(segmentIds)), ...set(number)],
          ...repeated(count, rows, [
            ...[...get(number), ...integers.load(0), ...set(target)],
            ...integers.ifBelow(target, segments, [
              // The row has the number of the segment's place.
              ...[
                ...get(number),
                ...constant(address(segmentIds)),
                ...integers.subtract,
                ...constant(width),
                ...integers.multiply,
              ],
              ...[...constant(address(x)), ...integers.add, ...set(source)],
              ...[...get(target), ...constant(4 * width), ...integers.multiply, ...constant(address(out)), ...integers.add],
              ...set(target),
              ...overFloats(vectors, width, added),
            ]),
            ...advance(number, constant(4)),
          ]),
        ],
      }),
    },
    instruction: (address) => ({
      kind: 'sum_segments',
      numbers: [rows, width, segments, address(x), address(segmentIds), address(out)],
    }),
  }
}
