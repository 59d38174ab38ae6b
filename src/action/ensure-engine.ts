import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { err } from '../base/result.ts'
import { engineFolder } from '../cli/engine-folder.ts'
import { chooseEngine, type EngineChoice } from '../engines/choose.ts'
import type { Availability } from '../engines/definition.ts'
import { engineNamed, type EngineName, type EngineWish } from '../engines/index.ts'
import type { EngineInstaller, InstallOrder } from '../engines/installer.ts'
import { engineRoot, keepFolder } from '../github/engine-cache.ts'
import { installerEnvironment } from '../github/installer-environment.ts'
import { say } from '../github/log.ts'

/**
 * Provides the engine for this step. If it is not available everywhere, it comes from the runner's disk, from the Actions
 * cache, or is installed now and kept for later runs. `auto` falls back to another engine, with the reason for the report in
 * `why`. Throws an `InputError` if an engine was requested by name and is not available, and if `signal` stops it.
 */
export async function ensureEngine(wanted: EngineWish, workspace: string, signal: AbortSignal): Promise<EngineChoice> {
  const root = engineRoot() ?? engineFolder()
  const choice = await chooseEngine(wanted, async (engine) => {
    const { name, installer } = engine
    const problems = installer && (await provide({ name, installer, root, workspace, signal }))
    if (problems && signal.aborted) throw new InputError(problems)
    return problems ? err({ why: because(name, problems), problems }) : await engine.available(root)
  })
  if (!choice.ok) throw new InputError(choice.error)
  return choice.value
}

/** Whether an engine can train in this step without an installation. */
export const engineAsItIs = (name: EngineName): Promise<Availability> =>
  engineNamed(name).available(engineRoot() ?? engineFolder())

/** An engine that the step needs. */
interface Wanted {
  readonly name: string
  readonly installer: EngineInstaller
  readonly root: string
  /** The checkout, which installs nothing and lends no program. */
  readonly workspace: string
  readonly signal: AbortSignal
}

/** Why the engine was not there; undefined if it was. */
async function provide(engine: Wanted): Promise<readonly Diagnostic[] | undefined> {
  const { name, installer, root, workspace, signal } = engine
  const place = await installer.placeOf(root)
  if (!place.ok) return [place.error]
  const { folder, key } = place.value
  let useless = false
  // Neither the runner's folder nor the cached one is trusted: an earlier job may have written it.
  const ready = async (): Promise<boolean> => {
    const renewed = await installer.renew(orderFor(engine, 'Checking'))
    if (!renewed.ok && renewed.error.state === 'damaged') {
      useless = true
      say(`The ${name} engine in ${folder} is not used: ${renewed.error.why}`)
    }
    return renewed.ok
  }
  try {
    const unpack = (bytes: AsyncIterable<Uint8Array>): Promise<void> =>
      installer.unpack(root, { bytes, from: workspace }, signal)
    const origin = await keepFolder({ folder, key, ready, unpack, make: () => install(engine, useless) })
    say(
      {
        runner: `The ${name} engine is on this runner.`,
        cache: `The ${name} engine came from the Actions cache.`,
        made: `The ${name} engine was installed.`,
      }[origin],
    )
    return undefined
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics
    throw error
  }
}

/** Another job on this runner may have installed it by now, which is just as good. `force` replaces a broken one. */
async function install(engine: Wanted, force: boolean): Promise<void> {
  await engine.installer.install({ ...orderFor(engine, 'Installing'), from: null, force })
}

function orderFor({ name, root, workspace, signal }: Wanted, what: 'Checking' | 'Installing'): InstallOrder {
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
