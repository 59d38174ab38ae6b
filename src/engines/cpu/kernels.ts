import { createRequire } from 'node:module'

/** The compiled kernels of `kernels/addon.cc`. */
export interface Kernels {
  /** Runs instructions on a memory. Throws at a row that a table does not have. */
  run(memory: ArrayBufferLike, instructions: Int32Array): void
  /** As `gatherRows`, which makes a view of each row. */
  copyRows(matrix: Float32Array, width: number, rows: Int32Array, into: Float32Array): void
  /** The same values as `dropoutMaskValues`, from what `dropoutDraw` returns. */
  fillMask(into: Float32Array, first: number, second: number, threshold: number, kept: number): void
}

export const loadKernels = (file: string): Kernels => createRequire(import.meta.url)(file) as Kernels
