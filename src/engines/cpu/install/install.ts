import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../../base/diagnostics.ts'
import { findCompiler, isProblem } from '../../install/compiler.ts'
import { exclusively, scratchFolders, scratchPrefix, takePlace } from '../../install/place.ts'
import { doesNotCompile } from '../../install/problems.ts'
import { bareFolder, runProcess } from '../../install/process.ts'
import { listFiles, readInstalled, removeFolder, writeRecord, type InstallRecord } from '../../install/record.ts'
import type { InstallOrder } from '../../installer.ts'
import { compileFlags, kernelsFile, placeOf, type Given, type KernelsPlace } from './recipe.ts'
import { smokeTest } from './smoke-test.ts'

export interface InstallOptions extends InstallOrder, Given {
  /** Builds again what is already installed. */
  readonly force: boolean
}

export interface Installed {
  readonly place: KernelsPlace
  readonly record: InstallRecord
  /** False if it was installed before. */
  readonly fresh: boolean
}

/**
 * Installs the cpu engine: compile, test, and only then give the folder its name. Everything before that happens in a
 * separate folder, so an engine is complete or absent, wherever this is stopped. Concurrent installs wait for each other.
 *
 * Throws an `InputError` that names the cause and what to do.
 */
export async function installKernels(options: InstallOptions): Promise<Installed> {
  const placed = placeOf(options.root, options)
  if (!placed.ok) throw new InputError([placed.error])
  const place = placed.value
  const found = await usable(place, options)
  if (found) return found
  return await exclusively(place, options, async () => {
    for (const path of await scratchFolders(place)) await removeFolder(path)
    return (await usable(place, options)) ?? (await build(place, options))
  })
}

async function usable(place: KernelsPlace, { force }: InstallOptions): Promise<Installed | undefined> {
  if (force) return undefined
  const record = await readInstalled(place.folder, place.key)
  return record.ok ? { place, record: record.value, fresh: false } : undefined
}

async function build(place: KernelsPlace, options: InstallOptions): Promise<Installed> {
  const scratch = await mkdtemp(scratchPrefix(place))
  try {
    const engine = join(scratch, 'engine')
    await mkdir(engine)
    const compiler = await compile(place, engine, { ...options, cwd: await bareFolder(scratch) })
    options.signal?.throwIfAborted()
    options.listener({ type: 'testing' })
    const tested = await smokeTest(engine, options.signal)
    options.signal?.throwIfAborted()
    if (!tested.ok) throw new InputError([tested.error])
    const record: InstallRecord = {
      format: 1,
      key: place.key,
      platform: place.target.platform,
      compiler,
      installedAt: options.installedAt,
      files: await listFiles(engine),
    }
    await writeRecord(engine, record)
    await takePlace(engine, place, scratch)
    return { place, record, fresh: true }
  } finally {
    await removeFolder(scratch)
  }
}

/** Returns what the compiler says about itself. */
async function compile(
  { source, target }: KernelsPlace,
  engine: string,
  options: InstallOptions & { readonly cwd: string },
): Promise<string> {
  const compiler = await findCompiler(options)
  options.signal?.throwIfAborted()
  if (isProblem(compiler)) throw new InputError([compiler])
  options.listener({ type: 'compiling', compiler: compiler.version })
  const command = [...compiler.command, ...compileFlags(target.platform), source, '-o', join(engine, kernelsFile)]
  const ended = await runProcess(command, options)
  if (!ended.ok && !options.signal?.aborted) throw new InputError([doesNotCompile(compiler.command.join(' '), ended)])
  return compiler.version
}
