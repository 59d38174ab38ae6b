import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { transform } from 'esbuild'

/** The part of ncc's answer that is used here; the package ships no types. */
interface Bundled {
  readonly code: string
  readonly assets: Readonly<Record<string, { readonly source: string | Uint8Array }>>
  readonly stats: { readonly compilation: { readonly modules: Iterable<WebpackModule> } }
}
/** `modules` where several were joined into one scope; `resource` is absent for what webpack makes up itself. */
interface WebpackModule {
  readonly resource?: string
  readonly modules?: readonly WebpackModule[]
}
type Ncc = (entry: string, options: Readonly<Record<string, unknown>>) => Promise<Bundled>

export interface Bundle {
  /** File names (no folders) with their content; `index.js` is the program, `<number>.index.js` its lazy chunks. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
  /** Folders below `node_modules/` whose code is inside. */
  readonly modules: ReadonlySet<string>
}

/** `dist/action/post.js`: the action's program under the name by which it knows that the job has ended. */
export const postStep = "import './index.js'\n"

/** The sources of the cpu engine's kernels lie beside the folders of the bundles, which look for them there. */
export function copyKernels(root: string, dist: string): void {
  cpSync(join(root, 'src/engines/cpu/kernels'), join(dist, 'kernels'), { recursive: true })
}

/** Bundles one compiled entry and its packages into ES modules. */
export async function bundle(root: string, entry: string): Promise<Bundle> {
  // ncc's bundled libraries call deprecated functions of Node; that is no news to a reader of the build's output.
  process.noDeprecation = true
  const ncc = createRequire(import.meta.url)('@vercel/ncc') as Ncc
  const { code, assets, stats } = await ncc(entry, {
    esm: true,
    filename: 'index.js',
    minify: false,
    sourceMap: false,
    cache: false,
    quiet: true,
  })
  const files = new Map<string, string | Uint8Array>([['index.js', await minify(root, 'index.js', code)]])
  for (const [name, { source }] of Object.entries(assets).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/^(\d+\.index\.js|package\.json)$/.test(name)) throw new Error(unexpected(entry, name))
    files.set(name, name.endsWith('.js') ? await minify(root, name, source.toString()) : source)
  }
  return { files, modules: packagesOf(stats.compilation.modules) }
}

/** ncc guesses from paths in the code which files a program will read, and copies them; ours are copied by the build. */
function unexpected(entry: string, name: string): string {
  return `${entry}: ncc would copy ${name} beside the bundle, because a path in the code looks like one to a file of ours`
}

/** ncc would minify the program and not its chunks; the licences that comments repeat are kept in `licenses.txt`. */
async function minify(root: string, name: string, code: string): Promise<string> {
  const result = await transform(code, {
    minify: true,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    legalComments: 'none',
    charset: 'ascii',
  })
  if (result.code.includes(root))
    throw new Error(`${name} contains the path of this checkout: the build would differ elsewhere`)
  return result.code
}

function packagesOf(modules: Iterable<WebpackModule>): Set<string> {
  const found = new Set<string>()
  for (const path of [...modules].flatMap((m) => [m, ...(m.modules ?? [])]).map((m) => m.resource ?? '')) {
    const parts = path.split(sep)
    const [first, last] = [parts.indexOf('node_modules'), parts.lastIndexOf('node_modules')]
    const depth = parts[last + 1]?.startsWith('@') ? 3 : 2
    // A package that lies inside another one's node_modules keeps its whole path, because its version may differ.
    if (last >= 0) found.add(parts.slice(first + 1, last + depth).join('/'))
  }
  return found
}
