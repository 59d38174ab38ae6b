import { InputError } from '../base/diagnostics.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import { chooseEngine, engineState, type Choice, type EngineName } from '../engines/tensorflow/install/status.ts'
import type { Runner } from '../run/runner.ts'

/** What a user may ask for; the first is the default. */
export const engineWishes = ['auto', 'tensorflow', 'wasm'] as const
export type EngineWish = (typeof engineWishes)[number]

/** How a study comes to its engine. */
export interface EngineSource {
  readonly wanted: EngineWish
  /** May wait for `checked`, the spec and data that are being checked meanwhile, before it does anything that takes long. */
  readonly choose: (checked: Promise<unknown>) => Promise<Choice>
}

/** An engine of this machine, or wasm; nothing is installed for it. */
export function engineHere(wanted: EngineWish, root: string): EngineSource {
  return {
    wanted,
    choose: async () => {
      const choice = chooseEngine(wanted, await engineState(root))
      if (!choice.ok) throw new InputError([choice.error])
      return choice.value
    },
  }
}

/** The engine cannot train any more, or never could: no process with it starts. */
export class EngineBroke extends Error {
  readonly why: unknown
  constructor(why: unknown) {
    super(why instanceof InputError ? sentence(why) : why instanceof Error ? why.message : String(why))
    this.why = why
  }
}

const sentence = ({ diagnostics: [first] }: InputError): string =>
  `${first?.message ?? ''}${first?.found === undefined ? '' : ` (${first.found})`}`

/** Runs on the engine that was chosen; where `auto` chose one that breaks, the whole study again on wasm: engines never mix. */
export async function onEngine<T>(
  wanted: EngineWish, choice: Choice, work: (choice: Choice) => Promise<T>, notice: (message: string) => void,
): Promise<T> {
  if (wanted === 'auto') notice(`training on ${choice.engine}: ${choice.why}`)
  try {
    return await work(choice)
  } catch (error) {
    if (!(error instanceof EngineBroke)) throw error
    if (wanted !== 'auto' || choice.engine === 'wasm') throw explained(error, choice.engine)
    const instead: Choice = { engine: 'wasm', folder: null, why: `the tensorflow engine is installed and broke: ${error.message}` }
    notice(`training on wasm: ${instead.why}`)
    return await onEngine('wasm', instead, work, notice)
  }
}

/** A defect of wasm, which is ours, stays one. */
function explained({ why, message }: EngineBroke, engine: EngineName): unknown {
  if (why instanceof InputError || engine === 'wasm') return why
  const hint = 'finished runs are kept; `tunegate engine install --force` builds the engine anew, --engine wasm does without it'
  return new InputError([{ code: 'engine/broke', severity: 'error', message: 'the tensorflow engine broke', found: message, hint }])
}

/** A runner whose failures are those of its engine: a pool rejects only where it was stopped or no process starts. */
export function withBreaks(runner: Runner): Runner {
  return {
    engine: runner.engine,
    slots: runner.slots,
    run: (request: RunRequest, id: string, signal?: AbortSignal): Promise<RunResult> =>
      runner.run(request, id, signal).catch((error: unknown) => { throw signal?.aborted ? error : new EngineBroke(error) }),
  }
}
