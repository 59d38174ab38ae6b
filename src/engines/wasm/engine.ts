import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
// Side effect: registers the gradients in a registry that is global, whichever copy of tfjs-core a bundler picks.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js'
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm'
import { InputError } from '../../base/diagnostics.ts'
import { trainsOn } from '../../train/trainer.ts'
import type { Engine } from '../../train/engine.ts'
import type { EngineDefinition } from '../definition.ts'
import { registerTrainingKernels } from './kernels/register.ts'
import { createCompiler } from './replay/compiler.ts'
import { wasmTarget } from './replay/wasm-target.ts'

export interface WasmEngineOptions {
  /** Folder of `tfjs-backend-wasm-simd.wasm` and `tfjs-backend-wasm.wasm`. */
  readonly wasmFolder: string
}

let ready: Promise<Engine> | undefined

/**
 * The embedded engine: one thread, SIMD if the machine has it, nothing to install. The tensor library is global to a
 * process, so a second call returns the first engine. Throws `InputError` if the wasm binary is missing or does not load.
 */
export function createWasmEngine(options: WasmEngineOptions): Promise<Engine> {
  ready ??= load(resolve(options.wasmFolder)).catch((error: unknown) => {
    ready = undefined
    throw error
  })
  return ready
}

/** Starts the engine for a worker. */
export const start: EngineDefinition['start'] = async ({ folder }) =>
  trainsOn(await createWasmEngine({ wasmFolder: folder }))

async function load(folder: string): Promise<Engine> {
  const simd = await loadBackend(folder)
  return {
    label: `wasm ${version_wasm}${simd ? ' simd' : ''}`,
    tf,
    compile: (data, notice) => createCompiler(tf, data, wasmTarget(simd), notice),
  }
}

/**
 * Makes the wasm backend that of the tensor library, with the kernels that training needs. Returns whether it has four lanes.
 * Throws `InputError` as `createWasmEngine` does.
 */
export async function loadBackend(folder: string): Promise<boolean> {
  provideCommonJsGlobals()
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true
  const binary = simd ? 'tfjs-backend-wasm-simd.wasm' : 'tfjs-backend-wasm.wasm'
  if (!existsSync(join(folder, binary))) throw unusable(`the wasm engine has no ${binary}`, folder)
  setWasmPaths(`${folder}/`)
  // Trials run in parallel in processes with one core each: threads inside a step would only compete for cores.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await tf.setBackend('wasm'))) throw unusable(`the wasm engine did not load ${binary}`, folder)
  registerTrainingKernels(tf, simd)
  return simd
}

/** The backend's loader was written for CommonJS and looks for these two, which an ES module does not define. */
function provideCommonJsGlobals(): void {
  const scope = globalThis as { __dirname?: string; require?: unknown }
  scope.__dirname ??= process.cwd()
  scope.require ??= createRequire(import.meta.url)
}

function unusable(message: string, folder: string): InputError {
  const hint = 'check out the repository completely, or build again: the binaries belong beside the bundle'
  return new InputError([{ code: 'engine/wasm-unusable', severity: 'error', message, found: folder, hint }])
}
