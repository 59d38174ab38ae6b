import { tmpdir } from 'node:os'
import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { engineFolder } from '../cli/engine-folder.ts'
import { engineRoot, keepFolder, withoutRunner } from '../github/engine-cache.ts'
import { say } from '../github/log.ts'
import { installEngine } from '../provision/install.ts'
import { placeOf } from '../provision/place.ts'
import { readInstalled } from '../provision/record.ts'
import { chooseEngine, engineLoads, engineState, type Choice, type EngineName } from '../provision/status.ts'

/**
 * The engine for this step, provided where it can be: from the runner's disk, the Actions cache, or installed now and kept
 * for later runs. `auto` falls back to wasm with the reason in `why`, for the report. Throws an `InputError` where
 * `tensorflow` was asked for by name and cannot be had, and where `signal` stops it.
 */
export async function ensureEngine(wanted: EngineName | 'auto', signal: AbortSignal): Promise<Choice> {
  const root = engineRoot() ?? engineFolder()
  if (wanted !== 'wasm') {
    const problem = await provide(root, signal)
    if (problem && (wanted === 'tensorflow' || signal.aborted)) throw new InputError(problem)
    if (problem) return { engine: 'wasm', folder: null, why: because(problem) }
  }
  const choice = chooseEngine(wanted, await engineState(root))
  if (!choice.ok) throw new InputError([choice.error])
  return choice.value
}

/** What kept the engine from being there; undefined where it is. */
async function provide(root: string, signal: AbortSignal): Promise<readonly Diagnostic[] | undefined> {
  const place = placeOf(root)
  if (!place.ok) return [place.error]
  const { folder, key } = place.value
  let useless = false
  // A folder out of the cache was made on another machine: all its files are compared, and it has to train here.
  const ready = async (from: 'runner' | 'restored'): Promise<boolean> => {
    const whole = await readInstalled(folder, key, from === 'restored' ? 'digests' : 'sizes')
    if (whole.ok && (await engineLoads(folder, signal)).ok) return true
    useless ||= whole.ok || whole.error.state === 'damaged'
    return false
  }
  try {
    const origin = await keepFolder({ folder, key, ready, make: () => install(root, useless, signal) })
    say(
      {
        runner: 'The tensorflow engine is on this runner.',
        cache: 'The tensorflow engine came from the Actions cache.',
        made: 'The tensorflow engine was installed.',
      }[origin],
    )
    return undefined
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics
    throw error
  }
}

/** Another job on this runner may have installed it by now, which is as good; `force` replaces what is there and no good. */
async function install(root: string, force: boolean, signal: AbortSignal): Promise<void> {
  await installEngine({
    root,
    from: null,
    force,
    installedAt: new Date().toISOString(),
    signal,
    // Not in the checkout, whose npm settings a pull request may have written.
    cwd: tmpdir(),
    env: withoutRunner(),
    listener: (event) => say(`Installing the tensorflow engine: ${event.type}`),
  })
}

function because([first]: readonly Diagnostic[]): string {
  return first
    ? `${first.message}${first.found === undefined ? '' : ` (${first.found})`}`
    : 'the tensorflow engine could not be installed'
}
