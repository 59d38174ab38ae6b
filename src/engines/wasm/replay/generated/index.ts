import type { Generator } from './definition.ts'
import { convolution } from './convolution.ts'
import { gather } from './gather.ts'
import { averagePool, maxPool } from './pooling.ts'
import { product } from './product.ts'
import { reduction } from './reduction.ts'
import { segmentSum } from './segment-sum.ts'
import { softmax } from './softmax.ts'
import { transpose } from './transpose.ts'

export const generators: readonly Generator[] = [
  averagePool,
  convolution,
  gather,
  maxPool,
  product,
  reduction,
  segmentSum,
  softmax,
  transpose,
]
