import type { Pair, Parameter, Shape } from './definition.ts'

export function kernel(name: string, shape: Shape, fanIn: number, fanOut: number): Parameter {
  return { name, shape, initializer: { kind: 'glorot-uniform', fanIn, fanOut }, trainable: true, decay: true }
}

/** Keras counts the fans of a depthwise kernel [h, w, in, multiplier] as for any convolution kernel. */
export function depthwiseKernel([h, w]: Pair, channels: number, multiplier: number): Parameter {
  return kernel('depthwiseKernel', [h, w, channels, multiplier], h * w * channels, h * w * multiplier)
}

export function bias(use: boolean, size: number, name = 'bias'): Parameter[] {
  return use ? [{ name, shape: [size], initializer: { kind: 'zeros' }, trainable: true, decay: false }] : []
}

/** Scale, shift or running statistic of a normalization. */
export function norm(name: string, size: number, initializer: 'zeros' | 'ones', trainable = true): Parameter {
  return { name, shape: [size], initializer: { kind: initializer }, trainable, decay: false }
}

/** Size of the last dimension. */
export const channelsOf = (input: Shape): number => input.at(-1) ?? 0
