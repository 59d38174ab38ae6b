/**
 * A minimal WebAssembly assembler for numeric loops: it turns instructions into the bytes of a module (W3C, "WebAssembly
 * core specification", 2.0, chapter 5). Loops are generated with every block unrolled, which a fixed binary could not offer,
 * and nothing has to be compiled beforehand.
 */
export type Code = readonly number[]

export type ValueType = 'i32' | 'f32' | 'f64' | 'v128'
const typeBytes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** A function with `parameters` i32 parameters and no result; locals are numbered after the parameters. */
export interface WasmFunction {
  readonly name: string
  readonly parameters: number
  readonly locals: readonly ValueType[]
  readonly body: Code
}

/** The memory that functions work on; structurally a WebAssembly.Memory. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike
}

type Exports = Readonly<Record<string, (...numbers: readonly number[]) => void>>
// TypeScript has these only in the browser's library; Node has them, too.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { readonly exports: Exports }
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory
}

/** A memory of its own, in pages of 64 KiB. */
export const memoryOf = (pages: number): WasmMemory => new WebAssembly.Memory({ initial: pages })

/** The functions, ready to be called. */
export function instantiate(memory: WasmMemory, functions: readonly WasmFunction[]): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(assemble(functions)), { env: { memory } }).exports
}

/** A module whose functions work on the memory that it imports as `env.memory`. */
function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const numbers = (length: number): Code => vector(Array.from({ length }, () => [typeBytes.i32]))
  const types = functions.map((f) => [0x60, ...numbers(f.parameters), ...vector([])])
  const memory = [...name('env'), ...name('memory'), 0x02, 0x00, ...unsigned(0)]
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([memory])),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(7, vector(functions.map((f, i) => [...name(f.name), 0x00, ...unsigned(i)]))),
    ...section(10, vector(functions.map(functionBody))),
  ])
}

function functionBody(f: WasmFunction): Code {
  const locals = vector(f.locals.map((type) => [...unsigned(1), typeBytes[type]]))
  const code = [...locals, ...f.body, 0x0b]
  return [...unsigned(code.length), ...code]
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content]
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const name = (text: string): Code => vector([...Buffer.from(text, 'utf8')].map((byte) => [byte]))

/** LEB128 for a non-negative integer. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** LEB128 with a sign. */
function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}

const prefixed = (opcode: number): Code => [0xfd, ...unsigned(opcode)]
/** Alignment as an exponent of 2, then the offset in bytes. */
const at = (alignment: number, offset: number): Code => [alignment, ...unsigned(offset)]

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number): Code => [0x21, ...unsigned(local)]
export const constant = (value: number): Code => [0x41, ...signed(value)]

/** `local += amount`, in integers. */
export const advance = (local: number, amount: Code): Code => [...get(local), ...amount, 0x6a, ...set(local)]

/** Whole numbers of 32 bits. */
export const integers = {
  load: (offset: number): Code => [0x28, ...at(2, offset)],
  add: [0x6a],
  multiply: [0x6c],
  subtract: [0x6b],
  /** Fills bytes from an address on. */
  zeros: (address: number, bytes: number): Code => [
    ...[...constant(address), ...constant(0), ...constant(bytes)],
    ...[0xfc, ...unsigned(0x0b), 0],
  ],
  /** Runs the body if the local is neither negative nor at least the limit. */
  ifBelow: (local: number, limit: number, body: Code): Code => [
    ...[...get(local), ...constant(limit), 0x49, 0x04, 0x40],
    ...[...body, 0x0b],
  ],
  /** Ends the program with an error if the local is negative or at least the limit. */
  stopUnlessBelow: (local: number, limit: number): Code => [...get(local), ...constant(limit), 0x4f, 0x04, 0x40, 0x00, 0x0b],
} as const

/** Runs `body` as many times as the local says, at least once, and counts the local down to 0. */
export function repeat(counter: number, body: Code): Code {
  return [0x03, 0x40, ...body, ...get(counter), ...constant(1), 0x6b, 0x22, ...unsigned(counter), 0x0d, 0x00, 0x0b]
}

/** The same for a fixed number of times, which may be 0. */
export const repeated = (counter: number, times: number, body: Code): Code =>
  times === 0 ? [] : [...constant(times), ...set(counter), ...repeat(counter, body)]

/** Code for each of so many places, one after another. */
export const range = (length: number, code: (i: number) => Code): Code => Array.from({ length }, (_, i) => code(i)).flat()

/** Arithmetic on four floats at once, or on one: the same kernel is generated for both. */
export interface Lanes {
  readonly type: ValueType
  readonly bytes: number
  load(offset: number): Code
  /** One float, in every lane. */
  loadSplat(offset: number): Code
  store(offset: number): Code
  /** One number, in every lane. */
  constant(value: number): Code
  readonly multiply: Code
  readonly add: Code
  readonly subtract: Code
  readonly divide: Code
  readonly squareRoot: Code
  readonly negate: Code
  readonly magnitude: Code
  /** NaN where either is. */
  readonly maximum: Code
  /** The second where it is below the first, or above, else the first; from two locals. */
  lesser(a: number, b: number): Code
  greater(a: number, b: number): Code
  /** 1 where the local is above 0, NaN where it is NaN, else 0. */
  step(a: number): Code
}

const floatBytes = (value: number): Code => [...new Uint8Array(Float32Array.of(value).buffer)]

export const fourLanes: Lanes = {
  type: 'v128',
  bytes: 16,
  load: (offset) => [...prefixed(0), ...at(2, offset)],
  loadSplat: (offset) => [...prefixed(9), ...at(2, offset)],
  store: (offset) => [...prefixed(11), ...at(2, offset)],
  constant: (value) => [...prefixed(0x0c), ...[1, 2, 3, 4].flatMap(() => floatBytes(value))],
  multiply: prefixed(0xe6),
  add: prefixed(0xe4),
  subtract: prefixed(0xe5),
  divide: prefixed(0xe7),
  squareRoot: prefixed(0xe3),
  negate: prefixed(0xe1),
  magnitude: prefixed(0xe0),
  maximum: prefixed(0xe9),
  lesser: (a, b) => [...get(a), ...get(b), ...prefixed(0xea)],
  greater: (a, b) => [...get(a), ...get(b), ...prefixed(0xeb)],
  // All bits where it is so, of which `and` keeps those of 1; all bits are NaN.
  step: (a) => [
    ...[...get(a), ...fourLanes.constant(0), ...prefixed(0x44)],
    ...[...fourLanes.constant(1), ...prefixed(0x4e)],
    ...[...get(a), ...get(a), ...prefixed(0x42), ...prefixed(0x50)],
  ],
}

export const oneLane: Lanes = {
  type: 'f32',
  bytes: 4,
  load: (offset) => [0x2a, ...at(2, offset)],
  loadSplat: (offset) => [0x2a, ...at(2, offset)],
  store: (offset) => [0x38, ...at(2, offset)],
  constant: (value) => [0x43, ...floatBytes(value)],
  multiply: [0x94],
  add: [0x92],
  subtract: [0x93],
  divide: [0x95],
  squareRoot: [0x91],
  negate: [0x8c],
  magnitude: [0x8b],
  maximum: [0x97],
  lesser: (a, b) => [...get(b), ...get(a), ...get(b), ...get(a), 0x5d, 0x1b],
  greater: (a, b) => [...get(b), ...get(a), ...get(a), ...get(b), 0x5d, 0x1b],
  // The comparison is an integer, which is converted.
  step: (a) => [...[...get(a), ...oneLane.constant(0), 0x5e, 0xb2], ...[...get(a), ...get(a), ...get(a), 0x5b, 0x1b]],
}

/** Sums in double precision: of one float, or of the two from an address on in the lanes of one vector. */
export const doubles = {
  zero: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
  zeros: fourLanes.constant(0),
  load: (offset: number): Code => [0x2a, ...at(2, offset), 0xbb],
  add: [0xa0],
  store: (offset: number): Code => [0xb6, ...oneLane.store(offset)],
  loadTwo: (offset: number): Code => [...prefixed(0x5d), ...at(2, offset), ...prefixed(0x5f)],
  addTwo: prefixed(0xf0),
  storeTwo: (offset: number): Code => [...prefixed(0x5e), ...prefixed(0x5b), ...at(2, offset), 0],
} as const

/** `code` for each vector of so many adjacent floats, then for each float that fills none; it advances its own pointers. */
export function overFloats(counter: number, floats: number, code: (lanes: Lanes) => Code): Code {
  const vectors = Math.floor(floats / 4)
  return [...repeated(counter, vectors, code(fourLanes)), ...repeated(counter, floats - 4 * vectors, code(oneLane))]
}

/** Copies one vector or float, and goes on to the next. */
export const copied = (target: number, source: number, lanes: Lanes, step = lanes.bytes): Code => [
  ...[...get(target), ...get(source), ...lanes.load(0), ...lanes.store(0)],
  ...[...advance(target, constant(lanes.bytes)), ...advance(source, constant(step))],
]

/** A comparison sets all bits or none in each of four lanes; `and` and `andNot` (first, but not second) select by them. */
export const masks = {
  equal: prefixed(0x41),
  and: prefixed(0x4e),
  andNot: prefixed(0x4f),
}

/** Whole numbers of 32 bits in four lanes, and how their comparisons become sixteen bytes. */
export const integerLanes = {
  /** A vector whose lanes are all the number on the stack. */
  splat: prefixed(0x11),
  constant: (lanes: Int32Array): Code => [...prefixed(0x0c), ...new Uint8Array(lanes.buffer, lanes.byteOffset, 16)],
  add: prefixed(0xae),
  multiply: prefixed(0xb5),
  xor: prefixed(0x51),
  /** Without a sign, by the number on the stack. */
  shiftRight: prefixed(0xad),
  /** All bits where the first is not below the second, both without a sign. */
  atLeast: prefixed(0x40),
  /** Eight lanes of two vectors of four. */
  toEight: prefixed(0x85),
  /** Sixteen bytes of two vectors of eight lanes. */
  toSixteen: prefixed(0x65),
} as const
