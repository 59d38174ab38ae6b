import { entryNamed } from '../base/lists.ts'
import { command } from './command/index.ts'
import { cpu } from './cpu/index.ts'
import type { EngineDefinition, ScriptEngine } from './definition.ts'
import type { EngineDownloads, EngineInstaller } from './installer.ts'
import { tensorflow } from './tensorflow/index.ts'
import { wasm } from './wasm/index.ts'

/** Every engine, in the order in which `auto` prefers them. */
export const engines = [cpu, tensorflow, wasm, command] as const

export type EngineName = (typeof engines)[number]['name']

/** What a user may request: an engine by name, or `auto`, the default. */
export type EngineWish = 'auto' | EngineName

/** The default comes first. */
export const engineWishes: readonly EngineWish[] = ['auto', ...engines.map(({ name }) => name)]

/** The engine with this name. Throws if there is none. */
export const engineNamed = (name: string): EngineDefinition<EngineName> => entryNamed(engines, name, 'engine')

/** The engines that `auto` tries, in order. */
export const automaticEngines = (): readonly EngineDefinition<EngineName>[] =>
  engines.filter((engine: EngineDefinition) => engine.auto !== undefined)

/** The engine that is available on every machine. */
export function fallbackEngine(): EngineDefinition<EngineName> {
  const found = automaticEngines().find(({ embedded }) => embedded)
  if (!found) throw new Error('no engine is there on every machine')
  return found
}

/** The engine that trains scripts. */
export function scriptEngine(): EngineDefinition<EngineName> & { readonly scripts: ScriptEngine } {
  const all: readonly EngineDefinition<EngineName>[] = engines
  const [found] = all.flatMap((engine) => (engine.scripts ? [{ ...engine, scripts: engine.scripts }] : []))
  if (!found) throw new Error('no engine trains scripts')
  return found
}

/** An engine that can be installed. */
export interface InstallableEngine extends EngineDefinition<EngineName> {
  readonly installer: EngineInstaller
}

/** The engines that `tunegate engine install` takes. */
export function installableEngines(): readonly InstallableEngine[] {
  const all: readonly EngineDefinition<EngineName>[] = engines
  return all.flatMap((engine) => (engine.installer ? [{ ...engine, installer: engine.installer }] : []))
}

/** An engine whose files come over a network. */
export interface DownloadedEngine extends InstallableEngine {
  readonly installer: EngineInstaller & { readonly downloads: EngineDownloads }
}

/** The engine that `tunegate engine download` fetches, and that `engine install` installs if none is named. */
export function downloadedEngine(): DownloadedEngine {
  const [found] = installableEngines().flatMap(({ installer, ...engine }) =>
    installer.downloads ? [{ ...engine, installer: { ...installer, downloads: installer.downloads } }] : [],
  )
  if (!found) throw new Error('no engine is downloaded')
  return found
}

/** What `auto` selects, for help texts: the engine of the lock, or `cpu where it is installed, else wasm`. */
export const autoEngineWords = (): string =>
  `the engine of the lock that gates compare with, and without a lock ${automaticEngines()
    .map(({ name, where, embedded }) => (embedded ? name : `${name} ${where}`))
    .join(', else ')}`
