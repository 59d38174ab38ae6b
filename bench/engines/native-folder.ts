import { engineNamed } from '../../src/engines/index.ts'
import { engineFolder } from '../../src/cli/engine-folder.ts'
import { availabilityOf, engineState } from '../../src/engines/tensorflow/install/status.ts'

/** Where the compiled kernels of the engine `cpu` are; null where they are not installed, and says so. */
export async function kernelFolder(): Promise<string | null> {
  const found = await engineNamed('cpu').available(engineFolder())
  if (found.ok) return found.value
  console.error(`without the engine cpu: ${found.error.why}`)
  return null
}

/** The native engine that is named, else the one that is installed; null where there is none, and says so. */
export async function nativeFolder(named: string | undefined): Promise<string | null> {
  if (named) return named
  const found = availabilityOf(await engineState(engineFolder()))
  if (found.ok) return found.value
  console.error(`without the native engine: ${found.error.why}`)
  return null
}
