import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '../../base/diagnostics.ts'
import type { Engine } from '../../train/engine.ts'
import { trainsOn } from '../../train/trainer.ts'
import type { EngineDefinition } from '../definition.ts'
import { loadBackend } from '../wasm/engine.ts'
import { createCompiler } from '../wasm/replay/compiler.ts'
import { wasmTarget } from '../wasm/replay/wasm-target.ts'
import { kernelsFile } from './install/recipe.ts'
import { loadKernels, type Kernels } from './kernels.ts'
import { cpuTarget } from './target.ts'

export interface CpuEngineOptions {
  /** Folder of the compiled kernels. */
  readonly folder: string
  /** Folder of the binaries of the wasm backend, which runs what the kernels do not. */
  readonly wasmFolder: string
}

/** Part of the label; another version of the kernels may give other bits. */
const version = 2

/** Throws `InputError` if the kernels or the binary of the wasm backend are missing or do not load. */
export async function createCpuEngine({ folder, wasmFolder }: CpuEngineOptions): Promise<Engine> {
  const kernels = load(folder)
  const target = cpuTarget(kernels, wasmTarget(await loadBackend(wasmFolder)))
  return { label: `cpu ${version}`, tf, compile: (data, notice) => createCompiler(tf, data, target, notice) }
}

/** Starts the engine for a worker. */
export const start: EngineDefinition['start'] = async ({ folder, embedded }) =>
  trainsOn(await createCpuEngine({ folder, wasmFolder: embedded }))

function load(folder: string): Kernels {
  try {
    return loadKernels(join(folder, kernelsFile))
  } catch (error) {
    throw new InputError([
      {
        code: 'engine/cpu-unusable',
        severity: 'error',
        message: `the cpu engine did not load: ${error instanceof Error ? error.message : String(error)}`,
        found: folder,
        hint: 'reinstall it, or use the engine wasm',
      },
    ])
  }
}
