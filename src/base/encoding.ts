import { isUtf8 } from 'node:buffer'

/** How much of a file is looked at for the encoding of its text. */
const sampleBytes = 1024

/**
 * What a file is instead of UTF-8 text, with what to do about it; null if it is UTF-8. Text in UTF-16 without a byte order
 * mark is valid UTF-8 in which every other byte is zero.
 */
export function otherThanUtf8(bytes: Uint8Array): string | null {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || hasZeros(bytes)) {
    return 'it looks like UTF-16: save it as UTF-8'
  }
  if (isUtf8(bytes)) return null
  if (first === 0x1f && second === 0x8b) return 'it looks like gzip: name it .gz'
  if (first === 0x50 && second === 0x4b) return 'it looks like a zip archive or a spreadsheet: save it as CSV'
  return 'save it as UTF-8'
}

/** Whether most bytes at even or at odd places are zero, as in UTF-16 of Latin letters. */
function hasZeros(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, sampleBytes)
  const zeros = [0, 0]
  sample.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1
  })
  const [even = 0, odd = 0] = zeros
  return Math.min(even, odd) === 0 && Math.max(even, odd) > sample.length / 4
}
