import { backendKernel, type KernelBuilder, opened, type Sizes4 } from './heap.ts'

interface ConvAttributes {
  readonly strides: number | [number, number]
  readonly dilations: number | [number, number]
  readonly pad: unknown
}

/**
 * Wraps a convolution so that padding `same` reaches the backend as numbers. XNNPACK's own reading of `same` fails without
 * an error where a stride is larger than the kernel (a 1×1 kernel with stride 2, say): the output is never written.
 */
export function explicitPadding(name: 'Conv2D' | 'DepthwiseConv2dNative'): KernelBuilder {
  return ({ tf }) => {
    const own = backendKernel(tf, name)
    return (call) => {
      const { inputs: { x, filter }, attributes } = opened<'x' | 'filter', ConvAttributes>(call)
      if (attributes.pad !== 'same') return own(call)
      const { strides, dilations } = attributes
      const { padInfo } = tf.backend_util.computeConv2DInfo(
        x.shape as Sizes4, filter.shape as Sizes4, strides, dilations, 'same', undefined, name === 'DepthwiseConv2dNative',
      )
      const pad = [[0, 0], [padInfo.top, padInfo.bottom], [padInfo.left, padInfo.right], [0, 0]]
      return own({ ...call, attrs: { ...call.attrs, pad } as unknown as Record<string, never> })
    }
  }
}
