import { ownCommand } from '../../base/own-command.ts'
import type { EngineDefinition } from '../definition.ts'
import type { EngineInstaller } from '../installer.ts'
import { nativeEnvironment } from './install/layout.ts'
import { platforms } from './install/platform.ts'

/** Most commands install nothing, so what installs is loaded late. */
const installing = async (): Promise<typeof import('./install/installing.ts')> => await import('./install/installing.ts')

const installer: EngineInstaller = {
  summary: 'the TensorFlow library, downloaded from PyPI and npm',
  placeOf: async (root) => (await installing()).installing.placeOf(root),
  install: async (options) => (await installing()).installing.install(options),
  status: async (root) => (await installing()).installing.status(root),
  downloads: {
    platforms,
    download: async (options) => (await installing()).downloads.download(options),
    renew: async (options) => (await installing()).downloads.renew(options),
    unpack: async (root, archive, signal) => (await installing()).downloads.unpack(root, archive, signal),
  },
}

/** The native engine: the TensorFlow library through tfjs-node. `tunegate engine install` and the action install it. */
export const tensorflow: EngineDefinition<'tensorflow'> = {
  name: 'tensorflow',
  summary: 'the TensorFlow library, one process per core, many training steps as one native graph',
  where: 'where it is installed',
  auto: 'installed, and faster',
  async available(root) {
    const { availabilityOf, engineState } = await import('./install/status.ts')
    return availabilityOf(await engineState(root))
  },
  installer,
  mend: () => `\`${ownCommand('engine', 'install', 'tensorflow', '--force')}\` rebuilds the engine`,
  threadsOf: (label) => Number(/ (\d+) threads$/.exec(label)?.[1] ?? 1),
  environment: (threads) => ({ ...nativeEnvironment, TF_NUM_INTRAOP_THREADS: String(threads) }),
  start: async (files) => (await import('./engine.ts')).start(files),
}
