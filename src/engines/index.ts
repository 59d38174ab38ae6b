import { entryNamed } from '../base/lists.ts'
import { command } from './command/index.ts'
import type { EngineDefinition, ScriptEngine } from './definition.ts'
import type { EngineInstaller } from './installer.ts'
import { tensorflow } from './tensorflow/index.ts'
import { wasm } from './wasm/index.ts'

/** Every engine, in the order in which `auto` prefers them. */
export const engines = [tensorflow, wasm, command] as const

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

/** What the `tunegate engine` commands install, and the engine that it belongs to. */
export function installable(): { readonly name: EngineName; readonly installer: EngineInstaller } {
  const all: readonly EngineDefinition<EngineName>[] = engines
  const [found] = all.flatMap(({ name, installer }) => (installer ? [{ name, installer }] : []))
  if (!found) throw new Error('no engine can be installed')
  return found
}

/** What `auto` selects, for help texts: the engine of the lock, or `tensorflow where it is installed, else wasm`. */
export const autoEngineWords = (): string =>
  `the engine of the lock that gates compare with, and without a lock ${automaticEngines()
    .map(({ name, where, embedded }) => (embedded ? `else ${name}` : `${name} ${where}`))
    .join(', ')}`
