import { backend_util as sizes, type TensorInfo } from '@tensorflow/tfjs-core'
import type { ConvolutionAttributes, Sizes4 } from '../../kernels/windows.ts'
import { sizeOf } from '../backend.ts'
import type { KernelCall } from '../recording.ts'
import type { Generated } from './definition.ts'
import type { Instruction } from '../instructions.ts'

type Pair = number | [number, number]

/** A kernel's name, its instruction, the operands in its order, and the shapes of images and filter. */
interface Kind {
  readonly kind: Instruction['kind']
  readonly operands: readonly [string, string]
  readonly shapes: (
    given: KernelCall['inputs'],
    attributes: KernelCall['attributes'],
  ) => readonly [images: readonly number[] | undefined, filter: readonly number[] | undefined]
}

const kinds: Readonly<Record<string, Kind>> = {
  Conv2D: {
    kind: 'convolve',
    operands: ['x', 'filter'],
    shapes: ({ x, filter }) => [x?.shape, filter?.shape],
  },
  Conv2DBackpropInput: {
    kind: 'convolve_back',
    operands: ['dy', 'filter'],
    shapes: ({ filter }, attributes) => [attributes?.['inputShape'] as readonly number[], filter?.shape],
  },
  Conv2DBackpropFilter: {
    kind: 'convolve_kernel',
    operands: ['x', 'dy'],
    shapes: ({ x }, attributes) => [x?.shape, attributes?.['filterShape'] as readonly number[]],
  },
}

/** A convolution of images or a gradient of it; null for any other call. Generated code would not be faster than XNNPACK. */
export function convolution({ name, inputs, attributes, outputs }: KernelCall): Generated | null {
  const of = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  const [out] = outputs
  if (!of || !out || attributes?.['dataFormat'] === 'NCHW') return null
  const [images, filter] = of.shapes(inputs, attributes)
  const [first, second] = of.operands.map((operand) => (inputs as Record<string, TensorInfo>)[operand])
  if (images?.length !== 4 || filter?.length !== 4 || !first || !second || sizeOf(images) * sizeOf(filter) === 0) return null
  const {
    strides,
    dilations = 1,
    pad,
    dimRoundingMode,
  } = attributes as unknown as ConvolutionAttributes & { dilations?: Pair }
  const g = sizes.computeConv2DInfo([...images] as Sizes4, [...filter] as Sizes4, strides, dilations, pad, dimRoundingMode)
  // A kernel that is larger than an image without a border gives nothing.
  if (g.outHeight <= 0 || g.outWidth <= 0) return null
  const numbers = [
    ...[g.batchSize, g.inHeight, g.inWidth, g.inChannels, g.outHeight, g.outWidth, g.outChannels],
    ...[g.filterHeight, g.filterWidth, g.strideHeight, g.strideWidth, g.dilationHeight, g.dilationWidth],
    ...[g.padInfo.top, g.padInfo.left],
  ]
  return {
    reads: [first, second],
    out,
    ...(of.kind === 'convolve_kernel' ? {} : { piece: sizeOf(out.shape.slice(1)) }),
    instruction: (address) => ({ kind: of.kind, numbers: [...numbers, address(first), address(second), address(out)] }),
  }
}
