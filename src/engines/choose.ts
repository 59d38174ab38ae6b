import type { Diagnostic } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Availability, EngineDefinition, Unavailable } from './definition.ts'
import { automaticEngines, engineNamed, type EngineName, type EngineWish } from './index.ts'

/** The engine that trains. */
export interface EngineChoice {
  readonly engine: EngineName
  /** Folder of the engine; null if it ships with tunegate. */
  readonly folder: string | null
  /** A clause for the report: why this engine. */
  readonly why: string
}

/**
 * Chooses the engine that trains: the requested one, or for `auto` the first that is available. Returns an error if the
 * engine that was requested by name is not available.
 *
 * @param look whether an engine can train; it may install the engine first
 */
export async function chooseEngine(
  wanted: EngineWish,
  look: (engine: EngineDefinition<EngineName>) => Promise<Availability>,
): Promise<Result<EngineChoice, readonly Diagnostic[]>> {
  const refused: Unavailable[] = []
  for (const engine of wanted === 'auto' ? automaticEngines() : [engineNamed(wanted)]) {
    const found = await look(engine)
    const why = wanted === 'auto' ? whyOf(engine, refused) : 'asked for'
    if (found.ok) return ok({ engine: engine.name, folder: found.value, why })
    refused.push(found.error)
  }
  return err(refused.flatMap(({ problems }) => problems))
}

/** The reasons why the engines before it were not chosen. */
const whyOf = ({ name, auto = name }: EngineDefinition, refused: readonly Unavailable[]): string =>
  refused.length > 0 ? refused.map(({ why }) => why).join('; ') : auto
