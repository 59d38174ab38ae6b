import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a worker process is started with. The worker's bundle lies beside the one that is running, links followed. */
export function workerFiles(): { readonly workerScript: string; readonly wasmFolder: string } {
  const folder = join(dirname(realpathSync(process.argv[1] ?? '.')), '..', 'worker')
  return { workerScript: join(folder, 'index.js'), wasmFolder: folder }
}
