import { ownCommand } from '../../base/own-command.ts'
import type { EngineDefinition } from '../definition.ts'
import { nativeEnvironment } from './install/layout.ts'
import { availabilityOf, engineState } from './install/status.ts'
import { installer } from './installer.ts'

/** The native engine: the TensorFlow library through tfjs-node. `tunegate engine install` and the action install it. */
export const tensorflow: EngineDefinition<'tensorflow'> = {
  name: 'tensorflow',
  summary: 'the TensorFlow library, one process per core, many training steps as one native graph',
  where: 'where it is installed',
  auto: 'installed, and faster',
  available: async (root) => availabilityOf(await engineState(root)),
  installer,
  mend: () => `\`${ownCommand('engine', 'install', '--force')}\` rebuilds the engine`,
  threadsOf: (label) => Number(/ (\d+) threads$/.exec(label)?.[1] ?? 1),
  environment: (threads) => ({ ...nativeEnvironment, TF_NUM_INTRAOP_THREADS: String(threads) }),
  start: async (files) => (await import('./engine.ts')).start(files),
}
