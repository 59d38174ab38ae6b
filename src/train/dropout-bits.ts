import {
  advance,
  type Code,
  constant,
  fourLanes,
  get,
  instantiate,
  integerLanes,
  masks,
  memoryOf,
  repeat,
  set,
  type WasmFunction,
} from '../base/wasm-assembler.ts'

/** 1 for each counter whose 32 bits are at least `threshold`, else 0; the counters are the places in `bits`. */
type Fill = (bits: Uint8Array, first: number, second: number, threshold: number) => void

const [weyl, halfMultiplier, multiplier] = [0x9e3779b9 | 0, 0x7feb352d, 0x846ca68b | 0]
const least = 0x1_0000_0000

/**
 * The hash of `counterBits`, one counter after another. A training step draws more of these than it has weights, so both
 * forms are written for speed; a test compares them.
 */
export const fillOneByOne: Fill = (bits, first, second, threshold) => fillFrom(bits, 0, first, second, threshold)

function fillFrom(bits: Uint8Array, from: number, first: number, second: number, threshold: number): void {
  if (threshold >= least) return void bits.fill(0, from)
  // Numbers without a sign compare like those with one whose highest bit is flipped.
  const limit = threshold ^ 0x80000000
  let counter = (Math.imul(from, weyl) + first) | 0
  for (let i = from; i < bits.length; i++) {
    let x = Math.imul(counter ^ (counter >>> 16), halfMultiplier)
    x = Math.imul(x ^ (x >>> 15), multiplier)
    x = x ^ (x >>> 16) ^ second
    x = Math.imul(x ^ (x >>> 16), halfMultiplier)
    x = Math.imul(x ^ (x >>> 15), multiplier)
    bits[i] = (x ^ (x >>> 16) ^ 0x80000000) >= limit ? 1 : 0
    counter = (counter + weyl) | 0
  }
}

/** Bytes of one round: four vectors of four counters. */
const block = 16
const pages = 1
const mostBytes = pages * 65_536

/** The same, sixteen counters at a time; null on a machine without four lanes. */
export function fillByLanes(): Fill | null {
  const memory = memoryOf(pages)
  let fill: ((...numbers: number[]) => void) | undefined
  try {
    fill = instantiate(memory, [fillFunction])[fillFunction.name]
  } catch {
    // V8 has no lanes on processors older than SSE4.1.
  }
  const lanes = fill
  if (!lanes) return null
  const bytes = new Uint8Array(memory.buffer)
  return (bits, first, second, threshold) => {
    const whole = threshold >= least ? 0 : bits.length - (bits.length % block)
    for (let start = 0; start < whole; start += mostBytes) {
      const length = Math.min(mostBytes, whole - start)
      lanes(0, length / block, (Math.imul(start, weyl) + first) | 0, second | 0, threshold | 0)
      bits.set(bytes.subarray(0, length), start)
    }
    fillFrom(bits, whole, first, second, threshold)
  }
}

let fastest: Fill | undefined
/** The faster of the two. */
export const fillBits: Fill = (...given) => (fastest ??= fillByLanes() ?? fillOneByOne)(...given)

/** Numbers of the parameters and locals. */
const local = {
  address: 0,
  blocks: 1,
  counter: 2,
  second: 3,
  threshold: 4,
  x: 5,
  low: 6,
  seconds: 7,
  thresholds: 8,
} as const

const shifted = (bits: number): Code => [
  ...get(local.x),
  ...get(local.x),
  ...constant(bits),
  ...integerLanes.shiftRight,
  ...integerLanes.xor,
]
const times = (factor: number): Code => [
  ...constant(factor),
  ...integerLanes.splat,
  ...integerLanes.multiply,
  ...set(local.x),
]
const mixed: Code = [...shifted(16), ...times(halfMultiplier), ...shifted(15), ...times(multiplier), ...shifted(16)]

/** All bits in each lane of the vector at `place` in the block whose counter is kept, else none; left on the stack. */
const vector = (place: number): Code => [
  ...get(local.counter),
  ...integerLanes.splat,
  ...integerLanes.constant(Int32Array.from({ length: 4 }, (_, lane) => Math.imul(4 * place + lane, weyl))),
  ...integerLanes.add,
  ...set(local.x),
  ...mixed,
  ...get(local.seconds),
  ...integerLanes.xor,
  ...set(local.x),
  ...mixed,
  ...get(local.thresholds),
  ...integerLanes.atLeast,
]
const eight = (place: number): Code => [...vector(place), ...vector(place + 1), ...integerLanes.toEight]
const ones = integerLanes.constant(new Int32Array(4).fill(0x01010101))

const fillFunction: WasmFunction = {
  name: 'fill',
  parameters: 5,
  locals: ['v128', 'v128', 'v128', 'v128'],
  body: [
    ...get(local.second),
    ...integerLanes.splat,
    ...set(local.seconds),
    ...get(local.threshold),
    ...integerLanes.splat,
    ...set(local.thresholds),
    ...repeat(local.blocks, [
      ...eight(0),
      ...set(local.low),
      ...get(local.address),
      ...get(local.low),
      ...eight(2),
      ...integerLanes.toSixteen,
      ...ones,
      ...masks.and,
      ...fourLanes.store(0),
      ...advance(local.address, constant(block)),
      ...advance(local.counter, constant(Math.imul(block, weyl))),
    ]),
  ],
}
