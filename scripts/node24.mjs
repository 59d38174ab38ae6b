// Runs a script on the runners' Node 24, whatever Node the machine has: the npm package `node-<platform>-<arch>` carries
// the binary, so nothing has to be downloaded by an install script. Falls back to the current Node, and says so.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const platform = process.platform === 'win32' ? 'win' : process.platform
const binary = join('bin', process.platform === 'win32' ? 'node.exe' : 'node')
const bundled = join(root, 'node_modules', `node-${platform}-${process.arch}`, binary)
const node = existsSync(bundled) ? bundled : process.execPath
if (node !== bundled) console.error(`no node-${platform}-${process.arch} package here; using Node ${process.version}`)
// What V8 compiled is kept for the next process: the tests start the bundles some thousand times.
const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules/.cache/compiled')
const env = {
  ...process.env,
  NODE_COMPILE_CACHE,
  PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
}
const child = spawnSync(node, process.argv.slice(2), { stdio: 'inherit', env })
if (child.error) throw child.error
process.exit(child.status ?? 1)
