#!/usr/bin/env node
import nodeModule from 'node:module'
import { join } from 'node:path'
import { cacheFolder, isThere } from './cli/cache-folder.ts'

// Node exits with 1 for an uncaught error, and here 1 is a verdict. So this file imports nothing that could be missing or
// too new for the current Node, and loads the rest only after it has checked.
const badInput = 2
/** A message may quote a path, which may contain anything. */
const unprintable = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu
const oldest: readonly [major: number, minor: number] = [20, 3]

function refuse(text: string): never {
  process.stderr.write(`${text.replace(unprintable, ' ')}\n`)
  process.exit(badInput)
}

/**
 * Keeps what Node compiles of this program for the next command, which then starts sooner. Node keys it by the code itself,
 * so a changed program is compiled anew.
 */
function keepCompiled(): void {
  // Node 20 has no such function.
  const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: (folder: string) => unknown }
  try {
    const folder = join(cacheFolder(), 'compiled')
    // Node makes it recursively, which never ends on some file systems.
    if (enableCompileCache && isThere(folder)) enableCompileCache(folder)
  } catch {
    // A user without a home folder has no cache.
  }
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  refuse(`error[node/too-old] tunegate needs Node ${oldest.join('.')} or newer\n  found:   ${process.versions.node}`)
}
keepCompiled()
const { explain, finalCode, main } = await import('./cli/main.ts').catch((error: unknown) => {
  const found = error instanceof Error ? error.message : String(error)
  return refuse(
    `error[install/incomplete] tunegate is not installed whole\n  found:   ${found}\n  hint:    install it again`,
  )
})
process.on('uncaughtException', (error) => {
  process.exit(explain(error))
})
process.on('exit', (code) => {
  process.exitCode = finalCode(code)
})
process.exitCode = await main(process.argv)
