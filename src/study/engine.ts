import { InputError } from '../base/diagnostics.ts'
import { chooseEngine, type EngineChoice } from '../engines/choose.ts'
import type { Availability } from '../engines/definition.ts'
import { engineNamed, fallbackEngine, type EngineName, type EngineWish } from '../engines/index.ts'
import type { Runner } from '../run/runner.ts'

/** How a study gets its engine. */
export interface EngineSource {
  readonly wanted: EngineWish
  /** May wait for `checked`, the spec and data that are checked at the same time, before it starts anything slow. */
  readonly choose: (checked: Promise<unknown>) => Promise<EngineChoice>
  /** Whether an engine can train here. `auto` takes that of the lock that gates compare with, where it can. Waits likewise. */
  readonly available: (engine: EngineName, checked: Promise<unknown>) => Promise<Availability>
}

/** An engine that is available on this machine. Nothing is installed for it. */
export function engineHere(wanted: EngineWish, root: string): EngineSource {
  return {
    wanted,
    available: (name) => engineNamed(name).available(root),
    choose: async () => {
      const choice = await chooseEngine(wanted, (engine) => engine.available(root))
      if (!choice.ok) throw new InputError(choice.error)
      return choice.value
    },
  }
}

/** The engine can no longer train, or never could: no process starts with it. */
export class EngineBroke extends Error {
  readonly why: unknown
  constructor(why: unknown) {
    super(why instanceof InputError ? sentence(why) : why instanceof Error ? why.message : String(why))
    this.why = why
  }
}

const sentence = ({ diagnostics: [first] }: InputError): string =>
  `${first?.message ?? ''}${first?.found === undefined ? '' : ` (${first.found})`}`

/**
 * Runs on the chosen engine. If `auto` chose an engine that breaks, runs the whole study again on the fallback: engines
 * never mix.
 */
export async function onEngine<T>(
  wanted: EngineWish,
  choice: EngineChoice,
  work: (choice: EngineChoice) => Promise<T>,
  notice: (message: string) => void,
): Promise<T> {
  if (wanted === 'auto') notice(`training on ${choice.engine}: ${choice.why}`)
  try {
    return await work(choice)
  } catch (error) {
    if (!(error instanceof EngineBroke)) throw error
    const { name } = fallbackEngine()
    if (wanted !== 'auto' || choice.engine === name) throw explained(error, choice.engine)
    const why = `the ${choice.engine} engine is installed and broke: ${error.message}`
    notice(`training on ${name}: ${why}`)
    return await onEngine(name, { engine: name, folder: null, why }, work, notice)
  }
}

/** A defect of an engine that ships with tunegate is our own, and stays one. */
function explained({ why, message }: EngineBroke, name: EngineName): unknown {
  const { embedded, mend } = engineNamed(name)
  if (why instanceof InputError || embedded) return why
  const ways = [...(mend === undefined ? [] : [mend()]), `--engine ${fallbackEngine().name} avoids it`]
  return new InputError([
    {
      code: 'engine/broke',
      severity: 'error',
      message: `the ${name} engine failed`,
      found: message,
      hint: `finished runs are kept; ${ways.join(', ')}`,
    },
  ])
}

/** A runner whose failures come from its engine: a pool rejects only if it was stopped or no process starts. */
export function withBreaks(runner: Runner): Runner {
  return {
    engine: runner.engine,
    slots: runner.slots,
    run: (request, id, options) =>
      runner.run(request, id, options).catch((error: unknown) => {
        throw options?.signal?.aborted ? error : new EngineBroke(error)
      }),
  }
}
