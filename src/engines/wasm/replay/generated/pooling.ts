import type { TensorInfo } from '@tensorflow/tfjs-core'
import {
  advance,
  type Code,
  constant,
  fourLanes,
  get,
  masks,
  repeated,
  set,
  type WasmFunction,
} from '../../../../base/wasm-assembler.ts'
import type { KernelCall } from '../recording.ts'
import type { Generated } from './definition.ts'

/** Images [count, height, width, channels] in windows that lie side by side and leave no pixel out. */
interface Tiles {
  readonly rows: number
  readonly columns: number
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Max pooling with its gradient, where the windows are tiles and channels are whole vectors; null for any other call. */
export function maxPool({ name, inputs, attributes, outputs }: KernelCall): Generated | null {
  const [out] = outputs
  const { x, dy, input, output } = inputs
  const images = name === 'MaxPool' ? x : name === 'MaxPoolGrad' ? input : undefined
  const tiles = images && tilesOf(images, attributes)
  if (!tiles || !out) return null
  type Code = NonNullable<Generated['wasm']>['code']
  const sizes = [tiles.rows, tiles.columns, tiles.height, tiles.width, tiles.channels]
  if (name === 'MaxPool') {
    const code: Code = (name, address) => {
      const each = taps(tiles).map((tap) => [...get(pixel), ...fourLanes.load(address(images) + tap)])
      const most = each.reduce((code, next) => [...code, ...next, ...fourLanes.maximum])
      return overTiles(name, tiles, [...get(window), ...most, ...fourLanes.store(address(out))])
    }
    return {
      reads: [images],
      out,
      wasm: { scratch: 0, code },
      instruction: (address) => ({ kind: 'max_pool', numbers: [...sizes, address(images), address(out)] }),
    }
  }
  if (!dy || !output) return null
  const code: Code = (name, address) =>
    overTiles(name, tiles, slopes(tiles, address(images), address(output), address(dy), address(out)))
  return {
    reads: [images, output, dy],
    out,
    wasm: { scratch: 0, code },
    piece: tiles.height * tiles.width * tiles.columns * tiles.channels,
    instruction: (address) => ({
      kind: 'max_pool_back',
      numbers: [...sizes, ...[images, output, dy, out].map(address)],
    }),
  }
}

/**
 * Average pooling and its gradient, where the windows are tiles, such as one for each image; null for any other call. Compiled
 * kernels alone have it: they add up in another order than the backend.
 */
export function averagePool({ name, inputs, attributes, outputs }: KernelCall): Generated | null {
  const [out] = outputs
  const { x, dy, input } = inputs
  const [images, pooled] = name === 'AvgPool' ? [x, out] : name === 'AvgPoolGrad' ? [input, dy] : []
  if (!images || !pooled || !out) return null
  const [, tall, wide] = images.shape
  const single =
    pooled.shape[1] === 1 && pooled.shape[2] === 1 && pair(attributes?.['filterSize']).join() === `${tall},${wide}`
  const tiles = tilesOf(images, single ? { ...attributes, strides: [tall ?? 0, wide ?? 0] } : attributes)
  if (!tiles) return null
  const { rows, columns, height, width, channels } = tiles
  const sizes = [rows, columns, height, width, channels]
  return name === 'AvgPool'
    ? {
        reads: [images],
        out,
        instruction: (address) => ({ kind: 'mean_pool', numbers: [...sizes, address(images), address(out)] }),
      }
    : {
        reads: [pooled],
        out,
        piece: height * width * columns * channels,
        instruction: (address) => ({ kind: 'mean_pool_back', numbers: [...sizes, address(pooled), address(out)] }),
      }
}

function tilesOf({ shape, dtype }: TensorInfo, attributes: KernelCall['attributes']): Tiles | null {
  const [count = 0, tall = 0, wide = 0, channels = 0] = shape
  const [height, width] = pair(attributes?.['filterSize'])
  const [down, right] = pair(attributes?.['strides'])
  const fits = height === down && width === right && tall % height === 0 && wide % width === 0
  if (!fits || dtype !== 'float32' || shape.length !== 4 || channels % 4 !== 0 || count * channels === 0) return null
  return { rows: (count * tall) / height, columns: wide / width, height, width, channels }
}

const pair = (size: unknown): readonly [number, number] => {
  const [first = NaN, second = first] = [size].flat() as number[]
  return [first, second]
}

/** Byte offsets of the pixels of a window from its first one, row by row. */
const taps = ({ height, width, columns, channels }: Tiles): number[] =>
  Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width]
    return 4 * channels * (y * columns * width + x)
  })

const [pixel, window, rowCounter, columnCounter, vectorCounter] = [0, 1, 2, 3, 4]
const [most, slope, free, hit] = [5, 6, 7, 8]

/** Runs the body for four channels of each window; `pixel` and `window` are byte offsets in the images and the windows. */
function overTiles(name: string, { rows, columns, height, width, channels }: Tiles, body: Code): WasmFunction {
  const line = 4 * channels * width * columns
  return {
    name,
    parameters: 0,
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'v128', 'v128', 'v128', 'v128'],
    body: [
      ...repeated(rowCounter, rows, [
        ...repeated(columnCounter, columns, [
          ...repeated(vectorCounter, channels / 4, [
            ...body,
            ...advance(pixel, constant(16)),
            ...advance(window, constant(16)),
          ]),
          ...advance(pixel, constant(4 * channels * (width - 1))),
        ]),
        ...advance(pixel, constant(line * (height - 1))),
      ]),
    ],
  }
}

/** The slope of a window goes to the first of its pixels that is its maximum; no pixel equals one that is not a number. */
function slopes(tiles: Tiles, images: number, maxima: number, slopesAt: number, out: number): Code {
  return [
    ...[...get(window), ...fourLanes.load(maxima), ...set(most)],
    ...[...get(window), ...fourLanes.load(slopesAt), ...set(slope)],
    ...[...get(most), ...get(most), ...masks.equal, ...set(free)],
    ...taps(tiles).flatMap((tap) => [
      ...[...get(pixel), ...fourLanes.load(images + tap), ...get(most), ...masks.equal],
      ...[...get(free), ...masks.and, ...set(hit)],
      ...[...get(free), ...get(hit), ...masks.andNot, ...set(free)],
      // Added to 0, as in the kernel, which also makes −0 a 0.
      ...[...get(pixel), ...fourLanes.constant(0), ...get(slope), ...get(hit), ...masks.and, ...fourLanes.add],
      ...fourLanes.store(out + tap),
    ]),
  ]
}
