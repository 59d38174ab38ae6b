import { ownCommand } from '../../base/own-command.ts'
import { join, resolve } from 'node:path'
import { diagnosticLines, InputError } from '../../base/diagnostics.ts'
import { err as failed, unreachable } from '../../base/result.ts'
import { chooseEngine } from '../../engines/choose.ts'
import { engines, installable } from '../../engines/index.ts'
import type { EngineDefinition } from '../../engines/definition.ts'
import type { InstallEvent } from '../../engines/installer.ts'
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
    const { folder, title, bytes, fresh } = await installable().installer.install({
      root: engineFolder(dir),
      from: from === undefined ? null : resolve(from),
      force,
      env: process.env,
      signal,
      installedAt: new Date().toISOString(),
      listener: progress(seconds),
    })
    const size = `${mebi(bytes)} in ${folder}`
    out.lines(
      fresh
        ? `Installed in ${seconds()} s: ${title}, ${size}`
        : `Already installed: ${title}, ${size} (--force rebuilds it)`,
    )
  })
}

export async function engineDownloadCommand(dir: string, { platform }: { readonly platform?: string }): Promise<number> {
  return await interruptible(async (signal) => {
    const folder = resolve(dir)
    await installable().installer.download({
      folder,
      platform: platform ?? null,
      env: process.env,
      signal,
      listener: progress(stopwatch()),
    })
    out.lines(`${folder} has everything. On the other machine: ${ownCommand('engine', 'install', '--from', dir)}`)
  })
}

/** Runs until it is done or asked to stop; it then cleans up first. */
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
        ? 'all files are present'
        : `fetching ${event.files} files, ${mebi(event.bytes)}, and checking their SHA-256`
    case 'checking':
      return 'checking all files'
    case 'unpacking':
      return `unpacking what is needed, ${mebi(event.bytes)}`
    case 'compiling':
      return `compiling the addon (${event.compiler})`
    case 'testing':
      return 'testing it with one training step'
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
  const { name, installer } = installable()
  const { found, lines, loads, others } = await installer.status(root)
  const choice = await chooseEngine('auto', async (engine) => {
    // An installed engine that does not load breaks the study, so `auto` ends up on another one.
    if (engine.name === name && loads?.ok === false) return failed({ why: loads.error.message, problems: [loads.error] })
    return await engine.available(root)
  })
  if (!choice.ok) throw new InputError(choice.error)
  const auto = choice.value
  if (json) out.document(`${JSON.stringify({ root, ...found, loads, auto, others }, null, 2)}\n`)
  else {
    out.lines(
      ...lines,
      ...engines
        .filter((engine: EngineDefinition) => engine.embedded)
        .map((engine) => `${`${engine.name}:`.padEnd(12)}always available: bundled with tunegate`),
      `auto takes: ${auto.engine} (${auto.why})`,
      ...others.map((folder) => `not used:   ${join(root, folder)}, from another version of tunegate; remove it manually`),
    )
  }
  return 0
}
