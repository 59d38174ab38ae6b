/** What compiled kernels can do; a kind's number is its place in this list, and in the `Kind` of `cpu/kernels/addon.cc`. */
export const kinds = [
  'loop',
  'product',
  'sum_last',
  'max_last',
  'sum_first',
  'transpose',
  'gather',
  'sum_segments',
  'max_pool',
  'max_pool_back',
  'mean_pool',
  'mean_pool_back',
  'softmax',
  'convolve',
  'convolve_back',
  'convolve_kernel',
  'joined',
] as const

/** A kind with sizes and byte addresses, in the order in which the kernel reads them. */
export interface Instruction {
  readonly kind: (typeof kinds)[number]
  readonly numbers: readonly number[]
}
