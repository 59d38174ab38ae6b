import type { Generator } from './definition.ts'
import { maxPool } from './max-pool.ts'
import { product } from './product.ts'
import { reduction } from './reduction.ts'
import { transpose } from './transpose.ts'

export const generators: readonly Generator[] = [maxPool, product, reduction, transpose]
