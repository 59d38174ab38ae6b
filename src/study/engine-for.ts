import { InputError } from '../base/diagnostics.ts'
import { isTrainerSpec, type NormalizedSpec } from '../compile/normalized.ts'
import type { EngineChoice } from '../engines/choose.ts'
import { automaticEngines, scriptEngine, type EngineName, type EngineWish } from '../engines/index.ts'
import { needsBaseline } from '../gates/index.ts'
import { defaultBaseline, lockOf } from './baseline.ts'
import type { EngineSource } from './engine.ts'
import type { StudyOptions } from './options.ts'
import type { Preparing } from './prepare.ts'

/**
 * The engine for a spec. A script has one engine; every other spec takes the requested one. Throws an `InputError` if the
 * requested engine does not train what the spec has.
 *
 * @param study whose lock `auto` considers; omitted, it considers none
 */
export async function engineFor(
  source: EngineSource,
  { read, prepared }: Preparing,
  study?: Pick<StudyOptions, 'specPath' | 'baseline'>,
): Promise<{ readonly choice: EngineChoice; readonly wanted: EngineWish }> {
  const { wanted, choose } = source
  const { spec } = await read
  const { name } = scriptEngine()
  const script = isTrainerSpec(spec)
  if (wanted !== 'auto' && script !== (wanted === name)) throw unfit(wanted, script, name)
  if (!script) {
    const usual = await choose(prepared)
    const ofLock = wanted === 'auto' && study ? await engineOfLock(source, usual, spec, study) : null
    return { choice: ofLock ?? usual, wanted }
  }
  return { choice: { engine: name, folder: null, why: 'the spec has a training script' }, wanted: name }
}

/** The engine that made the lock, if gates compare with it and `auto` would take another: no gate compares engines. */
async function engineOfLock(
  { available }: EngineSource,
  usual: EngineChoice,
  { name, gates }: NormalizedSpec,
  { specPath, baseline = defaultBaseline }: Pick<StudyOptions, 'specPath' | 'baseline'>,
): Promise<EngineChoice | null> {
  if (!available || !gates.some(needsBaseline)) return null
  // A lock that cannot be read is reported by those who judge with it.
  const found = await lockOf({ path: specPath, name }, baseline).catch(() => null)
  const made = found && automaticEngines().find((engine) => `${found.lock.engine} `.startsWith(`${engine.name} `))
  if (!found || !made || made.name === usual.engine) return null
  const here = await available(made.name)
  if (!here.ok) return null
  const why = `${found.source} was made on it, and gates do not compare engines (--engine ${usual.engine} trains on ${usual.engine})`
  return { engine: made.name, folder: here.value, why }
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
