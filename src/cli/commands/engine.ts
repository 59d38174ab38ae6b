import { ownCommand } from '../../base/own-command.ts'
import { join, resolve } from 'node:path'
import { diagnosticLines, InputError, type Diagnostic } from '../../base/diagnostics.ts'
import { entryNamed } from '../../base/lists.ts'
import { err as failed, unreachable } from '../../base/result.ts'
import { chooseEngine, type EngineChoice } from '../../engines/choose.ts'
import { downloadedEngine, engines, installableEngines, type InstallableEngine } from '../../engines/index.ts'
import type { EngineDefinition } from '../../engines/definition.ts'
import type { InstallEvent, InstallStatus } from '../../engines/installer.ts'
import { engineFolder } from '../engine-folder.ts'
import { err, out } from '../print.ts'
import { StopSwitch } from '../stop.ts'

export interface EngineInstallOptions {
  readonly dir?: string
  readonly from?: string
  readonly force?: boolean
}

export async function engineInstallCommand(
  name: string,
  { dir, from, force = false }: EngineInstallOptions,
): Promise<number> {
  const { installer } = entryNamed(installableEngines(), name, 'engine')
  if (from !== undefined && !installer.downloads) throw new InputError([nothingToTake(name)])
  return await interruptible(async (signal) => {
    const seconds = stopwatch()
    const { folder, title, bytes, fresh } = await installer.install({
      root: engineFolder(dir),
      from: from === undefined ? null : resolve(from),
      force,
      env: process.env,
      signal,
      installedAt: new Date().toISOString(),
      listener: progress(seconds),
    })
    const size = `${sizeOf(bytes)} in ${folder}`
    out.lines(
      fresh
        ? `Installed in ${seconds()} s: ${title}, ${size}`
        : `Already installed: ${title}, ${size} (--force rebuilds it)`,
    )
  })
}

const nothingToTake = (name: string): Diagnostic => ({
  code: 'engine/no-downloads',
  severity: 'error',
  message: `the ${name} engine has no downloads`,
  found: '--from',
  hint: 'leave it out: the install needs no network',
})

export async function engineDownloadCommand(dir: string, { platform }: { readonly platform?: string }): Promise<number> {
  return await interruptible(async (signal) => {
    const folder = resolve(dir)
    const { name, installer } = downloadedEngine()
    await installer.downloads.download({
      folder,
      platform: platform ?? null,
      env: process.env,
      signal,
      listener: progress(stopwatch()),
    })
    out.lines(`${folder} has everything. On the other machine: ${ownCommand('engine', 'install', name, '--from', dir)}`)
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

const sizeOf = (bytes: number): string =>
  bytes < 2 ** 20 ? `${Math.round(bytes / 2 ** 10)} KiB` : `${Math.round(bytes / 2 ** 20)} MiB`

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
        : `fetching ${event.files} files, ${sizeOf(event.bytes)}, and checking their SHA-256`
    case 'checking':
      return 'checking all files'
    case 'unpacking':
      return `unpacking what is needed, ${sizeOf(event.bytes)}`
    case 'compiling':
      return `compiling the addon (${event.compiler})`
    case 'testing':
      return 'testing it'
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
  const states = await Promise.all(
    installableEngines().map(async ({ name, installer }) => ({ name, ...(await installer.status(root)) })),
  )
  const choice = await chooseEngine('auto', async (engine) => {
    const loads = states.find(({ name }) => name === engine.name)?.loads
    // An installed engine that does not load breaks the study, so `auto` ends up on another one.
    if (loads?.ok === false) return failed({ why: loads.error.message, problems: [loads.error] })
    return await engine.available(root)
  })
  if (!choice.ok) throw new InputError(choice.error)
  const auto = choice.value
  const others = states.flatMap((state) => state.others)
  if (json) out.document(`${JSON.stringify(documentOf(root, states, auto, others), null, 2)}\n`)
  else {
    out.lines(
      ...states.flatMap(({ lines }) => [...lines, '']),
      ...engines
        .filter((engine: EngineDefinition) => engine.embedded)
        .map((engine) => `${`${engine.name}:`.padEnd(12)}always available: bundled with tunegate`),
      `auto takes: ${auto.engine} (${auto.why})`,
      ...others.map(
        (folder) =>
          `not used:   ${join(root, folder)}, from another version of tunegate or for another machine; remove it manually`,
      ),
    )
  }
  return 0
}

type State = InstallStatus & { readonly name: InstallableEngine['name'] }

/** The engine that is downloaded stands on top as well, where programs of before there were others find it. */
function documentOf(root: string, states: readonly State[], auto: EngineChoice, others: readonly string[]): object {
  const { name: first } = downloadedEngine()
  const all = states.map(({ name, found, loads }) => [name, { ...found, loads }] as const)
  return { root, ...all.find(([name]) => name === first)?.[1], engines: Object.fromEntries(all), auto, others }
}
