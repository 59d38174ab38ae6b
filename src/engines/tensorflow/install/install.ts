import { mkdir, mkdtemp, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { InputError } from '../../../base/diagnostics.ts'
import { findCompiler, isProblem, type Compiler } from '../../install/compiler.ts'
import { exclusively, scratchFolders, scratchPrefix, takePlace } from '../../install/place.ts'
import { bareFolder, type CallerOptions, type ProcessOptions } from '../../install/process.ts'
import { listFiles, readInstalled, removeFolder, writeRecord, type InstallRecord } from '../../install/record.ts'
import type { InstallEvent } from '../../installer.ts'
import { compileAddon, unpackPackages, unpackWheel } from './build.ts'
import { requireAll } from './downloads.ts'
import { clientsFor, fetchLacking, lackOf, requireSpace } from './fetch.ts'
import { addonFile } from './layout.ts'
import { downloadsOf, pins as ours, versionsOf, type Download, type Pins, type Versions } from './pins.ts'
import type { Platform } from './platform.ts'
import { placeOf, type Given, type Place } from './place.ts'
import { smokeTest } from './smoke-test.ts'

export interface InstallOptions extends CallerOptions, Given {
  /** The folder of all engines; created if it does not exist. */
  readonly root: string
  /** A folder that `engine download` filled; null fetches from the registries. */
  readonly from: string | null
  /** Builds again what is already installed. */
  readonly force: boolean
  /** ISO 8601, for the record. */
  readonly installedAt: string
  readonly listener: (event: InstallEvent) => void
}

/** What the native engine records besides: what it was made from. */
export interface EngineRecord extends InstallRecord {
  readonly platform: Platform
  readonly versions: Versions
  readonly downloads: readonly Download[]
}

export interface Installed {
  readonly folder: string
  readonly record: EngineRecord
  /** False if it was installed before. */
  readonly fresh: boolean
}

/**
 * Installs the native engine: fetch, check, unpack, compile, test, and only then give the folder its name. Everything before
 * that happens in a separate folder, so an engine is complete or absent, wherever this is stopped. The next install cleans
 * up and continues with the complete downloads. Concurrent installs wait for each other.
 *
 * Throws an `InputError` that names the cause and what to do.
 */
export async function installEngine(options: InstallOptions): Promise<Installed> {
  const placed = placeOf(options.root, options)
  if (!placed.ok) throw new InputError([placed.error])
  const place = placed.value
  const found = await usable(place, options)
  if (found && (await leftovers(place)).length === 0) return found
  return await exclusively(place, options, async () => {
    const made = await usable(place, options)
    // A finished install leaves downloads behind as well.
    for (const path of await leftovers(place)) if (made || path !== place.downloads) await removeFolder(path)
    return made ?? (await build(place, options))
  })
}

async function usable({ folder, key }: Place, { force }: InstallOptions): Promise<Installed | undefined> {
  if (force) return undefined
  const record = await readInstalled<EngineRecord>(folder, key)
  return record.ok ? { folder, record: record.value, fresh: false } : undefined
}

/** Room for JavaScript, headers and the addon besides the libraries. */
const smallFiles = 32 * 2 ** 20

async function build(place: Place, given: InstallOptions): Promise<Installed> {
  const { root, from, pins = ours } = given
  if (from !== null) await requireAll(from, downloadsOf(pins, place.platform))
  const lack = await lackOf(from ?? place.downloads, pins, place.platform)
  const libraries = pins.wheels[place.platform].libraries.reduce((sum, m) => sum + m.bytes, 0)
  const scratch = await mkdtemp(scratchPrefix(place))
  try {
    const options = { ...given, cwd: await bareFolder(scratch) }
    const compiler = await findCompiler(options)
    const clients = await clientsFor(lack, options, isProblem(compiler) ? [compiler] : [])
    if (isProblem(compiler)) throw new InputError([compiler])
    await requireSpace(root, lack.bytes + libraries + smallFiles)
    if (lack.bytes > 0) {
      options.listener({ type: 'fetching', files: lack.packages.length + lack.wheels.length, bytes: lack.bytes })
      await fetchLacking(place.downloads, scratch, lack, clients, options)
    }
    const record = await assemble({ place, pins, compiler, scratch, downloads: from ?? place.downloads, libraries }, options)
    await takePlace(join(scratch, 'engine'), place, scratch)
    await removeFolder(place.downloads)
    return { folder: place.folder, record, fresh: true }
  } finally {
    await removeFolder(scratch)
  }
}

/**
 * What interrupted installs left. A client or compiler that outlived its installer may add to it later, so it is cleaned up
 * even if the engine exists.
 */
async function leftovers(place: Place): Promise<string[]> {
  const names = await readdir(place.root)
  const downloads = names.includes(basename(place.downloads)) ? [place.downloads] : []
  return [...(await scratchFolders(place)), ...downloads]
}

interface Assembly {
  readonly place: Place
  readonly pins: Pins
  readonly compiler: Compiler
  readonly scratch: string
  readonly downloads: string
  readonly libraries: number
}

/** Builds the engine in `scratch/engine`, and runs a training step there. */
async function assemble(
  { place, pins, compiler, scratch, downloads, libraries }: Assembly,
  options: InstallOptions & ProcessOptions,
): Promise<EngineRecord> {
  const { signal, listener, installedAt } = options
  const { platform } = place
  const engine = join(scratch, 'engine')
  await mkdir(engine)
  listener({ type: 'unpacking', bytes: libraries })
  await unpackPackages(downloads, engine, pins, signal)
  await unpackWheel(downloads, engine, pins, platform, signal)
  listener({ type: 'compiling', compiler: compiler.version })
  await compileAddon({ engine, output: addonFile(engine), pins, platform, compiler }, options)
  signal?.throwIfAborted()
  listener({ type: 'testing' })
  const tested = await smokeTest(engine, signal)
  if (!tested.ok) throw new InputError([tested.error])
  const record = recordOf(place, pins, compiler, installedAt, await listFiles(engine))
  await writeRecord(engine, record)
  signal?.throwIfAborted()
  return record
}

/** `engine.json` of an engine whose files this process has all checked or made. */
export function recordOf(
  { key, platform }: Place,
  pins: Pins,
  compiler: Compiler,
  installedAt: string,
  files: EngineRecord['files'],
): EngineRecord {
  const downloads = downloadsOf(pins, platform).map(({ file, bytes, sha256 }) => ({ file, bytes, sha256 }))
  const versions = versionsOf(pins, platform)
  return { format: 1, key, platform, versions, compiler: compiler.version, installedAt, downloads, files }
}
