import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { err } from '../base/result.ts'
import { engineFolder } from '../cli/engine-folder.ts'
import { chooseEngine, type EngineChoice } from '../engines/choose.ts'
import type { Availability, EngineDefinition } from '../engines/definition.ts'
import { engineNamed, type EngineName, type EngineWish } from '../engines/index.ts'
import { fileProblem } from '../engines/install/problems.ts'
import type { EngineDownloads, EngineInstaller, InstallOrder } from '../engines/installer.ts'
import { engineRoot, keepFolder } from '../github/engine-cache.ts'
import { installerEnvironment } from '../github/installer-environment.ts'
import { say } from '../github/log.ts'

/**
 * Provides the engine for this step. If it is not available everywhere, it is made from tunegate's own files, or comes from
 * the runner's disk, from the Actions cache, or is installed now and kept for later runs. `auto` falls back to another
 * engine, with the reason for the report in `why`. Throws an `InputError` if an engine was requested by name and is not
 * available, and if `signal` stops it.
 */
export async function ensureEngine(wanted: EngineWish, workspace: string, signal: AbortSignal): Promise<EngineChoice> {
  const choice = await chooseEngine(wanted, (engine) => provided(engine, workspace, signal))
  if (!choice.ok) throw new InputError(choice.error)
  return choice.value
}

/** Whether this engine can train in this step, which may install it. Throws an `InputError` if `signal` stops it. */
export const ensureAvailable = (name: EngineName, workspace: string, signal: AbortSignal): Promise<Availability> =>
  provided(engineNamed(name), workspace, signal)

async function provided(
  engine: EngineDefinition<EngineName>,
  workspace: string,
  signal: AbortSignal,
): Promise<Availability> {
  const { name, installer } = engine
  if (!installer) return await engine.available(engineRoot() ?? engineFolder())
  const wanted = { name, installer, workspace, signal }
  try {
    const { downloads } = installer
    const root = downloads ? await provide(wanted, downloads) : await make(wanted)
    return await engine.available(root)
  } catch (error) {
    if (!(error instanceof InputError) || signal.aborted) throw error
    return err({ why: because(name, error.diagnostics), problems: error.diagnostics })
  }
}

/** An engine that the step needs. */
interface Wanted {
  readonly name: string
  readonly installer: EngineInstaller
  /** The checkout, which installs nothing and lends no program. */
  readonly workspace: string
  readonly signal: AbortSignal
}

/** Makes an engine in a folder of this step, in which nobody else has put anything. The runner removes it after the job. */
async function make(engine: Wanted): Promise<string> {
  const parent = process.env['RUNNER_TEMP'] || tmpdir()
  const root = await mkdtemp(join(parent, 'tunegate-engine-')).catch((error: unknown) => {
    throw fileProblem(error, parent) ?? error
  })
  await install(engine, root, false)
  say(`The ${engine.name} engine was compiled.`)
  return root
}

/** Finds or installs an engine that is kept for later jobs. */
async function provide(engine: Wanted, downloads: EngineDownloads): Promise<string> {
  const { name, installer, workspace, signal } = engine
  const root = engineRoot() ?? engineFolder()
  const place = await installer.placeOf(root)
  if (!place.ok) throw new InputError([place.error])
  const { folder, key } = place.value
  let useless = false
  // Neither the runner's folder nor the cached one is trusted: an earlier job may have written it.
  const ready = async (): Promise<boolean> => {
    const renewed = await downloads.renew(orderFor(engine, root, 'Checking'))
    if (!renewed.ok && renewed.error.state === 'damaged') {
      useless = true
      say(`The ${name} engine in ${folder} is not used: ${renewed.error.why}`)
    }
    return renewed.ok
  }
  const unpack = (bytes: AsyncIterable<Uint8Array>): Promise<void> =>
    downloads.unpack(root, { bytes, from: workspace }, signal)
  const origin = await keepFolder({ folder, key, ready, unpack, make: () => install(engine, root, useless) })
  say(
    {
      runner: `The ${name} engine is on this runner.`,
      cache: `The ${name} engine came from the Actions cache.`,
      made: `The ${name} engine was installed.`,
    }[origin],
  )
  return root
}

/** Another job on this runner may have installed it by now, which is just as good. `force` replaces a broken one. */
async function install(engine: Wanted, root: string, force: boolean): Promise<void> {
  await engine.installer.install({ ...orderFor(engine, root, 'Installing'), from: null, force })
}

function orderFor({ name, workspace, signal }: Wanted, root: string, what: 'Checking' | 'Installing'): InstallOrder {
  return {
    root,
    installedAt: new Date().toISOString(),
    signal,
    env: installerEnvironment(workspace),
    listener: (event) => say(`${what} the ${name} engine: ${event.type}`),
  }
}

function because(name: string, [first]: readonly Diagnostic[]): string {
  return first
    ? `${first.message}${first.found === undefined ? '' : ` (${first.found})`}`
    : `the ${name} engine could not be installed`
}
