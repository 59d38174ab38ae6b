import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './architecture.ts'

export interface WorkerBundle {
  /** What a pool needs to start it. */
  readonly script: string
  readonly wasmFolder: string
  readonly remove: () => void
}

/**
 * The real worker from its sources in one file, with the engine's binaries beside it, as in `dist/worker/`: Node cannot load
 * the tensor library's modules unbundled. In a folder of its own, since a build empties `build/`.
 */
export async function bundleWorker(): Promise<WorkerBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-'))
  const script = join(folder, 'index.mjs')
  await bundleScript('src/worker.ts', script)
  const installed = join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
    copyFileSync(join(installed, name), join(folder, name))
  return { script, wasmFolder: folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Makes one file of a script and all that it imports, which starts sooner than hundreds of modules. */
export async function bundleScript(source: string, file: string): Promise<void> {
  await build({
    entryPoints: [join(root, source)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['main'],
    logLevel: 'error',
    banner: { js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);' },
  })
}
