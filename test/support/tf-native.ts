import { createTensorflowEngine, nativeEnvironment } from '../../src/train/engines/tensorflow.ts'
import type { Engine } from '../../src/train/types.ts'

/** The folder of an installed native engine; tests of it are skipped without. */
export const nativeFolder = process.env['TUNEGATE_ENGINE'] ?? null

export const missingNative = 'no native engine: TUNEGATE_ENGINE names no folder of one'

export function nativeEngine(compiled: boolean): Promise<Engine> {
  if (nativeFolder === null) throw new Error(missingNative)
  Object.assign(process.env, nativeEnvironment)
  return createTensorflowEngine({ folder: nativeFolder, compiled })
}
