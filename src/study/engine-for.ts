import { InputError } from '../base/diagnostics.ts'
import { isTrainerSpec } from '../compile/normalized.ts'
import type { EngineChoice } from '../engines/choose.ts'
import { scriptEngine, type EngineName, type EngineWish } from '../engines/index.ts'
import type { EngineSource } from './engine.ts'
import type { Preparing } from './prepare.ts'

/**
 * The engine for a spec. A script has one engine; every other spec takes the requested one. Throws an `InputError` if the
 * requested engine does not train what the spec has.
 */
export async function engineFor(
  { wanted, choose }: EngineSource,
  { read, prepared }: Preparing,
): Promise<{ readonly choice: EngineChoice; readonly wanted: EngineWish }> {
  const { spec } = await read
  const { name } = scriptEngine()
  const script = isTrainerSpec(spec)
  if (wanted !== 'auto' && script !== (wanted === name)) throw unfit(wanted, script, name)
  if (!script) return { choice: await choose(prepared), wanted }
  return { choice: { engine: name, folder: null, why: 'the spec has a training script' }, wanted: name }
}

const unfit = (wanted: EngineName, script: boolean, name: EngineName): InputError =>
  new InputError([
    {
      code: 'engine/unfit',
      severity: 'error',
      message: script ? 'this engine does not train scripts' : 'this engine trains scripts, and the spec has a model',
      found: `--engine ${wanted}`,
      allowed: script ? `auto or ${name}` : 'auto, or an engine for models',
    },
  ])
