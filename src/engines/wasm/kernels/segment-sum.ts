import { floats, type KernelBuilder, opened, shaped } from './heap.ts'

/**
 * Adds rows that share a segment: out[s] = Σ x[i] over segmentIds[i] = s. It is the gradient of a lookup (embedding).
 * Rows are added in their order, so the sum is the same in every run. Negative ids are left out, as TensorFlow does.
 */
export const unsortedSegmentSum: KernelBuilder = () => (call) => {
  const { heap, inputs: { x, segmentIds }, attributes } = opened<'x' | 'segmentIds', { numSegments: number }>(call)
  const { numSegments } = attributes
  const shape = [numSegments, ...x.shape.slice(1)]
  const out = heap.makeOutput(shape, 'float32')
  const ids = heap.typedArrayFromHeap(segmentIds)
  addRows(floats(heap, x), ids, floats(heap, out).fill(0), numSegments)
  return shaped(out, shape)
}

function addRows(rows: Float32Array, ids: ArrayLike<number>, sums: Float32Array, segments: number): void {
  const width = segments === 0 ? 0 : sums.length / segments
  for (let row = 0; row < ids.length; row++) {
    const segment = ids[row] as number
    if (segment < 0 || segment >= segments) continue
    for (let i = 0, from = row * width, to = segment * width; i < width; i++, from++, to++) {
      sums[to] = (sums[to] as number) + (rows[from] as number)
    }
  }
}
