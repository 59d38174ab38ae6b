import { fail } from '../problems.ts'
import type { Source } from '../source.ts'
import type { Line } from '../text.ts'
import type { FormatDefinition } from './definition.ts'
import { openRows } from './jsonl.ts'

/** One JSON array of rows. The items are found and parsed one at a time, so that a large file takes little memory. */
export const jsonArray: FormatDefinition = {
  name: 'json-array',
  endings: ['json'],
  summary: 'A JSON array of objects, all with the same keys, or of arrays. `null` is a missing value.',
  isText: true,
  open: (source) => openRows(source, itemsOf),
}

const code = (sign: string): number => sign.charCodeAt(0)
const [quote, backslash, comma, feed] = [code('"'), code('\\'), code(','), 10]
const opening: readonly number[] = [code('['), code('{')]
const closing: readonly number[] = [code(']'), code('}')]

/** The items of the array, each with the line where it begins. The caller parses and checks them. */
function* itemsOf(source: Source): Generator<Line> {
  const { bytes, limits } = source
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  let [line, depth, start, itemLine] = [1, 0, -1, 1]
  let isEmpty = true
  for (let i = mark; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === feed) line++
    if (byte <= 32) continue
    if (depth === 0) {
      if (byte !== opening[0] || start >= 0) notAnArray(source, line, byte)
      depth = 1
      start = i + 1
      continue
    }
    const ends = depth === 1 && (byte === comma || byte === closing[0])
    if (ends) {
      if (!isEmpty) yield { text: bytes.toString('utf8', start, i).trim(), line: itemLine }
      else if (byte === comma) fail({ ...broken(source, line), message: 'an item of the array is missing' })
      start = i + 1
      isEmpty = true
    } else if (isEmpty) {
      itemLine = line
      isEmpty = false
    }
    if (i - start > limits.record) fail({ ...broken(source, itemLine), message: 'a row is too long' })
    if (byte === quote) i = endOfString(bytes, i)
    else if (opening.includes(byte)) depth++
    else if (closing.includes(byte)) depth--
  }
  if (depth > 0) fail({ ...broken(source, line), message: 'the array does not end' })
}

const broken = ({ file }: Source, line: number) => ({ code: 'data/json', at: { file, line, column: 1 } })

function notAnArray(source: Source, line: number, byte: number): never {
  const isObject = byte === opening[1]
  return fail({
    ...broken(source, line),
    message: `${source.file} is not one JSON array of rows`,
    found: isObject ? 'an object' : 'something else',
    hint: "write an array of rows, as df.to_json(path, orient='records') does, or name a file with one row per line .jsonl",
  })
}

/** Offset of the quote that closes a string; the end if there is none. */
function endOfString(bytes: Buffer, start: number): number {
  for (let from = start + 1; ; ) {
    const end = bytes.indexOf(quote, from)
    if (end < 0) return bytes.length
    let slashes = 0
    while (bytes[end - 1 - slashes] === backslash) slashes++
    if (slashes % 2 === 0) return end
    from = end + 1
  }
}
