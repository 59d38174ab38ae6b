import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { loadBackend } from '../wasm/engine.ts'
import { createCompiler } from '../wasm/replay/compiler.ts'
import { wasmTarget } from '../wasm/replay/wasm-target.ts'
import type { Engine } from '../../train/engine.ts'
import { loadKernels } from './kernels.ts'
import { cpuTarget } from './target.ts'

export interface CpuEngineOptions {
  /** Folder of the compiled kernels. */
  readonly folder: string
  /** Folder of the binaries of the wasm backend, which runs what the kernels do not. */
  readonly wasmFolder: string
}

export async function createCpuEngine({ folder, wasmFolder }: CpuEngineOptions): Promise<Engine> {
  const kernels = loadKernels(join(folder, 'kernels.node'))
  const target = cpuTarget(kernels, wasmTarget(await loadBackend(wasmFolder)))
  return { label: 'cpu 1', tf, compile: (data, notice) => createCompiler(tf, data, target, notice) }
}
