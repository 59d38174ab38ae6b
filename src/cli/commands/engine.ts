import { basename, join, resolve } from 'node:path'
import { diagnosticLines, InputError } from '../../base/diagnostics.ts'
import { unreachable } from '../../base/result.ts'
import { shellWord } from '../../base/shell.ts'
import { downloadEngine } from '../../engines/tensorflow/install/fetch.ts'
import { installEngine, type InstallEvent } from '../../engines/tensorflow/install/install.ts'
import { platformOf, thisMachine, type Platform } from '../../engines/tensorflow/install/platform.ts'
import { bytesOf } from '../../engines/tensorflow/install/record.ts'
import { chooseEngine, engineLoads, engineState, otherEngines, type EngineState } from '../../engines/tensorflow/install/status.ts'
import { engineFolder } from '../engine-folder.ts'
import { err, out } from '../print.ts'
import { StopSwitch } from '../stop.ts'

export interface EngineInstallOptions {
  readonly dir?: string
  readonly from?: string
  readonly force?: boolean
}

export async function engineInstallCommand({ dir, from, force = false }: EngineInstallOptions): Promise<number> {
  return await interruptible(async (signal) => {
    const seconds = stopwatch()
    const { folder, record, fresh } = await installEngine({
      root: engineFolder(dir),
      from: from === undefined ? null : resolve(from),
      force,
      env: process.env,
      signal,
      installedAt: new Date().toISOString(),
      listener: progress(seconds),
    })
    const { tfjsNode, tensorflow } = record.versions
    const size = `${mebi(bytesOf(record))} in ${folder}`
    out.lines(
      fresh
        ? `Installed in ${seconds()} s: tfjs-node ${tfjsNode} on TensorFlow ${tensorflow}, ${size}`
        : `Installed already: tfjs-node ${tfjsNode} on TensorFlow ${tensorflow}, ${size} (--force builds it again)`,
    )
  })
}

export async function engineDownloadCommand(dir: string, { platform }: { readonly platform?: Platform }): Promise<number> {
  return await interruptible(async (signal) => {
    const folder = resolve(dir)
    await downloadEngine({
      folder,
      platform: platform ?? ownPlatform(),
      env: process.env,
      signal,
      listener: progress(stopwatch()),
    })
    out.lines(`${folder} has everything. On the other machine: tunegate engine install --from ${shellWord(dir)}`)
  })
}

function ownPlatform(): Platform {
  const own = platformOf(thisMachine())
  if (!own.ok) throw new InputError([{ ...own.error, hint: 'name the machine that the files are for by --platform' }])
  return own.value
}

/** Runs until it is done or asked to stop, and then cleans up first. */
async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const stop = new StopSwitch()
  stop.arm()
  try {
    await work(stop.signal)
    return 0
  } catch (error) {
    if (!stop.signal.aborted || !(error instanceof InputError)) throw error
    err.lines(...error.diagnostics.flatMap(diagnosticLines))
    return stop.code
  } finally {
    stop.disarm()
  }
}

const stopwatch =
  (start = performance.now()) =>
  (): string =>
    ((performance.now() - start) / 1000).toFixed(1)

const mebi = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`

/** Each step as it begins, on standard error. */
function progress(seconds: () => string): (event: InstallEvent) => void {
  return (event) => {
    err.lines(`[${seconds().padStart(5)} s] ${words(event)}`)
  }
}

function words(event: InstallEvent): string {
  switch (event.type) {
    case 'waiting':
      return `waiting for another install (${event.holder})`
    case 'fetching':
      return event.files === 0
        ? 'all files are there'
        : `fetching ${event.files} files, ${mebi(event.bytes)}, and checking their SHA-256`
    case 'checking':
      return 'checking all files'
    case 'unpacking':
      return `unpacking what is needed, ${mebi(event.bytes)}`
    case 'compiling':
      return `compiling the addon (${event.compiler})`
    case 'testing':
      return 'testing it by one training step'
    default:
      return unreachable(event, 'event')
  }
}

export async function engineStatusCommand({
  dir,
  json,
}: {
  readonly dir?: string
  readonly json?: boolean
}): Promise<number> {
  const root = engineFolder(dir)
  const found = await engineState(root)
  const loads = found.state === 'installed' ? await engineLoads(found.folder) : null
  const choice = chooseEngine('auto', found)
  if (!choice.ok) throw new InputError([choice.error])
  const auto = loads?.ok === false ? { engine: 'wasm' as const, folder: null, why: loads.error.message } : choice.value
  const others = await otherEngines(root, found.state === 'unsupported' ? '' : basename(found.folder))
  if (json) out.document(`${JSON.stringify({ root, ...found, loads, auto, others }, null, 2)}\n`)
  else {
    out.lines(
      ...described(found),
      ...(loads === null
        ? []
        : loads.ok
          ? [`loads:      yes, in ${loads.value.loadMs} ms, and one training step comes out right`]
          : ['loads:      no', ...diagnosticLines(loads.error)]),
      'wasm:       always there: tunegate brings it along',
      `auto takes: ${auto.engine} (${auto.why})`,
      ...others.map((name) => `not used:   ${join(root, name)}, of another version of tunegate; remove it by hand`),
    )
  }
  return 0
}

function described(found: EngineState): string[] {
  switch (found.state) {
    case 'unsupported':
      return [`tensorflow: ${found.why.message} (found: ${found.why.found ?? ''})`]
    case 'absent':
    case 'damaged':
      return [
        `tensorflow: ${found.state === 'absent' ? 'not installed' : `damaged: ${found.why}`}`,
        'to do:      tunegate engine install',
        `versions:   tfjs-node ${found.versions.tfjsNode} on TensorFlow ${found.versions.tensorflow}`,
        `folder:     ${found.folder}`,
      ]
    case 'installed': {
      const { versions, installedAt, platform, compiler } = found.record
      return [
        `tensorflow: installed ${installedAt} for ${platform}`,
        `versions:   tfjs-node ${versions.tfjsNode} on TensorFlow ${versions.tensorflow}`,
        `compiled:   ${compiler}`,
        `folder:     ${found.folder} (${mebi(bytesOf(found.record))})`,
      ]
    }
    default:
      return unreachable(found, 'state')
  }
}
