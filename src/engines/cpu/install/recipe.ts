import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '../../../base/diagnostics.ts'
import { fingerprint, sha256 } from '../../../base/hash.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { placeBelow, type EnginePlace } from '../../install/place.ts'
import { problem } from '../../install/problems.ts'
import { targetOf, thisProcessor, type KernelTarget, type Processor } from './processor.ts'

/** The compiled kernels in the engine's folder. */
export const kernelsFile = 'kernels.node'

/** The sources of the kernels: beside this folder, and beside the folder of a bundle. The build copies them there. */
const sourcesFolder = fileURLToPath(new URL(['..', 'kernels'].join('/'), import.meta.url))

/** The location of the engine, and what it is made from. */
export interface KernelsPlace extends EnginePlace {
  readonly target: KernelTarget
  /** The file to compile; it includes the others. */
  readonly source: string
}

/** What differs in tests. */
export interface Given {
  readonly processor?: Processor
  readonly sources?: string
}

/** Code for one processor may not run on another, and a folder may be shared, so the folder's name depends on it. */
export function placeOf(
  root: string,
  { processor = thisProcessor(), sources = sourcesFolder }: Given = {},
): Result<KernelsPlace, Diagnostic> {
  const target = targetOf(processor)
  if (!target.ok) return target
  const { platform, features } = target.value
  const digests = digestsOf(sources)
  if (digests === null) return err(noSources(sources))
  const key = fingerprint({ digests, flags: compileFlags(platform), platform, features })
  const place = placeBelow(root, `cpu-kernels-${platform}-${key.slice(0, 12)}`)
  return ok({ ...place, target: target.value, source: join(sources, 'addon.cc') })
}

/** Names of engines below a root. */
export const folderNames = /^cpu-kernels-.*-[0-9a-f]{12}$/

/** Digests by the names of the files; null if they cannot be read. */
function digestsOf(folder: string): Readonly<Record<string, string>> | null {
  try {
    return Object.fromEntries(readdirSync(folder).map((name) => [name, sha256(readFileSync(join(folder, name)))]))
  } catch {
    return null
  }
}

const noSources = (folder: string): Diagnostic =>
  problem('no-sources', 'the sources of the cpu engine are missing', {
    found: folder,
    hint: 'install tunegate again, or check out the repository completely',
  })

/**
 * Flags that determine the output. Sums must have the same bits on every processor, so no flag lets the compiler change
 * their order or fuse a product and a sum that the sources keep apart.
 */
export function compileFlags(platform: string): string[] {
  const processor = platform.endsWith('-x64') ? ['-march=native', '-mprefer-vector-width=512'] : ['-mcpu=native']
  // Node's own symbols are resolved when it loads the addon.
  const library = platform.startsWith('darwin-') ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']
  return [
    ...['-O3', '-std=c++17', ...processor],
    ...['-fno-math-errno', '-fno-trapping-math', '-ffp-contract=off'],
    ...[...library, '-fPIC', '-fvisibility=hidden'],
  ]
}
