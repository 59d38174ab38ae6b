import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { createWasmEngine } from '../../src/engines/wasm/engine.ts'
import type { Engine } from '../../src/train/engine.ts'

const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')
/** The folder of the wasm binaries in the installed package; in a bundle they lie beside it. */
export const wasmFolder = join(dirname(manifest), 'dist')

export const wasmEngine = (): Promise<Engine> => createWasmEngine({ wasmFolder })
