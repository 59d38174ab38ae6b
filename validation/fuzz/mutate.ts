import type { Stream } from '../../src/base/random.ts'

/** Bytes that mean something to one parser or another. */
const telling = [
  '"',
  ',',
  ';',
  '\t',
  '\r',
  '\n',
  '\0',
  '\\',
  '[',
  ']',
  '{',
  '}',
  ':',
  '- ',
  '#',
  '&a ',
  '*a',
  '!x ',
  '<<: ',
  '|',
  '>',
  "'",
  '/tune ',
  '=',
  'null',
  'true',
  'NaN',
  '-Infinity',
  '__proto__',
  'constructor',
  '\u00e9',
  '\u2028',
  '\u202e',
  '\ud83d\ude00',
  '\ufeff',
  '\u0000',
]
const numbers = [
  '0',
  '-0',
  '-1',
  '1e308',
  '-1e309',
  '5e-324',
  '9007199254740993',
  '4294967296',
  '2147483648',
  '0x10',
  '1_000',
  '1e',
  '.',
  '٣',
]

type Mutate = (bytes: Buffer, random: Stream, other: Buffer) => Buffer

const place = (bytes: Buffer, random: Stream): number => random.integer(bytes.length + 1)
const pick = <T>(items: readonly T[], random: Stream): T => items[random.integer(items.length)] as T

function put(bytes: Buffer, from: number, to: number, text: string | Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(text as string), bytes.subarray(to)])
}

const mutators: readonly Mutate[] = [
  function flipBits(bytes, random) {
    const copy = Buffer.from(bytes)
    for (let i = random.integer(4); i >= 0 && copy.length > 0; i--) {
      const at = random.integer(copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(8))
    }
    return copy
  },
  function setBytes(bytes, random) {
    const copy = Buffer.from(bytes)
    for (let i = random.integer(4); i >= 0 && copy.length > 0; i--) copy[random.integer(copy.length)] = random.integer(256)
    return copy
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, place(bytes, random))
  },
  function remove(bytes, random) {
    const from = place(bytes, random)
    return put(bytes, from, from + random.integer(40), '')
  },
  function insert(bytes, random) {
    const at = place(bytes, random)
    return put(bytes, at, at + random.integer(3), pick(telling, random))
  },
  function splice(bytes, random, other) {
    const from = place(other, random)
    const at = place(bytes, random)
    return put(bytes, at, at + random.integer(60), other.subarray(from, from + random.integer(200)))
  },
  function repeat(bytes, random) {
    const from = place(bytes, random)
    const part = bytes.subarray(from, from + 1 + random.integer(30))
    return put(bytes, from, from, Buffer.concat(Array.from({ length: 1 + random.integer(50) }, () => part)))
  },
  function swapTokens(bytes, random) {
    const parts = bytes.toString('latin1').split(/([\s,:;"'[\]{}=]+)/)
    const [i, j] = [random.integer(parts.length), random.integer(parts.length)]
    const kept = parts[i] ?? ''
    parts[i] = parts[j] ?? ''
    parts[j] = kept
    return Buffer.from(parts.join(''), 'latin1')
  },
  function changeNumber(bytes, random) {
    const text = bytes.toString('latin1')
    const found = [...text.matchAll(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi)]
    if (found.length === 0) return bytes
    const match = pick(found, random)
    return put(bytes, match.index, match.index + match[0].length, pick(numbers, random))
  },
  function changeWord(bytes, random) {
    const found = [...bytes.toString('latin1').matchAll(/[a-z]\w+/gi)]
    if (found.length === 0) return bytes
    const [match, by] = [pick(found, random), pick([...found.map((m) => m[0]), ...telling], random)]
    return put(bytes, match.index, match.index + match[0].length, by)
  },
  function nest(bytes, random) {
    const [open, close] = pick(
      [
        ['[', ']'],
        ['{"a":', '}'],
        ['{"residual":{"layers":[', ']}}'],
        ['- ', ''],
        ['(', ')'],
      ] as const,
      random,
    )
    const deep = pick([3, 40, 500, 20_000], random)
    const at = place(bytes, random)
    return put(bytes, at, at, `${open.repeat(deep)}1${close.repeat(deep)}`)
  },
  function noise(_, random) {
    return Buffer.from(Array.from({ length: random.integer(300) }, () => random.integer(256)))
  },
]

/** One to four changes in a row; the same stream makes the same bytes. */
export function mutated(original: Buffer, other: Buffer, random: Stream): Buffer {
  let bytes = original
  for (let i = Math.min(random.integer(4), random.integer(4)); i >= 0; i--)
    bytes = pick(mutators, random)(bytes, random, other)
  return bytes
}
