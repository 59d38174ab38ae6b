import { homedir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../../src/base/diagnostics.ts'
import { createCpuEngine } from '../../src/engines/cpu/engine.ts'
import { installKernels } from '../../src/engines/cpu/install/install.ts'
import type { Engine } from '../../src/train/engine.ts'
import { wasmFolder } from './tf-wasm.ts'

/**
 * Where tests have the cpu engine of these sources: compiled by the first that needs it, and kept. It is not the user's own
 * folder, in which `auto` of other tests would find it.
 */
export const cpuRoot = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tunegate-ci', 'cpu-engine')

const installed = await installKernels({
  root: cpuRoot,
  force: false,
  env: process.env,
  installedAt: new Date().toISOString(),
  listener: () => {},
}).catch((error: unknown) => {
  if (error instanceof InputError) return error.message
  throw error
})

/** The folder of the engine; tests of it are skipped where it cannot be compiled. */
export const cpuFolder = typeof installed === 'string' ? null : installed.place.folder

export const missingCpu = `no cpu engine: ${process.env['MISSING_CPU'] ?? (typeof installed === 'string' ? installed : 'installed')}`

export function cpuEngine(): Promise<Engine> {
  if (cpuFolder === null) throw new Error(missingCpu)
  return createCpuEngine({ folder: cpuFolder, wasmFolder })
}
