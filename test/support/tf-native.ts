import { engineFolder } from '../../src/cli/engine-folder.ts'
import { engineState } from '../../src/engines/tensorflow/install/status.ts'
import { createTensorflowEngine } from '../../src/engines/tensorflow/engine.ts'
import { nativeEnvironment } from '../../src/engines/tensorflow/install/layout.ts'
import type { Engine } from '../../src/train/engine.ts'

const found = await engineState(engineFolder())

/** The folder of an installed native engine; tests of it are skipped without. */
export const nativeFolder = process.env['TUNEGATE_ENGINE'] ?? (found.state === 'installed' ? found.folder : null)

export const missingNative = `no native engine: ${process.env['MISSING_ENGINE'] ?? reason()}`

function reason(): string {
  if (found.state === 'unsupported') return found.why.message
  return found.state === 'installed' ? 'installed' : `${found.why} (\`tunegate engine install\`)`
}

export function nativeEngine(compiled: boolean): Promise<Engine> {
  if (nativeFolder === null) throw new Error(missingNative)
  Object.assign(process.env, nativeEnvironment)
  return createTensorflowEngine({ folder: nativeFolder, compiled })
}
