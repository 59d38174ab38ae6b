import { ownCommand } from '../../base/own-command.ts'
import type { EngineDefinition } from '../definition.ts'
import type { EngineInstaller } from '../installer.ts'

/** Most commands install nothing, so what installs is loaded late. */
const installing = async (): Promise<Omit<EngineInstaller, 'summary'>> =>
  (await import('./install/installing.ts')).installing

const installer: EngineInstaller = {
  summary: 'kernels that tunegate compiles for the processor of this machine, without a download',
  placeOf: async (root) => (await installing()).placeOf(root),
  install: async (options) => (await installing()).install(options),
  status: async (root) => (await installing()).status(root),
}

/** Steps recorded on the wasm backend run on compiled kernels. `tunegate engine install cpu` and the action compile them. */
export const cpu: EngineDefinition<'cpu'> = {
  name: 'cpu',
  summary: "kernels of tunegate's own, compiled for this machine's processor",
  where: 'where it is installed',
  auto: "installed, and compiled for this machine's processor",
  async available(root) {
    const { availabilityOf, kernelsState } = await import('./install/status.ts')
    return availabilityOf(await kernelsState(root))
  },
  installer,
  mend: () => `\`${ownCommand('engine', 'install', 'cpu', '--force')}\` rebuilds the engine`,
  start: async (files) => (await import('./engine.ts')).start(files),
}
