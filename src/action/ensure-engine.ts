import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { engineFolder } from '../cli/engine-folder.ts'
import { engineRoot, keepFolder } from '../github/engine-cache.ts'
import { runner } from '../github/environment.ts'
import { installerEnvironment } from '../github/installer-environment.ts'
import { say } from '../github/log.ts'
import { installEngine } from '../engines/tensorflow/install/install.ts'
import { placeOf } from '../engines/tensorflow/install/place.ts'
import { renewEngine, type RenewOptions } from '../engines/tensorflow/install/renew.ts'
import { unpackEngine } from '../engines/tensorflow/install/unpack.ts'
import { chooseEngine, engineState, type Choice, type EngineName } from '../engines/tensorflow/install/status.ts'

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
  // Neither a folder of the runner nor one of the cache is believed: a job before this one may have written it.
  const ready = async (): Promise<boolean> => {
    const renewed = await renewEngine(optionsFor(root, signal, 'Checking'))
    if (!renewed.ok && renewed.error.state === 'damaged') {
      useless = true
      say(`The tensorflow engine in ${folder} is not used: ${renewed.error.why}`)
    }
    return renewed.ok
  }
  try {
    const unpack = (bytes: AsyncIterable<Uint8Array>): Promise<void> =>
      unpackEngine(place.value, { bytes, from: runner().workspace }, signal)
    const origin = await keepFolder({ folder, key, ready, unpack, make: () => install(root, useless, signal) })
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
  await installEngine({ ...optionsFor(root, signal, 'Installing'), from: null, force })
}

function optionsFor(root: string, signal: AbortSignal, what: 'Checking' | 'Installing'): RenewOptions {
  return {
    root,
    installedAt: new Date().toISOString(),
    signal,
    env: installerEnvironment(runner().workspace),
    listener: (event) => say(`${what} the tensorflow engine: ${event.type}`),
  }
}

function because([first]: readonly Diagnostic[]): string {
  return first
    ? `${first.message}${first.found === undefined ? '' : ` (${first.found})`}`
    : 'the tensorflow engine could not be installed'
}
