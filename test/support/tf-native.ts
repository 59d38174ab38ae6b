import { createTensorflowEngine } from '../../src/train/engines/tensorflow.ts'
import type { Engine } from '../../src/train/types.ts'

/** The folder of an installed native engine; tests of it are skipped without. */
export const nativeFolder = process.env['TUNEGATE_ENGINE'] ?? null

export function nativeEngine(compiled: boolean): Promise<Engine> {
  if (nativeFolder === null) throw new Error('no native engine is installed')
  return createTensorflowEngine({ folder: nativeFolder, compiled })
}
