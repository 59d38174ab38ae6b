// Runs of repeated values in pages, which the library believes.
import type { PageHeader } from 'hyparquet'

/** The largest levels of a column: 0 and at most 1 if it is not nested. */
export interface Levels {
  readonly repetition: number
  readonly definition: number
}

/**
 * Rejects runs of a page that repeat a value more often than the page has values, and places beyond the end of the
 * dictionary: the library would make them missing values, or zeros.
 */
export function requireRuns(page: Uint8Array, header: PageHeader, { repetition, definition }: Levels, words: number): void {
  const { data_page_header: v1, data_page_header_v2: v2 } = header
  const data = v1 ?? v2
  if (!data) return
  let at = 0
  if (v1 && repetition > 0) at = prefixedRuns(page, at, v1.num_values, repetition)
  if (v1 && definition > 0) at = prefixedRuns(page, at, v1.num_values, definition)
  if (data.encoding === 'RLE') prefixedRuns(page, at, data.num_values, 1)
  else if (data.encoding.endsWith('_DICTIONARY'))
    requireShortRuns(page.subarray(at + 1), page[at] ?? 0, data.num_values, words)
}

/** Runs of values from 0 to the largest one, behind their length; returns where they end. */
function prefixedRuns(page: Uint8Array, at: number, count: number, largest: number): number {
  const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true)
  const end = at + 4 + length
  if (end > page.length) throw new Error('a page is cut short')
  requireShortRuns(page.subarray(at + 4, end), widthOf(largest), count, largest + 1)
  return end
}

/** Levels of the second kind of pages lie before the values and are never compressed; the values need not be. */
export function requireLevels(
  content: Uint8Array,
  header: PageHeader,
  { repetition, definition }: Levels,
  words: number,
): void {
  const page = header.data_page_header_v2
  if (!page) return
  const { repetition_levels_byte_length: before, definition_levels_byte_length: length, num_nulls, num_values } = page
  const isWithin = before >= 0 && length >= 0 && before + length <= content.length
  const isSound = isWithin && num_nulls >= 0 && num_nulls <= num_values && (before === 0 || repetition > 0)
  const hasRows = repetition > 0 ? page.num_rows <= num_values : page.num_rows === num_values
  if (!isSound || !hasRows) throw new Error('a page has impossible levels')
  const end = before + length
  if (before > 0) requireShortRuns(content.subarray(0, before), widthOf(repetition), num_values, repetition + 1)
  if (length > 0) requireShortRuns(content.subarray(before, end), widthOf(definition), num_values, definition + 1)
  if (page.is_compressed === false) requireRuns(content.subarray(end), header, flat, words)
}

/** Levels lie elsewhere, or there are none. */
const flat: Levels = { repetition: 0, definition: 0 }
/** Bits for a value from 0 to the largest one. */
const widthOf = (largest: number): number => Math.ceil(Math.log2(largest + 1))
/** No table within the limits has a dictionary whose places need more bits. */
const mostBits = 24

/**
 * Rejects runs, and packed groups of eight, that together repeat more than `count` values. Missing values have none, so they
 * may end before.
 *
 * @param below more than the largest value that is allowed
 */
function requireShortRuns(bytes: Uint8Array, width: number, count: number, below = Infinity): void {
  if (width > mostBits) throw new Error(`a page has values of ${width} bits`)
  for (let at = 0, seen = 0; seen < count && at < bytes.length; ) {
    let [head, shift] = [0, 0]
    for (let next = 128; next >= 128; shift += 7) {
      const found = bytes[at++]
      if (found === undefined || shift > 28) throw new Error('a page has runs that are cut short')
      next = found
      head += (next & 127) * 2 ** shift
    }
    const packed = head % 2 === 1
    const size = Math.floor(head / 2)
    const end = at + (packed ? size * width : Math.ceil(width / 8))
    const values = packed ? Math.min(8 * size, count - seen) : 1
    if (
      below < Infinity &&
      (!packed || 2 ** width > below) &&
      largestOf(bytes.subarray(at, end), packed ? width : 8 * (end - at), values) >= below
    ) {
      throw new Error('a page has a level, or a place in its dictionary, that does not exist')
    }
    seen += packed ? 8 * size : size
    at = end
    // The last group may be padded, and some writers state whole groups for the bytes that are left.
    if (seen > count + (packed ? 512 : 0)) throw new Error('a page repeats a value too often')
  }
}

/**
 * The largest of the first `count` values of so many bits each, the lowest bits first. Values that are cut off count as 0.
 */
function largestOf(bytes: Uint8Array, width: number, count: number): number {
  const mask = 2 ** width - 1
  let [largest, buffer, bits, at] = [0, 0, 0, 0]
  for (let i = 0; i < count; i++) {
    for (; bits < width; bits += 8) buffer |= (bytes[at++] ?? 0) << bits
    largest = Math.max(largest, buffer & mask)
    buffer >>>= width
    bits -= width
  }
  return largest
}
