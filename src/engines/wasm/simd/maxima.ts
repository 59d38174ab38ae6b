import type { WindowRow } from '../kernels/windows.ts'
import {
  advance,
  type Code,
  constant,
  fourLanes,
  get,
  instantiate,
  masks,
  repeat,
  set,
  type WasmFunction,
  type WasmMemory,
} from '../../../base/wasm-assembler.ts'

/** Views of one memory; `row` identifies the windows. */
export interface MaximaTask {
  readonly pixels: Float32Array
  readonly maxima: Float32Array
  readonly slopes: Float32Array
  readonly sums: Float32Array
  readonly row: WindowRow
}

/** Adds the slope of every window to the first of its pixels that equals the window's maximum. */
export type GiveToMaxima = (task: MaximaTask) => void

/** Four channels at a time and without a branch if the machine has four lanes; the remaining channels one by one. */
export function giveToMaxima(memory: WasmMemory, simd: boolean): GiveToMaxima {
  if (!simd) return (task) => oneByOne(task, 0)
  const give = instantiate(memory, [rowFunction])[rowFunction.name]
  if (!give) throw new Error(`${rowFunction.name} is not exported`)
  return (task) => {
    const { row } = task
    const vectors = Math.floor(row.channels / 4)
    if (vectors > 0) {
      const [pixels, sums] = [task.pixels.byteOffset + row.input * 4, task.sums.byteOffset + row.input * 4]
      const [maxima, slopes] = [task.maxima.byteOffset + row.output * 4, task.slopes.byteOffset + row.output * 4]
      const rest = row.channels * 4 - vectors * 16
      give(
        pixels,
        sums,
        maxima,
        slopes,
        row.windows,
        vectors,
        row.height,
        row.width,
        row.channels * 4,
        row.down * 4 - row.width * row.channels * 4,
        16 - row.height * row.down * 4,
        row.step * 4 - vectors * 16,
        rest,
      )
    }
    if (vectors * 4 < row.channels) oneByOne(task, vectors * 4)
  }
}

const parameterNames = [
  'pixels',
  'sums',
  'maxima',
  'slopes',
  'windows',
  'vectors',
  'height',
  'width',
  // Steps in bytes: to the next pixel, from the end of a window's row to the next row, from the end of a window back to its
  // next four channels, from the last channels to the next window, and the same for its output.
  'pixelStep',
  'rowStep',
  'backStep',
  'windowStep',
  'outputStep',
] as const
const localNames = ['vectorCounter', 'rowCounter', 'columnCounter', 'most', 'slope', 'free', 'hit'] as const
const local = Object.fromEntries([...parameterNames, ...localNames].map((name, i) => [name, i])) as Record<
  (typeof parameterNames)[number] | (typeof localNames)[number],
  number
>

const load = (pointer: number): Code => [...get(pointer), ...fourLanes.load(0)]
const both = (step: Code): Code => [...advance(local.pixels, step), ...advance(local.sums, step)]
const bothOutputs = (step: Code): Code => [...advance(local.maxima, step), ...advance(local.slopes, step)]

/** `hit` marks where this pixel equals the maximum and no earlier one did; `free` marks where none has so far. */
const tap: Code = [
  ...load(local.pixels),
  ...get(local.most),
  ...masks.equal,
  ...get(local.free),
  ...masks.and,
  ...set(local.hit),
  ...get(local.free),
  ...get(local.hit),
  ...masks.andNot,
  ...set(local.free),
  ...get(local.sums),
  ...load(local.sums),
  ...get(local.slope),
  ...get(local.hit),
  ...masks.and,
  ...fourLanes.add,
  ...fourLanes.store(0),
  ...both(get(local.pixelStep)),
]
const windowRow: Code = [
  ...get(local.width),
  ...set(local.columnCounter),
  ...repeat(local.columnCounter, tap),
  ...both(get(local.rowStep)),
]
const channels: Code = [
  ...load(local.maxima),
  ...set(local.most),
  ...load(local.slopes),
  ...set(local.slope),
  // No pixel equals a maximum that is not a number: such a window gives its slope to no pixel.
  ...get(local.most),
  ...get(local.most),
  ...masks.equal,
  ...set(local.free),
  ...get(local.height),
  ...set(local.rowCounter),
  ...repeat(local.rowCounter, windowRow),
  ...both(get(local.backStep)),
  ...bothOutputs(constant(16)),
]
const rowFunction: WasmFunction = {
  name: 'giveToMaxima',
  parameters: parameterNames.length,
  locals: ['i32', 'i32', 'i32', 'v128', 'v128', 'v128', 'v128'],
  body: repeat(local.windows, [
    ...get(local.vectors),
    ...set(local.vectorCounter),
    ...repeat(local.vectorCounter, channels),
    ...both(get(local.windowStep)),
    ...bothOutputs(get(local.outputStep)),
  ]),
}

function oneByOne({ pixels, maxima, slopes, sums, row }: MaximaTask, firstChannel: number): void {
  for (let window = 0; window < row.windows; window++) {
    for (let c = firstChannel; c < row.channels; c++) {
      const output = row.output + window * row.channels + c
      const at = firstMaximum(pixels, maxima[output] ?? NaN, row, row.input + window * row.step + c)
      if (at >= 0) sums[at] = (sums[at] ?? NaN) + (slopes[output] ?? NaN)
    }
  }
}

function firstMaximum(pixels: Float32Array, most: number, row: WindowRow, first: number): number {
  for (let y = 0, start = first; y < row.height; y++, start += row.down) {
    for (let x = 0, pixel = start; x < row.width; x++, pixel += row.channels) if (pixels[pixel] === most) return pixel
  }
  return -1
}
