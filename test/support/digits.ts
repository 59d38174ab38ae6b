import { join } from 'node:path'
import type { DataConfig } from '../../src/data/types.ts'
import { root } from './architecture.ts'

/** The digits of the example, as 8 × 8 images between 0 and 1. */
export const digitImages: DataConfig = {
  source: join(root, 'examples/digits/digits.csv.gz'),
  target: '-1',
  header: false,
  task: 'classification',
  standardize: false,
  inputs: { kind: 'array', shape: [8, 8, 1], scale: 0.0625 },
  split: { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 17 },
}
