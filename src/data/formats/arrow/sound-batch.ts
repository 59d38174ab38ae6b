import { isUtf8 } from 'node:buffer'
import { Column, Type, type Batch } from '@uwdata/flechette'

/** Texts of at most this many bytes lie in their views. */
const mostInView = 12
const viewBytes = 16

/**
 * Rejects a part of a column that contradicts itself: the library would cut or replace texts, or take values for missing
 * ones.
 *
 * @throws Error with the reason
 */
export function requireSoundBatch(batch: Batch<unknown>): void {
  requireNulls(batch)
  const { type, values, length } = batch
  const dictionary: unknown = 'dictionary' in batch ? batch.dictionary : undefined
  if (dictionary instanceof Column) return dictionary.data.forEach(requireSoundBatch)
  if (type.typeId === Type.List || type.typeId === Type.LargeList) return requireLists(batch)
  if (!(values instanceof Uint8Array)) return
  const { typeId } = type
  if ((typeId === Type.Utf8 || typeId === Type.LargeUtf8) && 'offsets' in batch) {
    requireOffsets(batch.offsets as ArrayLike<number | bigint>, values, length)
  } else if (typeId === Type.Utf8View && 'data' in batch) requireViews(values, batch.data as readonly Uint8Array[], length)
}

/** Lists lie one behind the other in the values of their only child. */
function requireLists(batch: Batch<unknown>): void {
  const { length } = batch
  const [child] = 'children' in batch ? (batch.children as readonly Batch<unknown>[]) : []
  const offsets = 'offsets' in batch ? (batch.offsets as ArrayLike<number | bigint>) : []
  if (!child) throw new Error('a column of lists has no values')
  requireSoundBatch(child)
  let last = Number(offsets[0] ?? 0)
  for (let i = 1; i <= length; i++) {
    const next = Number(offsets[i] ?? NaN)
    if (!(next >= last && last >= 0)) throw new Error('the lists of a column overlap')
    last = next
  }
  if (last > child.length) throw new Error('a list lies outside of its values')
}

/** As many values are missing as stated. Without a bitmap, none is. */
function requireNulls({ validity, length, nullCount, type }: Batch<unknown>): void {
  if (type.typeId === Type.Null) return
  const bitmap = validity as Uint8Array | undefined
  let missing = 0
  if (bitmap && bitmap.length > 0) {
    for (let i = 0; i < length; i++) if ((((bitmap[i >> 3] ?? 0) >> (i & 7)) & 1) === 0) missing++
  }
  if (missing !== nullCount) throw new Error(`a column has ${missing} missing values and states ${nullCount}`)
}

/** Texts lie one behind the other. */
function requireOffsets(offsets: ArrayLike<number | bigint>, values: Uint8Array, length: number): void {
  const first = Number(offsets[0] ?? 0)
  let last = first
  for (let i = 1; i <= length; i++) {
    const next = Number(offsets[i] ?? NaN)
    if (!(next >= last)) throw new Error('the texts of a column overlap')
    // A character that is cut begins with a byte that only continues one.
    if (next < values.length && ((values[next] ?? 0) & 0xc0) === 0x80) throw new Error('a text ends within a character')
    last = next
  }
  if (last > values.length || !isUtf8(values.subarray(first, last))) throw new Error('a text is not UTF-8')
}

/** Each text has a view: its length, and either itself or its beginning and its place in a buffer. */
function requireViews(views: Uint8Array, buffers: readonly Uint8Array[], length: number): void {
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength)
  for (let i = 0; i < length; i++) {
    const at = viewBytes * i
    const size = view.getInt32(at, true)
    const isInView = size <= mostInView
    const buffer = isInView ? views : buffers[view.getInt32(at + 8, true)]
    const start = isInView ? at + 4 : view.getInt32(at + 12, true)
    if (!buffer || size < 0 || start < 0 || start + size > buffer.length)
      throw new Error('a text lies outside of its buffer')
    if (!isUtf8(buffer.subarray(start, start + size))) throw new Error('a text is not UTF-8')
  }
}
