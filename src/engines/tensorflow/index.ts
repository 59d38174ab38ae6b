import { ownCommand } from '../../base/own-command.ts'
import type { EngineDefinition } from '../definition.ts'
import type { EngineInstaller } from '../installer.ts'
import { nativeEnvironment } from './install/layout.ts'
import { platforms } from './install/platform.ts'

/** Most commands install nothing, so what installs is loaded late. */
const installing = async (): Promise<Omit<EngineInstaller, 'summary' | 'platforms'>> =>
  (await import('./install/installing.ts')).installing

const installer: EngineInstaller = {
  summary: 'the native engine: TensorFlow on the cores of this machine',
  platforms,
  placeOf: async (root) => (await installing()).placeOf(root),
  install: async (options) => (await installing()).install(options),
  download: async (options) => (await installing()).download(options),
  renew: async (options) => (await installing()).renew(options),
  unpack: async (root, archive, signal) => (await installing()).unpack(root, archive, signal),
  status: async (root) => (await installing()).status(root),
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
  mend: () => `\`${ownCommand('engine', 'install', '--force')}\` rebuilds the engine`,
  threadsOf: (label) => Number(/ (\d+) threads$/.exec(label)?.[1] ?? 1),
  environment: (threads) => ({ ...nativeEnvironment, TF_NUM_INTRAOP_THREADS: String(threads) }),
  start: async (files) => (await import('./engine.ts')).start(files),
}
