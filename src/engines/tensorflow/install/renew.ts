import { lstat, mkdtemp, rename } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { InputError } from '../../../base/diagnostics.ts'
import { sha256OfFile } from '../../../base/hash.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { findCompiler, isProblem, type Compiler } from '../../install/compiler.ts'
import { exclusively, scratchPrefix } from '../../install/place.ts'
import { bareFolder } from '../../install/process.ts'
import { removeFolder, writeRecord, type NotInstalled } from '../../install/record.ts'
import { compileAddon } from './build.ts'
import { recordOf, type EngineRecord, type Installed, type InstallOptions } from './install.ts'
import { addonFile, files as names } from './layout.ts'
import { pins as ours } from './pins.ts'
import { placeOf, type Place } from './place.ts'
import { smokeTest } from './smoke-test.ts'
import { verifyFiles } from './verify.ts'

export type RenewOptions = Omit<InstallOptions, 'from' | 'force'>

/**
 * Verifies an engine that somebody else may have put there: in the tool cache of a runner, by an earlier job, or from an
 * archive. Every file is checked against the pins. No pin can know what a compiler produced, so this compiles the addon
 * again. Nothing in the folder runs before that. The folder never vouches for itself: `engine.json` is written again, not
 * read.
 *
 * The result holds for this process. Anyone who can write to the folder can change it afterwards, so another job checks
 * again.
 */
export async function renewEngine(options: RenewOptions): Promise<Result<Installed, NotInstalled>> {
  const placed = placeOf(options.root, options)
  if (!placed.ok) throw new InputError([placed.error])
  const place = placed.value
  if (!(await isThere(place.folder))) return err({ state: 'absent', why: 'it is not installed' })
  return await exclusively(place, options, () => renew(place, options))
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

async function renew(place: Place, options: RenewOptions): Promise<Result<Installed, NotInstalled>> {
  const { pins = ours, signal, listener, installedAt } = options
  const { folder, platform } = place
  listener({ type: 'checking' })
  const found = await verifyFiles(folder, pins, platform)
  if (!found.ok) return err({ state: 'damaged', why: found.error })
  const { compiler, files } = await withFreshAddon(place, found.value, options)
  signal?.throwIfAborted()
  listener({ type: 'testing' })
  const tested = await smokeTest(folder, signal)
  if (!tested.ok) return err({ state: 'damaged', why: tested.error.found ?? tested.error.message })
  const record = recordOf(place, pins, compiler, installedAt, files)
  await writeRecord(folder, record)
  return ok({ folder, record, fresh: false })
}

/** Compiles the addon, and replaces the existing one if the two differ. */
async function withFreshAddon(
  place: Place,
  found: EngineRecord['files'],
  given: RenewOptions,
): Promise<{ readonly compiler: Compiler; readonly files: EngineRecord['files'] }> {
  const { pins = ours, listener } = given
  const { folder, platform } = place
  const scratch = await mkdtemp(scratchPrefix(place))
  try {
    const options = { ...given, cwd: await bareFolder(scratch) }
    const compiler = await findCompiler(options)
    if (isProblem(compiler)) throw new InputError([compiler])
    listener({ type: 'compiling', compiler: compiler.version })
    const output = join(scratch, 'addon.node')
    await compileAddon({ engine: folder, output, pins, platform, compiler }, options)
    options.signal?.throwIfAborted()
    const [sha256, { size: bytes }] = [await sha256OfFile(output), await lstat(output)]
    const path = relative(folder, addonFile(folder)).split(sep).join('/')
    if (found.find((file) => file.path === path)?.sha256 !== sha256) await rename(output, addonFile(folder))
    const files = found.filter((file) => file.path !== names.record)
    return { compiler, files: files.map((file) => (file.path === path ? { path, bytes, sha256 } : file)) }
  } finally {
    await removeFolder(scratch)
  }
}
