import { engineFolder } from '../../src/cli/engine-folder.ts'
import { availabilityOf, engineState } from '../../src/engines/tensorflow/install/status.ts'

/** The native engine that is named, else the one that is installed; null where there is none, and says so. */
export async function nativeFolder(named: string | undefined): Promise<string | null> {
  if (named) return named
  const found = availabilityOf(await engineState(engineFolder()))
  if (found.ok) return found.value
  console.error(`without the native engine: ${found.error.why}`)
  return null
}
